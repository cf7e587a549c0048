"""The people of a team: adding, taking out, making admins. Each is one batch, however many are in it."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Annotated, Final, NamedTuple

from pydantic import Field

from domain.base.errors import Fault, InvalidInput, NotFound, StaleVersion, Unavailable
from domain.base.limits import MOST_TEAMS_OF_A_PERSON
from domain.base.model import Closed
from domain.base.texts import N_
from domain.operations.work import WorkQueue, message_for
from domain.organisations.organisation import Acting, Member, OrganisationStore
from domain.organisations.roles import NotAllowed
from domain.organisations.teams.rights import TeamAct, found_team, may_in
from domain.organisations.teams.team import Team, Teams, TeamStore
from domain.organisations.templates.assigning import people_work

# A batch of Cosmos DB has 100 operations: one of them counts the people, and one is the work that follows.
MOST_AT_ONCE: Final = 98
_TRIES: Final = 5

MemberId = Annotated[str, Field(pattern="^mem_[a-z2-7]{26}$")]


class Additions(Closed):
    """People to add to a team, by their ids as members."""

    members: Annotated[list[MemberId], Field(min_length=1, max_length=MOST_AT_ONCE)]


class TeamPorts(NamedTuple):
    """`queue` is for the work that follows; without its message the timer finds it."""

    teams: TeamStore
    organisations: OrganisationStore
    queue: WorkQueue


async def add_people(
    by: Acting, team_id: str, additions: Additions, *, now: datetime, ports: TeamPorts
) -> list[Member]:
    """Add people to a team: all of them or none. Who is in it stays so."""
    org_id = by.organisation.id
    for _ in range(_TRIES):
        teams = await ports.teams.get(org_id)
        team = found_team(by, "change_people", team_id, teams)
        wanted = list(dict.fromkeys(additions.members))
        found = {each.id: each for each in await ports.teams.found(org_id, wanted)}
        _refuse(additions.members, found, team.id)
        new = [
            each.changed(now, teams=[*each.teams, team.id])
            for each in found.values()
            if team.id not in each.teams
        ]
        with suppress(StaleVersion):
            await _saved(new, team.id, len(new), ports)
            return new
    raise Unavailable


def _refuse(wanted: list[str], found: dict[str, Member], team_id: str) -> None:
    faults = list[Fault]()
    for place, member_id in enumerate(wanted):
        at, member = f"/members/{place}", found.get(member_id)
        if member is None:
            faults.append(Fault(at, "not_found", "is nobody of this organisation"))
        elif team_id not in member.teams and len(member.teams) >= MOST_TEAMS_OF_A_PERSON:
            detail = N_("is in %(most)s teams, the most that one may be in", most=MOST_TEAMS_OF_A_PERSON)
            faults.append(Fault(at, "too_many_teams", detail))
    if faults:
        raise InvalidInput(faults)


async def take_out(by: Acting, team_id: str, member_id: str, *, now: datetime, ports: TeamPorts) -> Member:
    """Take somebody out of a team, and their rights in it. Repeating it finds nobody."""

    def change(member: Member, team: Team, teams: Teams) -> Member:
        if team.id in member.administers and not may_in(by, "take_out_admin", team, teams):
            raise NotAllowed
        return without(member, team.id).changed(now)

    return await _change_one(by, "change_people", (team_id, member_id), change, ports)


async def set_admin(
    by: Acting, team_id: str, member_id: str, *, admin: bool, now: datetime, ports: TeamPorts
) -> Member:
    """Make one of its people an admin of a team, or an admin one of its people."""

    def change(member: Member, team: Team, _: Teams) -> Member:
        if admin == (team.id in member.administers):
            return member
        others = [each for each in member.administers if each != team.id]
        return member.changed(now, administers=[*others, team.id] if admin else others)

    return await _change_one(by, "change_admins", (team_id, member_id), change, ports)


async def _change_one(
    by: Acting,
    act: TeamAct,
    who: tuple[str, str],
    change: Callable[[Member, Team, Teams], Member],
    ports: TeamPorts,
) -> Member:
    team_id, member_id = who
    for _ in range(_TRIES):
        teams = await ports.teams.get(by.organisation.id)
        team = found_team(by, act, team_id, teams)
        member = await ports.organisations.member(by.organisation.id, member_id)
        if member is None or team.id not in member.teams:
            raise NotFound
        changed = change(member, team, teams)
        if changed == member:
            return member
        with suppress(StaleVersion):
            await _saved([changed], team.id, 0 if team.id in changed.teams else -1, ports)
            return changed
    raise Unavailable


async def _saved(people: list[Member], team_id: str, more: int, ports: TeamPorts) -> None:
    """Store people, and have their cards follow if they are in other teams now."""
    await ports.teams.save_people(people, team_id, more)
    if more:
        with suppress(Unavailable):
            await ports.queue.send(message_for(people_work(people)))


def without(member: Member, team_id: str) -> Member:
    """The member outside of the team."""
    return member.model_copy(
        update={
            "teams": [each for each in member.teams if each != team_id],
            "administers": [each for each in member.administers if each != team_id],
        }
    )
