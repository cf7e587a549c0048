"""Doors of organisations."""

from functions.framework.doors import MyForm, MyPage, Operation
from functions.organisations.people.doors import DOORS as PEOPLE
from functions.organisations.invitations.doors import DOORS as INVITATIONS

_API = "functions.organisations.api"
_NEW = "functions.organisations.new_pages"
_HOME = "functions.organisations.home_pages"
_PEOPLE = "functions.organisations.people_pages"
_SETTINGS = "functions.organisations.settings_pages"
_AT = "org/{organisationId}"
_ONE = "organisations/{organisationId}"

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
)
