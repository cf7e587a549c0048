"""What follows the deletion of a team: after a day it is taken from its people, however many they are.

The order of the deletion stores the work, which is due when the team cannot be taken back any more. The work
first takes the team out of the organisation's teams, so that from then on nobody can bring it back, and then
from its people. A member who was changed meanwhile is found again by the next query.
"""

import hashlib
from contextlib import suppress
from typing import Final

from domain.base.errors import StaleVersion
from domain.base.ids import ID_BYTES, ID_PREFIXES, make_id
from domain.operations.orders import Order
from domain.operations.slices import Slice
from domain.operations.work import Progress, Work, WorkStore, new_work
from domain.organisations.organisation import MemberFilter, OrganisationStore
from domain.organisations.teams.people import MOST_AT_ONCE, without
from domain.organisations.teams.team import REMOVAL, REMOVED_AFTER, Team, TeamStore

_TRIES: Final = 8


def removal_id(org_id: str, team: Team) -> str:
    """Id of the work that follows this deletion of the team; another deletion has another one."""
    text = f"{REMOVAL} {org_id} {team.id} {team.deleted_at}"
    return make_id(ID_PREFIXES["work"], hashlib.sha256(text.encode()).digest()[:ID_BYTES])


async def order_removal(order: Order, *, teams: TeamStore, works: WorkStore) -> None:
    """Store the work that a deletion asks for, due in a day. Safe to repeat."""
    team = (await teams.get(order.owner_id)).any(order.subject_id)
    if team is None or team.deleted_at is None:
        return
    work = new_work(REMOVAL, order.owner_id, removal_id(order.owner_id, team), team.deleted_at)
    due = team.deleted_at + REMOVED_AFTER
    await works.create(work.model_copy(update={"cursor": team.id, "due_at": due}))


class RemovalJob:
    """Takes one deleted team from its people. The cursor is the id of the team."""

    def __init__(self, organisations: OrganisationStore, teams: TeamStore) -> None:
        self._organisations, self._teams = organisations, teams

    async def slice(self, work: Work, bound: Slice) -> Progress:
        org_id, team_id, done = work.owner_id, work.cursor, 0
        if not await self._forgotten(work):
            return Progress(team_id, 0, over=True)
        total = work.total
        if total is None:
            total = await self._teams.size(org_id, team_id)
        while not bound.is_over:
            most = min(MOST_AT_ONCE, bound.left)
            people, _ = await self._organisations.members(org_id, MemberFilter(team=team_id), most, None)
            if not people:
                await self._teams.forget_size(org_id, team_id)
                return Progress(team_id, done, over=True)
            bound.spend(len(people))
            with suppress(StaleVersion):
                changed = [without(each, team_id) for each in people]
                await self._teams.save_people(changed, team_id, -len(changed))
                done += len(changed)
        return Progress(team_id, done, total=total)

    async def discard(self, work: Work) -> None:
        """Nothing is kept of it."""

    async def _forgotten(self, work: Work) -> bool:
        """Whether the team is gone for good. One that was taken back, or deleted again since, is not."""
        for left in reversed(range(_TRIES)):
            teams = await self._teams.get(work.owner_id)
            team = teams.any(work.cursor)
            if team is None:
                return True
            if team.deleted_at is None or removal_id(work.owner_id, team) != work.id:
                return False
            try:
                await self._teams.save(teams.without(team.id))
            except StaleVersion:
                if not left:
                    raise
            else:
                return True
        return False
