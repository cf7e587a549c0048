"""The staff cards of people of an import, a few at once."""

from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import batched
from typing import Final

from domain.base.errors import Conflict, InvalidInput, NotFound, StaleVersion
from domain.organisations.imports.imports import Together
from domain.organisations.organisation import Acting, Member, Organisation
from domain.organisations.staff_cards.making import (
    MakingCard,
    NewStaffCard,
    NotInForce,
    StaffPorts,
    make_staff_card,
)

_AT_ONCE: Final = 5


class CardMaker:
    """`suffix` gives the tail of a handle whose name is taken."""

    def __init__(self, ports: StaffPorts, suffix: Callable[[], str], together: Together) -> None:
        self._ports, self._suffix, self._together = ports, suffix, together

    async def check(self, org_id: str, template_id: str) -> None:
        """Refuse a template that is not there or not in force."""
        template = await self._ports.templates.get(org_id, template_id)
        if template is None:
            raise NotFound
        if template.number < 1:
            raise NotInForce

    async def make(self, org_id: str, template_id: str, people: Sequence[Member], now: datetime) -> set[str]:
        """Make the cards of these people; ids of those whose card cannot be made. Repeating it is safe."""
        organisation = await self._ports.organisations.get(org_id)
        if organisation is None:
            return {each.id for each in people}
        failed = set[str | None]()
        for some in batched(people, _AT_ONCE, strict=False):
            failed |= set(
                await self._together([self._one(organisation, each, template_id, now) for each in some])
            )
        return {each for each in failed if each is not None}

    async def _one(
        self, organisation: Organisation, member: Member, template_id: str, now: datetime
    ) -> str | None:
        """Id of the person if their card cannot be made."""
        new = NewStaffCard(member_id=member.id, template_id=template_id)
        try:
            await make_staff_card(
                Acting(organisation, member), new, MakingCard(self._suffix(), now), self._ports
            )
        except (NotFound, Conflict, StaleVersion, InvalidInput):
            return member.id
        return None
