"""Doors of the directory of an organisation."""

from functions.framework.doors import MyPage, Operation

_IN = "functions.organisations.directory"
_API, _PAGES = f"{_IN}.api", f"{_IN}.pages"
_AT = "org/{organisationId}/directory-sync"
_ONE = "organisations/{organisationId}/directory"
_TOKEN = f"{_ONE}/tokens/{{tokenId}}"
_REVOKE = f"{_AT}/tokens/{{tokenId}}/revoke"

DOORS = (
    MyPage("organisations_directory_page", "GET HEAD", _AT, f"{_PAGES}:show"),
    MyPage("organisations_directory_page_log", "GET HEAD", f"{_AT}/log", f"{_PAGES}:show_log"),
    MyPage("organisations_directory_page_save", "POST", _AT, f"{_PAGES}:save"),
    MyPage("organisations_directory_page_token", "POST", f"{_AT}/tokens", f"{_PAGES}:make"),
    MyPage("organisations_directory_page_revoke", "POST", _REVOKE, f"{_PAGES}:revoke"),
    Operation("organisations_directory_get", "GET", _ONE, f"{_API}:get_directory"),
    Operation("organisations_directory_change", "PUT", _ONE, f"{_API}:put_directory"),
    Operation("organisations_directory_make_token", "POST", f"{_ONE}/tokens", f"{_API}:post_token"),
    Operation("organisations_directory_get_token", "GET", _TOKEN, f"{_API}:get_token"),
    Operation("organisations_directory_revoke", "DELETE", _TOKEN, f"{_API}:delete_token"),
    Operation("organisations_directory_log", "GET", f"{_ONE}/log", f"{_API}:list_log"),
)
