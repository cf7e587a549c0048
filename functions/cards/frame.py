"""Parts that the pages of one card share: the card, its address, changes of its publication."""

from typing import Final

import azure.functions as func

import wiring.cards
import wiring.publishing
import wiring.site
from domain.cards.card import Card, CardVersion, read_card
from domain.publishing.publication import Change, change_publication, was_shown_last
from functions.framework.callers import SignedIn
from functions.framework.clock import now

# Messages after a redirect, by the value of `done` in the query.
_DONE: Final = {
    "created": "Your card is made. Fill in what people should see, then publish it.",
    "made-and-published": "Your card is live. Show somebody the code, or send the link.",
    "saved": "The draft is saved. What the public sees has not changed.",
    "published": "Your card is live.",
    "unpublished": "The card is no longer public. Within seconds, its link and its QR code show nothing.",
    "picture-not-ready": "The card is not published: one of its pictures below is not ready or not taken.",
    "paused": "The card is paused. Its link shows nothing until you resume it.",
    "resumed": "The card can be seen again.",
    "undone": "What was published before is public again. Your draft has not changed.",
    "renamed": "The card has its new name. The old link leads to the new one.",
    "duplicated": "This is your copy. It is a draft until you publish it.",
    "deleted": "The card is deleted: its link and its QR code show nothing. You can take it back for a day.",
    "restored": "The card is back, as it was.",
    "erased": "The card is erased.",
}


async def card_of(req: func.HttpRequest, person: SignedIn) -> Card:
    return await read_card(person.account_id, req.route_params["cardId"], cards=wiring.cards.store())


def card_url(card: Card) -> str:
    return f"{wiring.site.origin()}/c/{card.handle}"


def done(req: func.HttpRequest) -> str | None:
    """Message of the action that redirected to this page, if any."""
    return _DONE.get(req.params.get("done", ""))


def undo_of(req: func.HttpRequest, card: Card) -> Change | None:
    """Change that takes back the publication that redirected to this page, if any."""
    if req.params.get("done") != "published" or card.undone or not was_shown_last(card):
        return None
    return "unpublish" if card.previous is None else "undo"


async def change(wanted: Change, person: SignedIn, card_id: str, version: int) -> None:
    """Change the publication of a card; this worker shows the change at once."""
    of = CardVersion(person.account_id, card_id, version)
    await change_publication(of, wanted, now=now(), ports=wiring.publishing.ports())
