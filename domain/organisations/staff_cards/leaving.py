"""A card follows its person and its organisation: it ends with them, and comes back with them as it was.

It leads to the successor that was chosen when its person leaves, and shows nothing while the organisation is
closed. What ended for another reason is left alone: it shows nothing already.
"""

from contextlib import suppress
from datetime import datetime
from typing import Final, NamedTuple

from domain.base.errors import StaleVersion, Unavailable
from domain.cards.card import Card, Reason, Staff
from domain.organisations.organisation import Organisation
from domain.organisations.staff_cards.successors import SuccessorPorts, handle_of
from domain.publishing.publication import Ports as PublicationPorts
from domain.publishing.publication import show
from domain.publishing.succession import ended

_TRIES: Final = 5
OURS: Final[frozenset[Reason]] = frozenset({"left", "organisation_gone"})


class LeavingPorts(NamedTuple):
    choice: SuccessorPorts
    publication: PublicationPorts


async def follow_card(org_id: str, card_id: str, now: datetime, *, ports: LeavingPorts) -> None:
    """Bring a card in line with whether its person and its organisation are there. Safe to repeat.

    The card is read before what it follows, and once more after it was changed: so of two who do this at
    once, who saves last has seen the latest.
    """
    for _ in range(_TRIES):
        card = await ports.publication.cards.get(org_id, card_id)
        organisation = await ports.choice.organisations.get(org_id) if card else None
        if card is None or organisation is None:
            return
        wanted = await _in_line(card, organisation, now, ports)
        if wanted is None:
            return
        with suppress(StaleVersion):
            saved = await ports.publication.cards.save_and_order_projection(wanted)
            await show(saved, ports.publication, first=False)
    raise Unavailable


async def _in_line(card: Card, organisation: Organisation, now: datetime, ports: LeavingPorts) -> Card | None:
    """The card as it should be, or None if it is."""
    if card.staff is None:
        return with_organisation(card, organisation, now)
    member = await ports.choice.organisations.member(card.account_id, card.staff.member_id)
    if member is None:
        return await _left(card, card.staff, now, ports)
    back = card
    if card.staff.left_at is not None:
        back = card.changed(now, staff=card.staff.model_copy(update={"left_at": None, "successor": None}))
    return with_organisation(back, organisation, now) or (back if back is not card else None)


async def _left(card: Card, staff: Staff, now: datetime, ports: LeavingPorts) -> Card | None:
    """The card of somebody who has left, with its links leading to where they were to lead."""
    org_id, choice = card.account_id, ports.choice
    former = await choice.organisations.former_member(org_id, staff.member_id)
    left_at = former.updated_at if former else staff.left_at or now
    if staff.successor is None or staff.left_at != left_at:
        chosen = (former and former.successor) or (await choice.rules.get(org_id)).successor
        staff = staff.model_copy(update={"left_at": left_at, "successor": chosen})
    wanted = card if staff == card.staff else card.changed(now, staff=staff)
    if card.was_published and (card.ending is None or card.ending.why in OURS):
        handle = await handle_of(org_id, staff.successor, choice) if staff.successor else None
        # A colleague who comes after their own successor leads nowhere.
        successor = None if handle in (card.handle, *card.former_handles) else handle
        if card.ending is None or (card.ending.why, card.ending.successor) != ("left", successor):
            wanted = ended(card, "left", successor, now).model_copy(update={"staff": staff})
    return None if wanted is card else wanted


def with_organisation(card: Card, organisation: Organisation, now: datetime) -> Card | None:
    """A card that nobody has left: it is over while the organisation is closed."""
    if organisation.closed:
        over = card.ending is None and card.was_published
        return ended(card, "organisation_gone", None, now) if over or _is_left(card) else None
    if card.ending is not None and card.ending.why in OURS:
        return card.changed(now, ending=None)
    return None


def _is_left(card: Card) -> bool:
    return card.ending is not None and card.ending.why == "left"
