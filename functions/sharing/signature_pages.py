"""`/my/cards/{cardId}/signature`: the e-mail signature of a card, to copy into a mail program."""

from typing import Final, NamedTuple
from urllib.parse import urlencode

import azure.functions as func

import wiring.cards
from domain.base.errors import NotFound
from domain.cards.card import Card
from domain.cards.content import FIELDS
from domain.sharing.signature import parts_of
from domain.visibility.view import ANYONE, CardView, view_for
from functions.cards.frame import card_of, card_url
from functions.framework.my_pages import my_page, person_of
from functions.framework.pages import render
from functions.framework.replies import reply
from functions.framework.texts import _
from functions.sharing.signature import Choice, choice_in, query_of, write_signature

# A signature needs inline styles, which no page of ours allows: it is a document of its own, without scripts,
# forms and an origin, and only our own page may show it.
_ALONE: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'self'; sandbox"
)
# Heights in pixels of the frame around a signature: its margins and first row, and each further row.
_FRAME, _ROW, _LEAST = 80, 20, 160


class Option(NamedTuple):
    """One checkbox of the form."""

    name: str
    label: str
    checked: bool


async def show(req: func.HttpRequest) -> func.HttpResponse:
    person = await person_of(req)
    card = await card_of(req, person)
    view = await _view(card)
    if view is None:
        return my_page("sharing/no_signature.html", person, card=card)
    choice = choice_in(req.params, view)
    signature = write_signature(view, choice, card_url(card))
    return my_page(
        "sharing/signature.html",
        person,
        card=card,
        signature=signature,
        left_out=[_label(part) for part in signature.left_out],
        lines=[Option(part, _label(part), part in choice.parts) for part in parts_of(view)],
        pictures=_pictures(view, choice),
        alone=f"/my/cards/{card.id}/signature.html?{urlencode(query_of(choice))}",
        height=max(_LEAST, _FRAME + _ROW * signature.rows),
    )


async def show_alone(req: func.HttpRequest) -> func.HttpResponse:
    """The signature alone, as a mail shows it."""
    card = await card_of(req, await person_of(req))
    view = await _view(card)
    if view is None:
        raise NotFound
    signature = write_signature(view, choice_in(req.params, view), card_url(card))
    body = render("sharing/signature_alone.html", name=view.content.name, html=signature.html)
    headers = {"Content-Security-Policy": _ALONE}
    return reply(body, content_type="text/html; charset=utf-8", headers=headers)


async def _view(card: Card) -> CardView | None:
    """What anyone sees of the card; None while that is nothing."""
    if not card.is_live:
        return None
    try:
        return view_for((await wiring.cards.published().take(card.handle)).card, ANYONE)
    except NotFound:
        return None


def _label(part: str) -> str:
    return _(FIELDS[part].label) if part in FIELDS else _("Link to the card")


def _pictures(view: CardView, choice: Choice) -> list[Option]:
    photo = [Option("photo", _("Photo"), choice.photo)] if "photo" in view.images else []
    return [*photo, Option("code", _("QR code"), choice.code)]
