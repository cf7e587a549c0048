"""`/my/cards/{cardId}/share`: the link, the code and the contact file of one card."""

import azure.functions as func

from adapters.drawing.qr import qr_svg
from functions.cards.frame import card_of, card_url, done, undo_of
from functions.framework.my_pages import my_page, person_of


async def show(req: func.HttpRequest) -> func.HttpResponse:
    person = await person_of(req)
    card = await card_of(req, person)
    url = card_url(card)
    return my_page(
        "cards/share.html",
        person,
        card=card,
        url=url,
        qr_svg=qr_svg(url),
        done=done(req),
        undo=undo_of(req, card),
    )
