"""The card of somebody who leaves is switched off at once, and on again if they are taken back."""

from contextlib import suppress
from datetime import datetime
from typing import Final

from domain.base.errors import StaleVersion, Unavailable
from domain.cards.card import Card
from domain.organisations.organisation import OrganisationStore
from domain.organisations.staff_cards.making import staff_card_id
from domain.publishing.publication import Ports, show

_TRIES: Final = 5


async def follow_member_with_card(
    org_id: str, member_id: str, now: datetime, *, organisations: OrganisationStore, publication: Ports
) -> None:
    """Bring the card in line with whether its person is a member. Safe to repeat, in any order.

    The card is read before the member: of two who do this at once, who saves last has seen the latest.
    """
    for _ in range(_TRIES):
        card = await publication.cards.get(org_id, staff_card_id(org_id, member_id))
        if card is None:
            return
        member = await organisations.member(org_id, member_id)
        wanted = _in_line(card, now, gone=member is None)
        if wanted is None:
            return
        with suppress(StaleVersion):
            await show(await publication.cards.save_and_order_projection(wanted), publication, first=False)
    raise Unavailable


def _in_line(card: Card, now: datetime, *, gone: bool) -> Card | None:
    """The card as it should be, or None if it is. One that was paused by itself stays so."""
    if card.staff is None or card.staff.left == gone:
        return None
    staff = card.staff.model_copy(update={"left": gone, "was_paused": gone and card.paused})
    return card.changed(now, staff=staff, paused=gone or card.staff.was_paused)
