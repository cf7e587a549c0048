"""`/api/v1/cards`: deletion, and taking it back in time."""

from datetime import datetime

import wiring.accounts
import wiring.cards
import wiring.publishing
from domain.base.limits import LimitReached
from domain.base.model import Closed
from domain.cards.card import Card
from domain.publishing.deletion import delete_card, erase_card, read_deleted, restore_card
from domain.publishing.publication import LeadsElsewhere, NothingToChange
from domain.publishing.succession import Successor, end_card, take_end_back
from functions.cards.api import CardOut, card_out, version_of
from functions.framework.operations import Answer, Call, Page, operation


class DeletedCardOut(Closed):
    """A deleted card as it was. It can be taken back before `restorableUntil`, and is then erased."""

    card: CardOut
    restorable_until: datetime


class DeletedCardList(Closed):
    data: list[DeletedCardOut]
    page: Page


def _out(card: Card) -> list[DeletedCardOut]:
    """The card, or nothing if it is erased."""
    if card.kept is None:
        return []
    return [DeletedCardOut(card=card_out(card.as_it_was), restorable_until=card.kept.until)]


@operation(
    "Delete a card; it can be taken back for a day. The handles of one that was published are never given out"
    " again",
    versioned=True,
    fresh=True,
)
async def remove_card(call: Call) -> Answer:
    await delete_card(version_of(call), now=call.now, ports=wiring.publishing.ports())
    return Answer()


@operation(
    "The account's deleted cards that can be taken back, newest first", answer=DeletedCardList, lists=True
)
async def list_deleted(call: Call) -> Answer:
    found, following = await wiring.cards.store().list_deleted(call.account_id, call.limit, call.cursor)
    data = [out for card in found if card.can_come_back(call.now) for out in _out(card)]
    return Answer(DeletedCardList(data=data, page=Page(next=following)))


@operation("One deleted card that can be taken back", answer=DeletedCardOut)
async def get_restoration(call: Call) -> Answer:
    card = await read_deleted(
        call.account_id, call.params["cardId"], now=call.now, cards=wiring.cards.store()
    )
    return Answer(_out(card)[0], card.version)


@operation("Take a deleted card back, as it was", answer=CardOut, versioned=True, conflicts=(LimitReached,))
async def put_restoration(call: Call) -> Answer:
    card = await restore_card(
        version_of(call), now=call.now, ports=wiring.publishing.ports(), profiles=wiring.accounts.profiles()
    )
    return Answer(card_out(card), card.version)


@operation(
    "Lead a card's links to another card for good, or until it is taken back; the card shows nothing itself",
    body=Successor,
    answer=CardOut,
    versioned=True,
    conflicts=(NothingToChange, LeadsElsewhere),
)
async def put_successor(call: Call[Successor]) -> Answer:
    card = await end_card(
        version_of(call), "moved", call.body.handle, now=call.now, ports=wiring.publishing.ports()
    )
    return Answer(card_out(card), card.version)


@operation(
    "Show a card again whose links lead to another one",
    answer=CardOut,
    versioned=True,
    conflicts=(NothingToChange, LeadsElsewhere),
)
async def delete_successor(call: Call) -> Answer:
    card = await take_end_back(version_of(call), now=call.now, ports=wiring.publishing.ports())
    return Answer(card_out(card), card.version)


@operation("Erase a deleted card now, with no way back", versioned=True, fresh=True)
async def delete_restoration(call: Call) -> Answer:
    await erase_card(version_of(call), now=call.now, ports=wiring.publishing.ports())
    return Answer()
