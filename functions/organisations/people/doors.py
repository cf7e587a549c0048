"""Doors of the people of an organisation."""

from functions.framework.doors import MyForm, MyPage, Operation

_IN = "functions.organisations.people"
_API = f"{_IN}.api"
_ORG, _AT = "org/{organisationId}", "org/{organisationId}/people/{memberId}"
_ONE = "organisations/{organisationId}"
_MEMBER = f"{_ONE}/members/{{memberId}}"

DOORS = (
    MyForm(
        "organisations_page_search_people",
        "POST",
        f"{_ORG}/people-search",
        "functions.organisations.people_pages:search",
        "functions.organisations.people_pages:texts_in",
    ),
    MyPage("organisations_page_person", "GET HEAD", _AT, f"{_IN}.person_pages:show"),
    MyPage("organisations_page_new_person", "GET HEAD", f"{_ORG}/new-person", f"{_IN}.known_pages:show_new"),
    MyForm(
        "organisations_page_add_person",
        "POST",
        f"{_ORG}/new-person",
        f"{_IN}.known_pages:add",
        f"{_IN}.known_pages:texts_in",
    ),
    MyPage("organisations_page_details", "GET HEAD", f"{_AT}/details", f"{_IN}.known_pages:show"),
    MyForm(
        "organisations_page_change_details",
        "POST",
        f"{_AT}/details",
        f"{_IN}.known_pages:change",
        f"{_IN}.known_pages:texts_in",
    ),
    MyPage("organisations_page_change_role", "POST", f"{_AT}/role", f"{_IN}.person_pages:change"),
    MyPage("organisations_page_ask_remove", "GET HEAD", f"{_AT}/remove", f"{_IN}.removal_pages:ask"),
    MyForm(
        "organisations_page_remove",
        "POST",
        f"{_AT}/remove",
        f"{_IN}.removal_pages:remove",
        "functions.organisations.leaving.choosing:texts_in",
    ),
    MyPage("organisations_page_restore", "POST", f"{_AT}/restoration", f"{_IN}.person_pages:restore"),
    MyPage("organisations_page_ask_transfer", "GET HEAD", f"{_AT}/ownership", f"{_IN}.owner_pages:ask"),
    MyPage("organisations_page_transfer", "POST", f"{_AT}/ownership", f"{_IN}.owner_pages:transfer_to"),
    MyPage("organisations_page_ask_leave", "GET HEAD", f"{_ORG}/leave", f"{_IN}.leave_pages:ask"),
    MyPage("organisations_page_leave", "POST", f"{_ORG}/leave", f"{_IN}.leave_pages:go"),
    MyPage("organisations_page_ask_close", "GET HEAD", f"{_ORG}/close", f"{_IN}.closing_pages:ask"),
    MyForm(
        "organisations_page_close",
        "POST",
        f"{_ORG}/close",
        f"{_IN}.closing_pages:close",
        f"{_IN}.closing_pages:texts_in",
    ),
    MyPage("organisations_page_reopen", "POST", f"{_ORG}/restoration", f"{_IN}.closing_pages:reopen"),
    Operation("organisations_search_members", "POST", f"{_ONE}/member-searches", f"{_API}:post_search"),
    Operation("organisations_add_member", "POST", f"{_ONE}/members", f"{_IN}.known_api:post_member"),
    Operation("organisations_get_details", "GET", f"{_MEMBER}/details", f"{_IN}.known_api:get_details"),
    Operation("organisations_change_details", "PUT", f"{_MEMBER}/details", f"{_IN}.known_api:put_details"),
    Operation("organisations_change_role", "PUT", f"{_MEMBER}/role", f"{_API}:put_role"),
    Operation("organisations_remove_member", "DELETE", _MEMBER, f"{_API}:remove"),
    Operation("organisations_list_removed", "GET", f"{_ONE}/removed-members", f"{_API}:list_removed_members"),
    Operation("organisations_get_removed", "GET", f"{_MEMBER}/restoration", f"{_API}:get_restoration"),
    Operation("organisations_restore_member", "PUT", f"{_MEMBER}/restoration", f"{_API}:put_restoration"),
    Operation("organisations_transfer", "PUT", f"{_MEMBER}/ownership", f"{_API}:put_ownership"),
    Operation("organisations_get_membership", "GET", f"{_ONE}/membership", f"{_API}:get_membership"),
    Operation("organisations_leave", "DELETE", f"{_ONE}/membership", f"{_API}:delete_membership"),
    Operation("organisations_close", "DELETE", _ONE, f"{_API}:close"),
    Operation("organisations_reopen", "PUT", f"{_ONE}/restoration", f"{_API}:reopen"),
)
