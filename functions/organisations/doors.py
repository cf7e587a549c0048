"""Doors of organisations."""

from functions.framework.doors import MyForm, MyPage, Operation, Timer
from functions.organisations.brand.doors import DOORS as BRAND
from functions.organisations.change_requests.doors import DOORS as CHANGE_REQUESTS
from functions.organisations.company.doors import DOORS as COMPANY
from functions.organisations.design.doors import DOORS as DESIGN
from functions.organisations.directory.doors import DOORS as DIRECTORY
from functions.organisations.imports.doors import DOORS as IMPORTS
from functions.organisations.invitations.doors import DOORS as INVITATIONS
from functions.organisations.leaving.doors import DOORS as LEAVING
from functions.organisations.people.doors import DOORS as PEOPLE
from functions.organisations.photos.doors import DOORS as PHOTOS
from functions.organisations.staff_cards.doors import DOORS as STAFF_CARDS
from functions.organisations.teams.doors import DOORS as TEAMS
from functions.organisations.templates.doors import DOORS as TEMPLATES
from functions.organisations.visits.doors import DOORS as VISITS

_API = "functions.organisations.api"
_NEW = "functions.organisations.new_pages"
_HOME = "functions.organisations.home_pages"
_PEOPLE = "functions.organisations.people_pages"
_DOMAINS = "functions.organisations.domain_pages"
_DOMAIN_API = "functions.organisations.domain_api"
_JOIN = "functions.organisations.join_pages"
_SETTINGS = "functions.organisations.settings_pages"
_AT = "org/{organisationId}"
_ONE = "organisations/{organisationId}"
_DOMAIN = f"{_ONE}/domains/{{domainId}}"

DOORS = (
    MyPage("organisations_page_new", "GET HEAD", "my/new-organisation", f"{_NEW}:show"),
    MyForm("organisations_page_create", "POST", "my/new-organisation", f"{_NEW}:create", f"{_NEW}:texts_in"),
    MyPage("organisations_page_home", "GET HEAD", _AT, f"{_HOME}:show"),
    MyPage("organisations_page_people", "GET HEAD", f"{_AT}/people", f"{_PEOPLE}:show"),
    MyPage("organisations_page_settings", "GET HEAD", f"{_AT}/settings", f"{_SETTINGS}:show"),
    MyForm(
        "organisations_page_save_settings",
        "POST",
        f"{_AT}/settings",
        f"{_SETTINGS}:save",
        f"{_SETTINGS}:texts_in",
    ),
    Operation("organisations_list", "GET", "organisations", f"{_API}:list_organisations"),
    Operation("organisations_create", "POST", "organisations", f"{_API}:post_organisation"),
    Operation("organisations_get", "GET", _ONE, f"{_API}:get_organisation"),
    Operation("organisations_change", "PUT", _ONE, f"{_API}:put_organisation"),
    Operation("organisations_list_members", "GET", f"{_ONE}/members", f"{_API}:list_members"),
    Operation("organisations_get_member", "GET", f"{_ONE}/members/{{memberId}}", f"{_API}:get_member"),
    *PEOPLE,
    *INVITATIONS,
    *IMPORTS,
    *PHOTOS,
    MyPage("organisations_page_domains", "GET HEAD", f"{_AT}/domains", f"{_DOMAINS}:show"),
    MyForm(
        "organisations_page_add_domain",
        "POST",
        f"{_AT}/domains",
        f"{_DOMAINS}:add",
        f"{_DOMAINS}:texts_in",
    ),
    MyPage(
        "organisations_page_check_domain", "POST", f"{_AT}/domains/{{domainId}}/check", f"{_DOMAINS}:check"
    ),
    MyPage(
        "organisations_page_remove_domain", "POST", f"{_AT}/domains/{{domainId}}/remove", f"{_DOMAINS}:remove"
    ),
    MyPage("organisations_page_joinable", "GET HEAD", "my/organisations/join", f"{_JOIN}:show"),
    MyPage("organisations_page_join_by_domain", "POST", "my/organisations/join", f"{_JOIN}:enter"),
    Operation("organisations_list_domains", "GET", f"{_ONE}/domains", f"{_DOMAIN_API}:list_domains"),
    Operation("organisations_add_domain", "POST", f"{_ONE}/domains", f"{_DOMAIN_API}:post_domain"),
    Operation("organisations_get_domain", "GET", _DOMAIN, f"{_DOMAIN_API}:get_domain"),
    Operation("organisations_remove_domain", "DELETE", _DOMAIN, f"{_DOMAIN_API}:delete_domain"),
    Operation("organisations_check_domain", "PUT", f"{_DOMAIN}/check", f"{_DOMAIN_API}:put_check"),
    Operation("organisations_list_joinable", "GET", "joinable-organisations", f"{_DOMAIN_API}:list_joinable"),
    Operation("organisations_join", "PUT", f"{_ONE}/membership", f"{_DOMAIN_API}:put_membership"),
    Timer(
        "organisations_recheck_domains",
        "0 5-59/10 * * * *",
        "functions.organisations.domain_jobs:recheck_domains",
    ),
    *TEAMS,
    *TEMPLATES,
    *STAFF_CARDS,
    *LEAVING,
    *CHANGE_REQUESTS,
    *VISITS,
    *BRAND,
    *COMPANY,
    *DESIGN,
    *DIRECTORY,
)
