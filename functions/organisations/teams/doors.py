"""Doors of teams."""

from functions.framework.doors import MyForm, MyPage, Operation

_API = "functions.organisations.teams.api"
_PEOPLE_API = "functions.organisations.teams.people_api"
_PAGES = "functions.organisations.teams.pages"
_MEMBERS = "functions.organisations.teams.people_pages"
_AT = "org/{organisationId}/teams"
_PAGE = f"{_AT}/{{teamId}}"
_ALL = "organisations/{organisationId}/teams"
_ONE = f"{_ALL}/{{teamId}}"
_TEXTS = f"{_PAGES}:texts_in"

DOORS = (
    MyPage("organisations_teams_page", "GET HEAD", _AT, f"{_PAGES}:show"),
    MyPage("organisations_teams_page_new", "GET HEAD", "org/{organisationId}/new-team", f"{_PAGES}:show_new"),
    MyForm(
        "organisations_teams_page_make", "POST", "org/{organisationId}/new-team", f"{_PAGES}:make", _TEXTS
    ),
    MyPage("organisations_teams_page_one", "GET HEAD", _PAGE, f"{_MEMBERS}:show"),
    MyPage("organisations_teams_page_settings", "GET HEAD", f"{_PAGE}/settings", f"{_PAGES}:show_settings"),
    MyForm("organisations_teams_page_save", "POST", f"{_PAGE}/settings", f"{_PAGES}:save", _TEXTS),
    MyPage("organisations_teams_page_delete", "POST", f"{_PAGE}/delete", f"{_PAGES}:delete"),
    MyPage("organisations_teams_page_restore", "POST", f"{_PAGE}/restoration", f"{_PAGES}:restore"),
    MyPage("organisations_teams_page_add", "GET HEAD", f"{_PAGE}/add", f"{_MEMBERS}:show_add"),
    MyPage("organisations_teams_page_find", "POST", f"{_PAGE}/find", f"{_MEMBERS}:find"),
    MyPage("organisations_teams_page_do_add", "POST", f"{_PAGE}/add", f"{_MEMBERS}:add"),
    MyPage(
        "organisations_teams_page_change_person",
        "POST",
        f"{_PAGE}/people/{{memberId}}",
        f"{_MEMBERS}:change",
    ),
    Operation("organisations_teams_list", "GET", _ALL, f"{_API}:list_teams"),
    Operation("organisations_teams_make", "POST", _ALL, f"{_API}:post_team"),
    Operation("organisations_teams_get", "GET", _ONE, f"{_API}:get_team"),
    Operation("organisations_teams_change", "PUT", _ONE, f"{_API}:put_team"),
    Operation("organisations_teams_delete", "DELETE", _ONE, f"{_API}:remove_team"),
    Operation("organisations_teams_get_deleted", "GET", f"{_ONE}/restoration", f"{_API}:get_restoration"),
    Operation("organisations_teams_restore", "PUT", f"{_ONE}/restoration", f"{_API}:put_restoration"),
    Operation(
        "organisations_teams_get_work",
        "GET",
        "organisations/{organisationId}/work/{workId}",
        f"{_API}:get_work",
    ),
    Operation("organisations_teams_list_people", "GET", f"{_ONE}/members", f"{_PEOPLE_API}:list_people"),
    Operation("organisations_teams_add_people", "POST", f"{_ONE}/members", f"{_PEOPLE_API}:post_people"),
    Operation(
        "organisations_teams_take_out",
        "DELETE",
        f"{_ONE}/members/{{memberId}}",
        f"{_PEOPLE_API}:remove_person",
    ),
    Operation(
        "organisations_teams_make_admin", "PUT", f"{_ONE}/admins/{{memberId}}", f"{_PEOPLE_API}:put_admin"
    ),
    Operation(
        "organisations_teams_unmake_admin",
        "DELETE",
        f"{_ONE}/admins/{{memberId}}",
        f"{_PEOPLE_API}:remove_admin",
    ),
)
