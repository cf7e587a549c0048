"""`/my/cards/{cardId}/share`: the link and the code of one card, and the code in colours of one's own."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final, NamedTuple
from urllib.parse import urlencode

import azure.functions as func

from adapters.drawing.qr import PLAIN, SIZES, Look, qr_svg
from domain.base.errors import InvalidInput
from domain.cards.card import Card
from domain.sharing.ways import ways_to_share
from domain.visibility.rule import shown_to
from functions.cards.drawn import code_look
from functions.cards.frame import card_of, card_url, done, undo_of
from functions.framework.my_pages import my_page, person_of
from functions.framework.texts import N_, _

# Size in pixels that the form proposes: enough for print.
_SIZE: Final = "1024"
_EVERYBODY: Final = frozenset({"public"})
_OPTIONS: Final = ("fg", "bg", "size", "logo")
_SENTENCES: Final = {
    "invalid_format": N_("This is not a colour. Write one like #1a2b3c."),
    "inverted_colours": N_("Cameras look for dark on light. Choose a dark colour darker than the light one."),
    "low_contrast": N_("Cameras cannot tell these two colours apart. Take a darker one or a lighter one."),
    "out_of_range": N_("Choose a size from %(least)s to %(most)s pixels."),
}


class Chosen(NamedTuple):
    """The look that the query asks for, as typed, with its faults; `query` leads to the code in this look."""

    values: dict[str, str]
    logo: bool
    faults: dict[str, str]
    query: str


async def show(req: func.HttpRequest) -> func.HttpResponse:
    person = await person_of(req)
    card = await card_of(req, person)
    url = card_url(card)
    chosen = _chosen(req.params, card)
    return my_page(
        "sharing/share.html",
        person,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if chosen and chosen.faults else HTTPStatus.OK,
        card=card,
        url=url,
        to=ways_to_share((card.published or card.draft).name, url),
        qr_svg=qr_svg(url),
        chosen=chosen,
        typed=chosen.values if chosen else _plain(),
        sizes=SIZES,
        can_have_logo=_shows_logo(card),
        done=done(req),
        undo=undo_of(req, card),
    )


def _chosen(query: Mapping[str, str], card: Card) -> Chosen | None:
    """What the form of looks says; None for a page without it."""
    if not card.is_live or not any(name in query for name in _OPTIONS):
        return None
    values = _plain() | {name: query[name] for name in ("fg", "bg", "size") if name in query}
    logo = query.get("logo") == "1" and _shows_logo(card)
    try:
        look = code_look(values)
    except InvalidInput as refusal:
        faults = {
            f"/{fault.field}": _(_SENTENCES[fault.code], least=SIZES[0], most=SIZES[-1])
            for fault in refusal.faults
        }
        return Chosen(values, logo, faults, "")
    return Chosen(values, logo, {}, _query(look, logo=logo))


def _plain() -> dict[str, str]:
    return {"fg": PLAIN.dark, "bg": PLAIN.light, "size": _SIZE}


def _query(look: Look, *, logo: bool) -> str:
    options = {"fg": look.dark[1:], "bg": look.light[1:], "size": str(look.size)}
    return urlencode(options | ({"logo": "1"} if logo else {}))


def _shows_logo(card: Card) -> bool:
    """Whether everybody sees the logo of the card: its code is for everybody."""
    return card.published is not None and shown_to(card.published, _EVERYBODY).logo is not None
