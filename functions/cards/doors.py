"""Doors of cards."""

from functions.framework.doors import KeptPage, MyForm, MyPage, Operation, Page

_TEXTS = "functions.cards.form:texts_in"

DOORS = (
    KeptPage("cards_show", "GET HEAD", "c/{handle}", "functions.cards.public:show_card"),
    # As long as the names of images: other pages of a card come after it.
    Page(
        "cards_show_image",
        "GET HEAD",
        "c/{handle}/{image:length(36,37)}",
        "functions.cards.public:show_card_image",
    ),
    Page("cards_follow_link", "GET HEAD", "c/{handle}/go/{key}", "functions.cards.public:follow_card_link"),
    MyPage("cards_page_list", "GET HEAD", "my/cards", "functions.cards.list_pages:show"),
    MyPage("cards_page_search", "POST", "my/cards", "functions.cards.list_pages:search"),
    MyPage("cards_page_new", "GET HEAD", "my/new-card", "functions.cards.filling.new_pages:show"),
    MyForm("cards_page_create", "POST", "my/new-card", "functions.cards.filling.new_pages:create", _TEXTS),
    MyPage("cards_page_edit", "GET HEAD", "my/cards/{cardId}", "functions.cards.edit_pages:show"),
    MyForm("cards_page_save", "POST", "my/cards/{cardId}", "functions.cards.edit_pages:save", _TEXTS),
    MyPage("cards_page_look", "GET HEAD", "my/cards/{cardId}/look", "functions.cards.look.pages:show"),
    MyPage("cards_page_save_look", "POST", "my/cards/{cardId}/look", "functions.cards.look.pages:save"),
    MyPage(
        "cards_page_preview", "GET HEAD", "my/cards/{cardId}/preview", "functions.cards.preview_pages:show"
    ),
    MyForm(
        "cards_page_preview_typed",
        "POST",
        "my/cards/{cardId}/preview",
        "functions.cards.preview_pages:show_typed",
        _TEXTS,
    ),
    MyPage("cards_page_counts", "GET HEAD", "my/cards/{cardId}/counts", "functions.cards.counts_pages:show"),
    MyPage(
        "cards_page_settings", "GET HEAD", "my/cards/{cardId}/settings", "functions.cards.settings_pages:show"
    ),
    MyPage(
        "cards_page_publication",
        "POST",
        "my/cards/{cardId}/publication/{change}",
        "functions.cards.settings_pages:change_publication",
    ),
    MyForm(
        "cards_page_rename",
        "POST",
        "my/cards/{cardId}/rename",
        "functions.cards.settings_pages:rename",
        _TEXTS,
    ),
    MyPage("cards_page_copy", "POST", "my/cards/{cardId}/duplicate", "functions.cards.settings_pages:copy"),
    Operation(
        "cards_check_handle", "POST", "handle-checks", "functions.cards.filling.handles_api:check_handle"
    ),
    Operation("cards_list", "GET", "cards", "functions.cards.api:list_cards"),
    Operation("cards_create", "POST", "cards", "functions.cards.api:post_card"),
    Operation("cards_get", "GET", "cards/{cardId}", "functions.cards.api:get_card"),
    Operation("cards_edit", "PUT", "cards/{cardId}", "functions.cards.api:put_card"),
    Operation("cards_copy", "POST", "cards/{cardId}/copies", "functions.cards.api:post_copy"),
    Operation("cards_rename", "PUT", "cards/{cardId}/handle", "functions.cards.api:put_handle"),
    Operation("cards_publish", "PUT", "cards/{cardId}/publication", "functions.cards.api:publish"),
    Operation("cards_unpublish", "DELETE", "cards/{cardId}/publication", "functions.cards.api:unpublish"),
    Operation("cards_pause", "PUT", "cards/{cardId}/pause", "functions.cards.api:pause"),
    Operation("cards_resume", "DELETE", "cards/{cardId}/pause", "functions.cards.api:resume"),
    Operation("cards_undo", "DELETE", "cards/{cardId}/publication/latest", "functions.cards.api:undo"),
)
