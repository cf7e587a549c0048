"""Doors of deleting cards and taking them back."""

from functions.framework.doors import MyForm, MyPage, Operation

_API = "functions.publishing.api"
_PAGES = "functions.publishing.pages"
_SUCCESSION = "functions.publishing.succession_pages"

DOORS = (
    MyPage("publishing_page_ask_delete", "GET HEAD", "my/cards/{cardId}/delete", f"{_PAGES}:ask_delete"),
    MyPage("publishing_page_delete", "POST", "my/cards/{cardId}/delete", f"{_PAGES}:delete"),
    MyPage("publishing_page_restore", "POST", "my/cards/{cardId}/restoration", f"{_PAGES}:restore"),
    MyPage("publishing_page_ask_erase", "GET HEAD", "my/cards/{cardId}/erasure", f"{_PAGES}:ask_erase"),
    MyPage("publishing_page_erase", "POST", "my/cards/{cardId}/erasure", f"{_PAGES}:erase"),
    MyForm(
        "publishing_page_lead_on",
        "POST",
        "my/cards/{cardId}/successor",
        f"{_SUCCESSION}:lead_on",
        "functions.cards.form:texts_in",
    ),
    MyPage("publishing_page_show_again", "POST", "my/cards/{cardId}/return", f"{_SUCCESSION}:show_again"),
    Operation("publishing_name_successor", "PUT", "cards/{cardId}/successor", f"{_API}:put_successor"),
    Operation("publishing_drop_successor", "DELETE", "cards/{cardId}/successor", f"{_API}:delete_successor"),
    Operation("publishing_delete", "DELETE", "cards/{cardId}", f"{_API}:remove_card"),
    Operation("publishing_list_deleted", "GET", "deleted-cards", f"{_API}:list_deleted"),
    Operation("publishing_get_deleted", "GET", "cards/{cardId}/restoration", f"{_API}:get_restoration"),
    Operation("publishing_restore", "PUT", "cards/{cardId}/restoration", f"{_API}:put_restoration"),
    Operation("publishing_erase", "DELETE", "cards/{cardId}/restoration", f"{_API}:delete_restoration"),
)
