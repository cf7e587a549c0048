"""Doors of the exchange: the form on a card, the person's link, the owner's inbox, receipts."""

from functions.framework.doors import MyPage, Operation, Page, Resource

_FORM = "functions.exchange.form_pages"
_LINK = "functions.exchange.link_pages"
_CARD = "functions.exchange.card_pages"
_INBOX = "functions.exchange.inbox_pages"
_API = "functions.exchange.api"
_REQUESTS = "my/requests/exchanges"

DOORS = (
    Page("exchange_form_show", "GET HEAD", "c/{handle}/exchange", f"{_FORM}:show"),
    Page("exchange_form_send", "POST", "c/{handle}/exchange", f"{_FORM}:send"),
    Page("exchange_link_show", "GET HEAD", "exchange/{link}", f"{_LINK}:show"),
    Page("exchange_link_correct", "POST", "exchange/{link}", f"{_LINK}:correct_details"),
    Page("exchange_link_confirm", "POST", "exchange/{link}/confirmation", f"{_LINK}:confirm_details"),
    Page("exchange_link_ask_withdraw", "GET HEAD", "exchange/{link}/withdrawal", f"{_LINK}:ask_withdraw"),
    Page("exchange_link_withdraw", "POST", "exchange/{link}/withdrawal", f"{_LINK}:withdraw_details"),
    Resource("exchange_link_receipt", "GET HEAD", "exchange/{link}/receipt", f"{_LINK}:show_receipt"),
    Resource(
        "exchange_receipt_keys", "GET HEAD", ".well-known/consent-receipt-keys.json", f"{_LINK}:show_keys"
    ),
    MyPage("exchange_page_card", "GET HEAD", "my/cards/{cardId}/exchange", f"{_CARD}:show"),
    MyPage("exchange_page_change_card", "POST", "my/cards/{cardId}/exchange", f"{_CARD}:change"),
    MyPage("exchange_page_inbox", "GET HEAD", _REQUESTS, f"{_INBOX}:show"),
    MyPage("exchange_page_one", "GET HEAD", f"{_REQUESTS}/{{exchangeId}}", f"{_INBOX}:show_one"),
    MyPage("exchange_page_keep", "POST", f"{_REQUESTS}/{{exchangeId}}/contact", f"{_INBOX}:keep_one"),
    MyPage("exchange_page_dismiss", "POST", f"{_REQUESTS}/{{exchangeId}}/dismissal", f"{_INBOX}:dismiss_one"),
    MyPage(
        "exchange_page_restore", "POST", f"{_REQUESTS}/{{exchangeId}}/restoration", f"{_INBOX}:restore_one"
    ),
    Operation("exchange_get_form", "GET", "cards/{cardId}/exchange-form", f"{_API}:get_form"),
    Operation("exchange_change_form", "PUT", "cards/{cardId}/exchange-form", f"{_API}:put_form"),
    Operation("exchange_list", "GET", "exchanges", f"{_API}:list_exchanges"),
    Operation("exchange_get", "GET", "exchanges/{exchangeId}", f"{_API}:get_exchange"),
    Operation("exchange_keep", "PUT", "exchanges/{exchangeId}/contact", f"{_API}:put_contact"),
    Operation("exchange_dismiss", "DELETE", "exchanges/{exchangeId}", f"{_API}:remove_exchange"),
    Operation("exchange_restore", "PUT", "exchanges/{exchangeId}/restoration", f"{_API}:put_restoration"),
)
