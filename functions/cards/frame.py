"""Parts that the pages of one card share: the card, its address, changes of its publication."""

import azure.functions as func

import wiring.cards
import wiring.publishing
import wiring.site
from domain.cards.card import Card, CardVersion, read_card
from domain.publishing.publication import Change, change_publication
from functions.framework.callers import SignedIn
from functions.framework.clock import now


async def card_of(req: func.HttpRequest, person: SignedIn) -> Card:
    return await read_card(person.account_id, req.route_params["cardId"], cards=wiring.cards.store())


def card_url(card: Card) -> str:
    return f"{wiring.site.origin()}/c/{card.handle}"


async def change(wanted: Change, person: SignedIn, card_id: str, version: int) -> None:
    """Change what the public sees of a card, at once in this worker."""
    of = CardVersion(person.account_id, card_id, version)
    await change_publication(of, wanted, now=now(), ports=wiring.publishing.ports())
