"""Doors of sharing: the codes of all cards, the link and the code of one, and its e-mail signature."""

from functions.framework.doors import MyPage

_CARD = "my/cards/{cardId}"

DOORS = (
    MyPage("sharing_page_now", "GET HEAD", "my/share", "functions.sharing.code_pages:show"),
    MyPage("sharing_page_card", "GET HEAD", f"{_CARD}/share", "functions.sharing.share_pages:show"),
    MyPage(
        "sharing_page_signature", "GET HEAD", f"{_CARD}/signature", "functions.sharing.signature_pages:show"
    ),
    MyPage(
        "sharing_page_signature_alone",
        "GET HEAD",
        f"{_CARD}/signature.html",
        "functions.sharing.signature_pages:show_alone",
    ),
)
