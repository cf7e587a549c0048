"""Doors of deleting cards and taking them back."""

from functions.framework.doors import MyPage, Operation

_API = "functions.publishing.api"
_PAGES = "functions.publishing.pages"

DOORS = (
    MyPage("publishing_page_ask_delete", "GET HEAD", "my/cards/{cardId}/delete", f"{_PAGES}:ask_delete"),
    MyPage("publishing_page_delete", "POST", "my/cards/{cardId}/delete", f"{_PAGES}:delete"),
    MyPage("publishing_page_restore", "POST", "my/cards/{cardId}/restoration", f"{_PAGES}:restore"),
    MyPage("publishing_page_ask_erase", "GET HEAD", "my/cards/{cardId}/erasure", f"{_PAGES}:ask_erase"),
    MyPage("publishing_page_erase", "POST", "my/cards/{cardId}/erasure", f"{_PAGES}:erase"),
    Operation("publishing_delete", "DELETE", "cards/{cardId}", f"{_API}:remove_card"),
    Operation("publishing_list_deleted", "GET", "deleted-cards", f"{_API}:list_deleted"),
    Operation("publishing_get_deleted", "GET", "cards/{cardId}/restoration", f"{_API}:get_restoration"),
    Operation("publishing_restore", "PUT", "cards/{cardId}/restoration", f"{_API}:put_restoration"),
    Operation("publishing_erase", "DELETE", "cards/{cardId}/restoration", f"{_API}:delete_restoration"),
)
