"""Making, changing, deleting and taking back teams.

Each reads all teams, decides, and stores them if nobody else did meanwhile; otherwise it decides anew.
"""

import hashlib
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Final, NamedTuple

from domain.base.errors import InvalidInput, KeyReused, StaleVersion, Unavailable
from domain.base.idempotency import request_hash
from domain.base.ids import ID_BYTES, ID_PREFIXES, make_id
from domain.operations.orders import Order, new_order
from domain.organisations.organisation import Acting, Creating, Settle
from domain.organisations.roles import NotAllowed, may
from domain.organisations.teams.rights import TeamAct, found_team, may_in
from domain.organisations.teams.team import REMOVAL, HasSubTeams, Team, TeamContent, Teams, TeamStore
from domain.organisations.templates.assigning import assigning_order

_TRIES: Final = 8


class TeamVersion(NamedTuple):
    """A team as somebody read it, to change it."""

    by: Acting
    team_id: str
    version: int

    def check(self, team: Team) -> None:
        if team.version != self.version:
            raise StaleVersion


class Step(NamedTuple):
    """What becomes of a team, with what must follow."""

    team: Team
    made: str | None = None
    order: Order | None = None


async def _step(org_id: str, decide: Callable[[Teams], Step], store: TeamStore) -> tuple[Step, Teams]:
    for _ in range(_TRIES):
        teams = await store.get(org_id)
        step = decide(teams)
        changed = teams.having(step.team)
        if changed == teams:
            return step, teams
        with suppress(StaleVersion):
            await store.save(changed, made=step.made, order=step.order)
            return step, changed
    raise Unavailable


async def make_team(
    by: Acting, new: TeamContent, creating: Creating, *, store: TeamStore
) -> tuple[Team, Teams]:
    """Make a team without people. A repetition under the same key returns the first one."""
    if not may(by.member.role, "change_teams"):
        raise NotAllowed
    org_id = by.organisation.id
    text = f"{org_id} {by.member.id} {creating.key}"
    team_id = make_id(ID_PREFIXES["team"], hashlib.sha256(text.encode()).digest()[:ID_BYTES])

    def decide(teams: Teams) -> Step:
        if (done := teams.any(team_id)) is not None:
            if done.request != request_hash(new):
                raise KeyReused
            return Step(teams.find(team_id))
        team = Team(
            id=team_id,
            name=new.name,
            parent_id=new.parent_id,
            request=request_hash(new),
            created_at=creating.now,
            updated_at=creating.now,
        )
        return Step(team, made=team_id)

    step, teams = await _step(org_id, decide, store)
    return step.team, teams


async def change_team(
    of: TeamVersion, content: TeamContent, *, now: datetime, store: TeamStore, settle: Settle
) -> tuple[Team, Teams]:
    """Rename a team, and put it below another one, whose template may then be its people's."""

    def decide(teams: Teams) -> Step:
        team = found_team(of.by, "rename_team", of.team_id, teams)
        if content.parent_id != team.parent_id and not may_in(of.by, "move_team", team, teams):
            raise NotAllowed
        of.check(team)
        moved = content.parent_id != team.parent_id
        order = assigning_order(teams.org_id, now) if moved else None
        return Step(team.changed(now, name=content.name, parent_id=content.parent_id), order=order)

    step, teams = await _step(of.by.organisation.id, decide, store)
    if step.order:
        await settle(step.order)
    return step.team, teams


async def delete_team(of: TeamVersion, *, now: datetime, store: TeamStore, settle: Settle) -> Team:
    """Hide a team everywhere. After a day it is taken from its people, unless somebody takes it back."""

    def decide(teams: Teams) -> Step:
        team = found_team(of.by, "delete_team", of.team_id, teams)
        of.check(team)
        if teams.below(team.id):
            raise HasSubTeams
        order = new_order(REMOVAL, teams.org_id, team.id, now, container="organisations")
        return Step(team.changed(now, deleted_at=now), order=order)

    step, _ = await _step(of.by.organisation.id, decide, store)
    if step.order:
        await settle(step.order)
    return step.team


async def restore_team(of: TeamVersion, *, now: datetime, store: TeamStore) -> tuple[Team, Teams]:
    """Take a deleted team back with its people; at the top if it cannot stand where it stood."""

    def decide(teams: Teams) -> Step:
        team = deleted_team(of.by, of.team_id, teams, now)
        of.check(team)
        back = team.changed(now, deleted_at=None)
        try:
            teams.having(back)
        except InvalidInput:
            back = back.model_copy(update={"parent_id": None})
        return Step(back)

    step, teams = await _step(of.by.organisation.id, decide, store)
    return step.team, teams


def deleted_team(by: Acting, team_id: str, teams: Teams, now: datetime) -> Team:
    """A deleted team that can be taken back, for those who could have deleted it."""
    if not may(by.member.role, "change_teams"):
        raise NotAllowed
    return teams.deleted(team_id, now)


async def read_team(by: Acting, act: TeamAct, team_id: str, *, store: TeamStore) -> tuple[Team, Teams]:
    teams = await store.get(by.organisation.id)
    return found_team(by, act, team_id, teams), teams
