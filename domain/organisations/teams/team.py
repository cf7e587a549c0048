"""Teams of an organisation: a tree of at most three levels, in one document.

So the rules about all of them (how many, how deep, no loops) hold whoever changes another one at the same
time, and a page needs one point read to know every team. Who is in a team is said by the members.
"""

from datetime import datetime, timedelta
from typing import Annotated, Final, Protocol

from pydantic import Field

from domain.base.errors import Conflict, Fault, InvalidInput, NotFound
from domain.base.fields import Name
from domain.base.folding import fold
from domain.base.limits import MOST_TEAMS, UNDO_TIME, LimitReached
from domain.base.model import Closed, Model
from domain.base.texts import N_
from domain.operations.orders import Order
from domain.organisations.organisation import Member

DEEPEST: Final = 3
TeamId = Annotated[str, Field(pattern="^tem_[a-z2-7]{26}$")]


class HasSubTeams(Conflict):
    code = "team_has_sub_teams"
    title = N_("This team has sub-teams. Move or delete them first")


class TeamContent(Closed):
    """A team as its makers write it. Without `parentId` it stands at the top."""

    name: Name
    parent_id: TeamId | None = None


class Team(Model):
    """`request` is the hash of what it was made from, for a repetition. A deleted one looks absent.

    `external_id` is the team's in the directory.
    """

    id: str
    name: str
    parent_id: str | None = None
    external_id: str | None = None
    version: int = 1
    request: str = ""
    deleted_at: datetime | None = None
    created_at: datetime
    updated_at: datetime

    def changed(self, at: datetime, **update: object) -> "Team":
        return self.model_copy(update={"version": self.version + 1, "updated_at": at, **update})

    def restorable_until(self) -> datetime | None:
        return None if self.deleted_at is None else self.deleted_at + UNDO_TIME


class Teams(Model):
    """All teams of an organisation, with those that were deleted within a day."""

    org_id: str
    teams: list[Team] = Field(default=[])
    etag: str | None = Field(default=None, exclude=True)

    def any(self, team_id: str) -> Team | None:
        """The team of this id, also a deleted one."""
        return next((team for team in self.teams if team.id == team_id), None)

    def find(self, team_id: str) -> Team:
        team = self.any(team_id)
        if team is None or team.deleted_at:
            raise NotFound
        return team

    def deleted(self, team_id: str, now: datetime) -> Team:
        """The deleted team of this id, while it can be taken back."""
        team = self.any(team_id)
        until = team.restorable_until() if team else None
        if team is None or until is None or now >= until:
            raise NotFound
        return team

    def by_name(self) -> list[Team]:
        live = [team for team in self.teams if team.deleted_at is None]
        return sorted(live, key=lambda team: (fold(team.name), team.id))

    def names(self) -> dict[str, str]:
        """Names by id, in the order of the names."""
        return {team.id: team.name for team in self.by_name()}

    def above(self, team: Team) -> list[Team]:
        """The teams that a team belongs to, from the top."""
        found = list[Team]()
        while team.parent_id is not None:
            team = self.find(team.parent_id)
            found.insert(0, team)
        return found

    def as_tree(self) -> list[Team]:
        """Each team, followed by its sub-teams."""
        below: dict[str | None, list[Team]] = {}
        for team in self.by_name():
            below.setdefault(team.parent_id, []).append(team)

        def branch(team_id: str | None) -> list[Team]:
            return [each for team in below.get(team_id, []) for each in (team, *branch(team.id))]

        return branch(None)

    def below(self, team_id: str) -> list[Team]:
        """The sub-teams of a team itself, in no order."""
        return [team for team in self.teams if team.parent_id == team_id and team.deleted_at is None]

    def height(self, team_id: str) -> int:
        return 1 + max((self.height(sub.id) for sub in self.below(team_id)), default=0)

    def having(self, team: Team) -> "Teams":
        """With this team, new or changed, in its place of the tree."""
        others = [each for each in self.teams if each.id != team.id]
        if len(others) >= MOST_TEAMS:
            raise LimitReached(
                N_(
                    "An organisation may have %(most)s teams, with those deleted within the last day.",
                    most=MOST_TEAMS,
                )
            )
        self._refuse_place(team)
        return self.model_copy(update={"teams": [*others, team]})

    def without(self, team_id: str) -> "Teams":
        return self.model_copy(update={"teams": [team for team in self.teams if team.id != team_id]})

    def _refuse_place(self, team: Team) -> None:
        if team.parent_id is None or team.deleted_at:
            return
        try:
            parent = self.find(team.parent_id)
        except NotFound:
            raise _misplaced("not_found", N_("is no team of this organisation")) from None
        path = [*self.above(parent), parent]
        if team.id in {each.id for each in path}:
            raise _misplaced("loop", N_("is the team itself, or one of its sub-teams"))
        if len(path) + self.height(team.id) > DEEPEST:
            raise _misplaced(
                "too_deep", N_("would be too deep: teams have at most %(most)s levels", most=DEEPEST)
            )


def _misplaced(code: str, detail: str) -> InvalidInput:
    return InvalidInput([Fault("/parentId", code, detail)])


def shown(member: Member, teams: Teams) -> Member:
    """The member without the teams that are deleted."""
    live = teams.names()
    return member.model_copy(update={"teams": [each for each in live if each in member.teams]})


class TeamStore(Protocol):
    async def get(self, org_id: str) -> Teams: ...
    async def save(self, teams: Teams, *, made: str | None = None, order: Order | None = None) -> None:
        """Store the teams, with a count for one that is made; `StaleVersion` if changed meanwhile."""
        ...

    async def sizes(self, org_id: str) -> dict[str, int]:
        """How many people are in each team, by its id."""
        ...

    async def size(self, org_id: str, team_id: str) -> int: ...
    async def found(self, org_id: str, member_ids: list[str]) -> list[Member]: ...
    async def save_people(self, people: list[Member], team_id: str, more: int) -> None:
        """Store members of one organisation, and how many more are in the team: all of it or nothing.

        If their teams change, the work that brings their cards in line is stored with it (`people_work`).
        `StaleVersion` if somebody else changed one of them meanwhile.
        """
        ...

    async def admins(self, org_id: str, team_id: str, limit: int) -> list[Member]: ...
    async def forget_size(self, org_id: str, team_id: str) -> None: ...


REMOVAL: Final = "remove-team"
# After the time in which it can be taken back, and clocks differ.
REMOVED_AFTER: Final = UNDO_TIME + timedelta(minutes=5)
