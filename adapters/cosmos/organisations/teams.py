"""The teams of an organisation in one document, and the number of people of each in a small one of its own.

The number changes in the batch that changes the people, so that a list of teams counts nobody.
"""

from typing import Any, Final

from adapters.cosmos.database import Database, Items
from adapters.cosmos.documents import document, from_document
from adapters.cosmos.organisations.organisations import (
    CONTAINER,
    PARTITION,
    member_document,
    size_change,
    size_id,
)
from adapters.cosmos.work import order_document, work_document
from domain.base.errors import StaleVersion
from domain.base.model import Model
from domain.operations.orders import Order
from domain.organisations.organisation import Member
from domain.organisations.teams.team import Teams
from domain.organisations.templates.assigning import people_work

_ID: Final = "teams"


class _Size(Model):
    team_id: str
    people: int = 0


class CosmosTeams:
    def __init__(self, database: Database) -> None:
        self._items = Items(database, CONTAINER)

    async def get(self, org_id: str) -> Teams:
        stored = await self._items.read(_ID, org_id)
        return Teams(org_id=org_id) if stored is None else from_document(Teams, stored)

    async def save(self, teams: Teams, *, made: str | None = None, order: Order | None = None) -> None:
        try:
            await self._items.batch(teams_operations(teams, made, order), teams.org_id)
        except FileExistsError:
            raise StaleVersion from None

    async def sizes(self, org_id: str) -> dict[str, int]:
        found = await self._items.query("SELECT c.body FROM c WHERE c.kind = 'team-size'", org_id)
        sizes = [_Size.model_validate(stored["body"]) for stored in found]
        return {size.team_id: size.people for size in sizes}

    async def size(self, org_id: str, team_id: str) -> int:
        stored = await self._items.read(size_id(team_id), org_id)
        return 0 if stored is None else _Size.model_validate(stored["body"]).people

    async def forget_size(self, org_id: str, team_id: str) -> None:
        await self._items.delete(size_id(team_id), org_id)

    async def found(self, org_id: str, member_ids: list[str]) -> list[Member]:
        sql = "SELECT * FROM c WHERE ARRAY_CONTAINS(@ids, c.id) AND c.kind = 'member'"
        found = await self._items.query(sql, org_id, ids=member_ids)
        return [from_document(Member, stored) for stored in found]

    async def save_people(self, people: list[Member], team_id: str, more: int) -> None:
        if people or more:
            await self._items.batch(team_people_operations(people, team_id, more), people[0].org_id)

    async def admins(self, org_id: str, team_id: str, limit: int) -> list[Member]:
        # Sorted here: a few documents of an index, instead of a walk along the list of all members.
        found = await self._items.query(
            "SELECT TOP @count * FROM c WHERE c.kind = 'member' AND ARRAY_CONTAINS(c.administers, @team)",
            org_id,
            count=limit,
            team=team_id,
        )
        return [from_document(Member, stored) for stored in sorted(found, key=lambda each: each["listed"])]


def teams_operations(teams: Teams, made: str | None, order: Order | None) -> list[tuple[Any, ...]]:
    """Operations of the batch that stores the teams, with a count for one that is made."""
    new = document(_ID, _ID, teams.org_id, teams, partition=PARTITION)
    operations: list[tuple[Any, ...]] = [("create", (new,))]
    if teams.etag is not None:
        operations = [("replace", (new["id"], new), {"if_match_etag": teams.etag})]
    if made:
        size = _Size(team_id=made)
        stored = document("team-size", size_id(made), teams.org_id, size, partition=PARTITION)
        operations.append(("create", (stored,)))
    if order:
        operations.append(("upsert", (order_document(order),)))
    return operations


def team_people_operations(people: list[Member], team_id: str, more: int) -> list[tuple[Any, ...]]:
    """Operations of the batch that stores people of whom a team has `more`."""
    changed = [(each, member_document(each)) for each in people]
    operations: list[tuple[Any, ...]] = [
        ("replace", (new["id"], new), {"if_match_etag": each.etag}) for each, new in changed
    ]
    if more:
        operations.append(size_change(team_id, more))
        operations.append(("create", (work_document(people_work(people)),)))
    return operations
