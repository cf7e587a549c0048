"""`/api/v1/organisations/{organisationId}/teams`: making, changing, deleting and taking back teams."""

import asyncio
import secrets
from datetime import datetime

from pydantic import Field

import wiring.operations
import wiring.organisations.teams
from domain.base.errors import KeyReused
from domain.base.limits import LimitReached
from domain.base.model import Closed
from domain.operations.work import read_work
from domain.organisations.organisation import Creating
from domain.organisations.roles import NotAllowed
from domain.organisations.teams.changing import (
    TeamVersion,
    change_team,
    delete_team,
    deleted_team,
    make_team,
    read_team,
    restore_team,
)
from domain.organisations.teams.removal import removal_id
from domain.organisations.teams.rights import Standing, standing
from domain.organisations.teams.team import HasSubTeams, Team, TeamContent
from functions.framework.operations import Answer, Call, operation
from functions.operations.api import WorkOut, work_out
from functions.organisations.acting import acting_in


class TeamOut(Closed):
    """A team. `people` are those in it, without those of its sub-teams; `standing` is the caller's."""

    id: str
    name: str
    parent_id: str | None
    people: int
    standing: Standing
    created_at: datetime
    updated_at: datetime


class TeamList(Closed):
    data: list[TeamOut]


class DeletedTeamOut(Closed):
    """A deleted team. Until `restorableUntil` it can be taken back; then `workId` takes it from people."""

    id: str
    name: str
    restorable_until: datetime
    work_id: str = Field(description="Its progress is at `/organisations/{organisationId}/work/{workId}`.")


def _out(team: Team, people: int, how: Standing) -> TeamOut:
    return TeamOut(
        id=team.id,
        name=team.name,
        parent_id=team.parent_id,
        people=people,
        standing=how,
        created_at=team.created_at,
        updated_at=team.updated_at,
    )


def _deleted(org_id: str, team: Team) -> Answer:
    until = team.restorable_until() or team.updated_at
    gone = DeletedTeamOut(
        id=team.id, name=team.name, restorable_until=until, work_id=removal_id(org_id, team)
    )
    return Answer(gone, team.version)


async def _size(team: Team, org_id: str) -> int:
    return await wiring.organisations.teams.store().size(org_id, team.id)


async def _version_of[B](call: Call[B]) -> TeamVersion:
    return TeamVersion(await acting_in(call, "see_people"), call.params["teamId"], call.version)


@operation(
    "The teams of an organisation, in the order of their names", answer=TeamList, conflicts=(NotAllowed,)
)
async def list_teams(call: Call) -> Answer:
    by = await acting_in(call, "see_people")
    store, org_id = wiring.organisations.teams.store(), by.organisation.id
    teams, sizes = await asyncio.gather(store.get(org_id), store.sizes(org_id))
    data = [_out(team, sizes.get(team.id, 0), standing(by, team, teams)) for team in teams.by_name()]
    return Answer(TeamList(data=data))


@operation(
    "Make a team, at the top or below another one",
    body=TeamContent,
    answer=TeamOut,
    creates=True,
    conflicts=(KeyReused, LimitReached, NotAllowed),
)
async def post_team(call: Call[TeamContent]) -> Answer:
    by = await acting_in(call, "change_teams")
    creating = Creating(call.key or secrets.token_hex(), call.now)
    store = wiring.organisations.teams.store()
    team, teams = await make_team(by, call.body, creating, store=store)
    made = _out(team, await _size(team, by.organisation.id), standing(by, team, teams))
    return Answer(made, team.version, location=f"organisations/{by.organisation.id}/teams/{team.id}")


@operation("One team", answer=TeamOut, conflicts=(NotAllowed,))
async def get_team(call: Call) -> Answer:
    by = await acting_in(call, "see_people")
    store = wiring.organisations.teams.store()
    team, teams = await read_team(by, "see_team", call.params["teamId"], store=store)
    found = _out(team, await _size(team, by.organisation.id), standing(by, team, teams))
    return Answer(found, team.version)


@operation(
    "Rename a team, and put it below another one",
    body=TeamContent,
    answer=TeamOut,
    versioned=True,
    conflicts=(NotAllowed,),
)
async def put_team(call: Call[TeamContent]) -> Answer:
    of = await _version_of(call)
    store, settle = wiring.organisations.teams.store(), wiring.organisations.settle
    team, teams = await change_team(of, call.body, now=call.now, store=store, settle=settle)
    changed = _out(team, await _size(team, of.by.organisation.id), standing(of.by, team, teams))
    return Answer(changed, team.version)


@operation(
    "Delete a team without sub-teams; it can be taken back for a day",
    answer=DeletedTeamOut,
    versioned=True,
    conflicts=(NotAllowed, HasSubTeams),
)
async def remove_team(call: Call) -> Answer:
    of = await _version_of(call)
    store, settle = wiring.organisations.teams.store(), wiring.organisations.settle
    team = await delete_team(of, now=call.now, store=store, settle=settle)
    return _deleted(of.by.organisation.id, team)


@operation("One deleted team that can be taken back", answer=DeletedTeamOut, conflicts=(NotAllowed,))
async def get_restoration(call: Call) -> Answer:
    by = await acting_in(call, "change_teams")
    teams = await wiring.organisations.teams.store().get(by.organisation.id)
    return _deleted(by.organisation.id, deleted_team(by, call.params["teamId"], teams, call.now))


@operation(
    "Take a deleted team back, with its people", answer=TeamOut, versioned=True, conflicts=(NotAllowed,)
)
async def put_restoration(call: Call) -> Answer:
    of = await _version_of(call)
    team, teams = await restore_team(of, now=call.now, store=wiring.organisations.teams.store())
    back = _out(team, await _size(team, of.by.organisation.id), standing(of.by, team, teams))
    return Answer(back, team.version)


@operation(
    "Long work of an organisation and how far it is, for those who may change its teams",
    answer=WorkOut,
    conflicts=(NotAllowed,),
)
async def get_work(call: Call) -> Answer:
    by = await acting_in(call, "change_teams")
    work = await read_work(by.organisation.id, call.params["workId"], works=wiring.operations.works())
    return Answer(work_out(work), work.version)
