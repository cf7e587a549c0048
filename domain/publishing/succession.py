"""The end of a card: its links show nothing from then on, or lead to the card that follows it.

Its owner names a successor and takes that back. What ends a card for another reason (its person leaves an
organisation, the organisation closes, it is no longer paid for) calls `end_card`, too.
"""

from datetime import datetime

from domain.base.errors import Fault, InvalidInput
from domain.base.model import Closed
from domain.base.texts import N_
from domain.cards.card import Card, CardVersion, Ending, Handle, PublishedCards, Reason, read_or_done
from domain.publishing.handles import MOST_STEPS
from domain.publishing.publication import LeadsElsewhere, NothingToChange, Ports, show


class Successor(Closed):
    """The handle of the card that the links of another one lead to."""

    handle: Handle


async def end_card(
    of: CardVersion, why: Reason, successor: str | None, *, now: datetime, ports: Ports
) -> Card:
    """End a card that was published; a repetition returns it."""
    card, done = await read_or_done(of, ports.cards, done=lambda card: _ends(card, why, successor))
    if not done:
        if not card.was_published:
            raise NothingToChange
        if card.ending is not None and card.ending.why != "moved":
            raise LeadsElsewhere
        if successor is not None:
            await _check(card, successor, ports.published)
        card = await ports.cards.save_and_order_projection(ended(card, why, successor, now))
    await show(card, ports, first=False)
    return card


def ended(card: Card, why: Reason, successor: str | None, at: datetime) -> Card:
    return card.changed(at, ending=Ending(why=why, successor=successor, at=at))


async def take_end_back(of: CardVersion, *, now: datetime, ports: Ports) -> Card:
    """Show the card again as it was before its owner named a successor."""
    card, done = await read_or_done(of, ports.cards, done=lambda card: card.ending is None)
    if not done:
        if card.ending is None:
            raise NothingToChange
        if card.ending.why != "moved":
            raise LeadsElsewhere
        card = await ports.cards.save_and_order_projection(card.changed(now, ending=None))
    if card.was_published:
        await show(card, ports, first=False)
    return card


def _ends(card: Card, why: Reason, successor: str | None) -> bool:
    return card.ending is not None and (card.ending.why, card.ending.successor) == (why, successor)


async def _check(card: Card, successor: str, published: PublishedCards) -> None:
    """Refuse a successor that shows nothing, and one that leads back to the card.

    Two cards that are each named for the other at the same moment are found out when they are looked at
    (`domain/publishing/handles.py`).
    """
    handle: str | None = successor
    for _ in range(MOST_STEPS):
        if handle in (card.handle, *card.former_handles):
            raise _refused("leads_back", N_("leads back to this card"))
        found = await published.get(handle) if handle else None
        if found is None:
            break
        if found.content is not None:
            return
        handle = found.redirect_to
    raise _refused("not_shown", N_("is not the name of a card that can be seen now"))


def _refused(code: str, detail: str) -> InvalidInput:
    return InvalidInput([Fault("/handle", code, detail)])
