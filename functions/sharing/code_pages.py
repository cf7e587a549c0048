"""`/my/share`: the codes of a person's cards, one to a screen."""

from typing import Final, NamedTuple

import azure.functions as func

import wiring.cards
from adapters.drawing.qr import qr_svg
from domain.base.limits import MOST_CARDS
from domain.cards.card import Card
from domain.sharing.ways import Ways, ways_to_share
from functions.cards.frame import card_url
from functions.framework.my_pages import my_page, person_of

# Of a person with more cards, those changed last; the others are on the page of cards.
MOST_PANELS: Final = 20


class Panel(NamedTuple):
    """One card on its screen. `code` is the SVG of the first; the browser fetches others when near."""

    card: Card
    name: str
    url: str
    to: Ways
    code: str | None


async def show(req: func.HttpRequest) -> func.HttpResponse:
    """The codes of the live cards, those changed last first; before them the one that the query names."""
    person = await person_of(req)
    cards, _ = await wiring.cards.store().list(person.account_id, MOST_CARDS, None)
    cards.sort(key=lambda card: card.updated_at, reverse=True)
    wanted = req.params.get("card")
    live = sorted((card for card in cards if card.is_live), key=lambda card: card.id != wanted)
    if not live:
        return my_page("sharing/nothing_to_share.html", person, card=cards[0] if cards else None)
    return my_page(
        "sharing/now.html",
        person,
        panels=[_panel(card, first=at == 0) for at, card in enumerate(live[:MOST_PANELS])],
        more=len(live) > MOST_PANELS,
    )


def _panel(card: Card, *, first: bool) -> Panel:
    url = card_url(card)
    name = (card.published or card.draft).name
    return Panel(card, name, url, ways_to_share(name, url), qr_svg(url) if first else None)
