"""Doors of the copy of one's data."""

from functions.framework.doors import MyPage, Operation

DOORS = (
    Operation("privacy_create_copy", "POST", "account/copies", "functions.privacy.api:post_copy"),
    Operation("privacy_list_copies", "GET", "account/copies", "functions.privacy.api:list_copies"),
    Operation(
        "privacy_get_copy", "GET", "account/copies/{workId}/content", "functions.privacy.api:get_content"
    ),
    MyPage("privacy_page_copy", "GET HEAD", "my/account/copy", "functions.privacy.pages:show"),
    MyPage("privacy_page_start_copy", "POST", "my/account/copy", "functions.privacy.pages:start"),
    MyPage("privacy_page_change_copy", "POST", "my/account/copy/{workId}", "functions.privacy.pages:change"),
    MyPage(
        "privacy_page_fetch_copy", "GET", "my/account/copy/{workId}/{file}", "functions.privacy.pages:fetch"
    ),
)
