"""Teams by the directory: its groups. Their names are unique to it, and their people are members.

People come into a team and go in batches; each batch is whole, and a repetition finds who is in it already.
The entry of the log is stored in each batch, and tells of what is stored by then.
"""

import hashlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Annotated, Final, NamedTuple

from pydantic import Field

from domain.base.errors import Conflict, Fault, InvalidInput, StaleVersion, Unavailable
from domain.base.fields import Name
from domain.base.folding import fold
from domain.base.ids import ID_BYTES, ID_PREFIXES, make_id
from domain.base.limits import MOST_TEAMS_OF_A_PERSON
from domain.base.model import Closed
from domain.base.texts import N_
from domain.operations.orders import Order, new_order
from domain.organisations.details import ExternalId
from domain.organisations.directory.log import Entry, What
from domain.organisations.directory.people import Request, is_known
from domain.organisations.organisation import Member
from domain.organisations.teams.people import MOST_AT_ONCE, without
from domain.organisations.teams.team import REMOVAL, HasSubTeams, Team, Teams

_TRIES: Final = 8
# The entry of the log is in each batch as well.
_MOST: Final = MOST_AT_ONCE - 1


class TeamNameTaken(Conflict):
    code = "team_name_taken"
    title = N_("A team has this name already")


class SaidGroup(Closed):
    """What a directory says about a group, besides who is in it."""

    name: Name
    external_id: Annotated[ExternalId | None, Field()] = None


class Membership(NamedTuple):
    """Who comes into a team and who goes, by their ids."""

    joining: Sequence[str] = ()
    leaving: Sequence[str] = ()


@dataclass
class _Story:
    """What the log tells of a request by now."""

    request: Request
    what: What
    team_id: str
    fields: list[str] = field(default_factory=list)
    people: int = 0

    def entry(self, more: int = 0) -> Entry:
        """The entry once `more` people have moved."""
        people = self.people + more
        told = self.request.entry(self.what, self.team_id, [*self.fields, *(["members"] if people else [])])
        return told.model_copy(update={"kind": "team", "people": people})

    async def end(self) -> None:
        """Keep the entry of a preview, in which nothing else is stored."""
        if self.request.preview and (self.fields or self.people or self.what == "delete"):
            await self.request.ports.store.note(self.entry())


async def read_group(request: Request, team_id: str) -> Team:
    return (await request.ports.teams.get(request.org_id)).find(team_id)


async def create_group(request: Request, said: SaidGroup, members: Sequence[str]) -> Team:
    """Make a team, with its people."""
    digest = hashlib.sha256(f"group {request.org_id} {request.id}".encode()).digest()
    team_id = make_id(ID_PREFIXES["team"], digest[:ID_BYTES])

    def make(teams: Teams) -> Team:
        _refuse_taken(teams, said.name)
        return Team(
            id=team_id,
            name=said.name,
            external_id=said.external_id,
            created_at=request.now,
            updated_at=request.now,
        )

    await _check(request, members)
    story = _Story(request, "create", team_id, ["name"])
    team = await _changed(story, make, made=team_id)
    await _bring_in(story, members)
    await story.end()
    return team


async def change_group(
    request: Request, team_id: str, said: SaidGroup, people: Membership, version: int | None = None
) -> Team:
    """Rename a team, and bring people in and out. `version` is that of the team which was read."""
    story = _Story(request, "change", team_id)

    def change(teams: Teams) -> Team:
        team = teams.find(team_id)
        if version is not None and team.version != version:
            raise StaleVersion
        story.fields = [
            name
            for name, now, wanted in (
                ("name", team.name, said.name),
                ("external_id", team.external_id, said.external_id),
            )
            if now != wanted
        ]
        if not story.fields:
            return team
        if fold(said.name) != fold(team.name):
            _refuse_taken(teams, said.name)
        return team.changed(request.now, name=said.name, external_id=said.external_id)

    await _check(request, people.joining)
    team = await _changed(story, change)
    await _bring_in(story, people.joining)
    await _take_out(story, people.leaving)
    await story.end()
    return team


async def delete_group(request: Request, team_id: str) -> None:
    """Delete a team as its owners do: for a day they can take it back."""

    def change(teams: Teams) -> Team:
        team = teams.find(team_id)
        if teams.below(team.id):
            raise HasSubTeams
        return team.changed(request.now, deleted_at=request.now)

    order = new_order(REMOVAL, request.org_id, team_id, request.now, container="organisations")
    story = _Story(request, "delete", team_id)
    await _changed(story, change, order=order)
    if not request.preview:
        await request.ports.settle(order)
    await story.end()


async def _changed(
    story: _Story, change: Callable[[Teams], Team], *, made: str | None = None, order: Order | None = None
) -> Team:
    request = story.request
    for _ in range(_TRIES):
        teams = await request.ports.teams.get(request.org_id)
        team = change(teams)
        if request.preview or team == teams.any(team.id):
            return team
        with suppress(StaleVersion):
            await request.ports.store.save_teams(teams.having(team), story.entry(), made=made, order=order)
            return team
    raise Unavailable


def _refuse_taken(teams: Teams, name: str) -> None:
    if any(fold(team.name) == fold(name) for team in teams.by_name()):
        raise TeamNameTaken


async def _check(request: Request, wanted: Sequence[str]) -> None:
    """Refuse who is nobody of this organisation, before anything is changed."""
    for ids in _batches(wanted):
        live = {each.id for each in await request.ports.teams.found(request.org_id, ids)}
        for each in ids:
            if each not in live and await _former(request, each) is None:
                raise InvalidInput(
                    [Fault("/members", "not_found", N_("names somebody who is not in the organisation"))]
                )


async def _former(request: Request, member_id: str) -> Member | None:
    found = await request.ports.organisations.former_member(request.org_id, member_id)
    return found if is_known(found) else None


async def _bring_in(story: _Story, wanted: Sequence[str]) -> None:
    """Bring in who is not. Former people are in it when they are brought back."""
    team_id, now = story.team_id, story.request.now

    def change(member: Member) -> Member | None:
        if team_id in member.teams:
            return None
        if len(member.teams) >= MOST_TEAMS_OF_A_PERSON:
            detail = N_("is in %(most)s teams, the most that one may be in", most=MOST_TEAMS_OF_A_PERSON)
            raise InvalidInput([Fault("/members", "too_many_teams", detail)])
        return member.changed(now, teams=[*member.teams, team_id])

    for ids in _batches(wanted):
        await _move(story, ids, _Move(change, 1))


async def _take_out(story: _Story, wanted: Sequence[str]) -> None:
    team_id, now = story.team_id, story.request.now

    def change(member: Member) -> Member | None:
        return without(member, team_id).changed(now) if team_id in member.teams else None

    for ids in _batches(wanted):
        await _move(story, ids, _Move(change, -1))


class _Move(NamedTuple):
    """What becomes of a person, if anything, and by how many the team grows with each of them."""

    change: Callable[[Member], Member | None]
    by: int


async def _move(story: _Story, ids: list[str], move: _Move) -> None:
    request, ports = story.request, story.request.ports
    for _ in range(_TRIES):
        found = await ports.teams.found(request.org_id, ids)
        changed = [new for each in found if (new := move.change(each)) is not None]
        with suppress(StaleVersion):
            if changed and not request.preview:
                more, entry = move.by * len(changed), story.entry(len(changed))
                await ports.store.save_team_people(changed, story.team_id, more, entry)
            story.people += len(changed)
            live = {each.id for each in found}
            await _move_former(story, [each for each in ids if each not in live], move)
            return
    raise Unavailable


async def _move_former(story: _Story, ids: list[str], move: _Move) -> None:
    request = story.request
    for each in ids:
        former = await _former(request, each)
        changed = former and move.change(former)
        if former is None or changed is None:
            continue
        if not request.preview:
            await request.ports.store.save_former(changed, former, story.entry(1))
        story.people += 1


def _batches(wanted: Sequence[str]) -> list[list[str]]:
    each = list(dict.fromkeys(wanted))
    return [each[start : start + _MOST] for start in range(0, len(each), _MOST)]
