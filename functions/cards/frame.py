"""Parts that the pages of one card share: the card, its address, changes of its publication."""

import azure.functions as func

import wiring
from domain.cards.card import Card, read_card
from domain.publishing.publication import Change, change_publication
from functions.cards.cache import shelf
from functions.framework.callers import SignedIn
from functions.framework.clock import now


async def card_of(req: func.HttpRequest, person: SignedIn) -> Card:
    return await read_card(person.account_id, req.route_params["cardId"], cards=wiring.services().cards)


def card_url(card: Card) -> str:
    return f"{wiring.services().settings.public_origin}/c/{card.handle}"


async def change(wanted: Change, person: SignedIn, card_id: str, version: int) -> None:
    """Change what the public sees of a card, at once in this worker."""
    services = wiring.services()
    card = await change_publication(
        person.account_id,
        card_id,
        wanted,
        version=version,
        now=now(),
        cards=services.cards,
        published=services.published,
        images=services.images,
    )
    shelf.forget(card.handle, *card.former_handles)
