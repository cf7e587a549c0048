"""Doors of staff cards."""

from functions.framework.doors import MyForm, MyPage, Operation

_API = "functions.organisations.staff_cards.api"
_ALL = "organisations/{organisationId}/staff-cards"
_ONE = f"{_ALL}/{{cardId}}"

_PAGES = "functions.organisations.staff_cards.pages"
_ASKING = "functions.organisations.staff_cards.asking_pages"
_AT = "org/{organisationId}"
_PAGE = f"{_AT}/cards/{{cardId}}"

_LISTS = "functions.organisations.staff_cards.list_pages"
_MAKING = "functions.organisations.staff_cards.making_pages"
_MAKING_API = "functions.organisations.staff_cards.making_api"

DOORS = (
    MyPage("organisations_cards_page", "GET HEAD", f"{_AT}/cards", f"{_LISTS}:show"),
    MyForm(
        "organisations_cards_page_search", "POST", f"{_AT}/cards", f"{_LISTS}:search", f"{_LISTS}:texts_in"
    ),
    MyPage("organisations_cards_page_directory", "GET HEAD", f"{_AT}/directory", f"{_LISTS}:show_directory"),
    MyForm(
        "organisations_cards_page_search_directory", "POST", f"{_AT}/directory", f"{_LISTS}:search_directory",
        f"{_LISTS}:texts_in",
    ),
    MyPage("organisations_cards_page_new", "GET HEAD", f"{_AT}/new-cards", f"{_MAKING}:show"),
    MyForm(
        "organisations_cards_page_make", "POST", f"{_AT}/new-cards", f"{_MAKING}:make", f"{_MAKING}:texts_in"
    ),
    MyPage(
        "organisations_cards_page_make_one", "POST", f"{_AT}/people/{{memberId}}/card", f"{_MAKING}:make_one"
    ),
    Operation(
        "organisations_staff_cards_make_many", "POST", "organisations/{organisationId}/new-staff-cards",
        f"{_MAKING_API}:post_many",
    ),
    Operation(
        "organisations_staff_cards_make_missing", "POST",
        "organisations/{organisationId}/missing-staff-cards", f"{_MAKING_API}:post_missing",
    ),
    MyPage("organisations_cards_page_own", "GET HEAD", f"{_AT}/my-card", f"{_PAGES}:show_own"),
    MyPage("organisations_cards_page_one", "GET HEAD", _PAGE, f"{_PAGES}:show"),
    MyForm("organisations_cards_page_save", "POST", _PAGE, f"{_PAGES}:save", f"{_PAGES}:texts_in"),
    MyPage("organisations_cards_page_preview", "GET HEAD", f"{_PAGE}/preview", f"{_PAGES}:show_preview"),
    MyForm(
        "organisations_cards_page_typed", "POST", f"{_PAGE}/preview", f"{_PAGES}:show_typed",
        f"{_PAGES}:texts_in",
    ),
    MyPage("organisations_cards_page_ask", "GET HEAD", f"{_PAGE}/ask", f"{_ASKING}:show"),
    MyForm(
        "organisations_cards_page_send", "POST", f"{_PAGE}/ask", f"{_ASKING}:send", f"{_ASKING}:texts_in"
    ),
    Operation("organisations_staff_cards_list", "GET", _ALL, f"{_API}:list_cards"),
    Operation("organisations_staff_cards_make", "POST", _ALL, f"{_API}:post_card"),
    Operation("organisations_staff_cards_get", "GET", _ONE, f"{_API}:get_card"),
    Operation("organisations_staff_cards_change", "PUT", _ONE, f"{_API}:put_card"),
)  # fmt: skip
