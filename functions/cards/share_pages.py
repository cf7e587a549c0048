"""`/my/cards/{cardId}/share`: the link, the code and the contact file of one card."""

import azure.functions as func

from adapters.drawing.qr import qr_svg
from functions.cards.frame import card_of, card_url
from functions.framework.assets import script_url
from functions.framework.my_pages import done, my_page, on_my_page, person_of
from functions.framework.pages import page_endpoint

bp = func.Blueprint()


@bp.function_name("my_card_share")
@bp.route(route="my/cards/{cardId}/share", methods=["GET", "HEAD"])
@page_endpoint
@on_my_page
async def my_card_share(req: func.HttpRequest) -> func.HttpResponse:
    person = await person_of(req)
    card = await card_of(req, person)
    url = card_url(card)
    return my_page(
        "cards/share.html",
        person,
        live=True,
        card=card,
        url=url,
        qr_svg=qr_svg(url),
        script=script_url("share"),
        done=done(req),
    )
