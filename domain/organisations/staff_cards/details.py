"""A staff card says what the organisation knows about its person by now."""

from contextlib import suppress
from datetime import datetime
from typing import Final

from domain.base.errors import StaleVersion, Unavailable
from domain.organisations.staff_cards.following import restated, said
from domain.organisations.staff_cards.making import StaffPorts, staff_card_id
from domain.publishing.publication import show

_TRIES: Final = 5


async def follow_details(org_id: str, member_id: str, now: datetime, ports: StaffPorts) -> None:
    """Bring the card of a person in line with what is known. Safe to repeat, in any order.

    The card is read before the person: of two who do this at once, who saves last has seen the latest.
    """
    for _ in range(_TRIES):
        card = await ports.cards.get(org_id, staff_card_id(org_id, member_id))
        if card is None or card.staff is None or card.deleted:
            return
        member = await ports.organisations.member(org_id, member_id)
        organisation = await ports.organisations.get(org_id)
        release = await ports.templates.get_release(org_id, card.staff.template_id, card.staff.number)
        if member is None or organisation is None or release is None:
            return
        content, staff = said(member, release, organisation, card.staff)
        changed = restated(card, content, staff, now)
        if (changed.draft, changed.staff) == (card.draft, card.staff):
            return
        with suppress(StaleVersion):
            await show(await ports.cards.save_and_order_projection(changed), ports.publication, first=False)
            return
    raise Unavailable
