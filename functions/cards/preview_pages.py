"""`/my/cards/{cardId}/preview`: preview of the draft for each audience."""

from typing import Final

import azure.functions as func

import wiring.images
from adapters.drawing.qr import qr_svg
from domain.cards.card import Card
from domain.publishing.publication import preview
from domain.visibility.view import ANYONE, Viewer, view_for
from functions.cards.filling.offers import viewers_for
from functions.cards.form import content_of, readable, values_of
from functions.cards.frame import card_of, card_url
from functions.cards.look.style import styles_of
from functions.framework.clock import now
from functions.framework.my_pages import person_and_form, person_of
from functions.framework.pages import page

_VIEWERS: Final = {
    "anyone": ANYONE,
    "signed_in": Viewer(signed_in=True),
    "connections": Viewer(signed_in=True, connected=True),
}


async def show(req: func.HttpRequest) -> func.HttpResponse:
    """Preview of the saved draft, by the same projection and visibility rule as a published card."""
    person = await person_of(req)
    return await _preview_page(await card_of(req, person), req.params.get("as", ""))


async def show_typed(req: func.HttpRequest) -> func.HttpResponse:
    """Preview of unsaved form values, as far as they are valid. `framed=1` leaves out the bar above it."""
    person, form = await person_and_form(req)
    card = await card_of(req, person)
    content = readable(content_of(form), card.draft).looking(card.draft.look)
    typed = card.model_copy(update={"draft": content})
    return await _preview_page(typed, req.params.get("as", ""), framed=req.params.get("framed") == "1")


async def _preview_page(card: Card, viewer: str, *, framed: bool = False) -> func.HttpResponse:
    viewer = viewer if viewer in _VIEWERS else "anyone"
    draft = await preview(card, at=now(), images=wiring.images.store())
    url, view = card_url(card), view_for(draft, _VIEWERS[viewer])
    return page(
        "cards/card.html",
        styles=styles_of(view, preview=not framed),
        view=view,
        links={},
        schema=None,
        url=url,
        qr_svg=qr_svg(url),
        preview=f"/my/cards/{card.id}",
        viewer=viewer,
        viewers=await viewers_for(card.account_id, values_of(card.draft)),
        framed=framed,
    )
