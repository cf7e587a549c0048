"""What connects the directory of an organisation, what it asked for, and the people by it.

An entry of the log is stored in the batch of what it tells of, under the id of its request: whether a batch
was stored whose answer was lost is seen by its entry. `userName` is there of whom the directory finds.
"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, Final

from adapters.cosmos.database import Database, Document, Items, OutcomeUnknown, instant
from adapters.cosmos.documents import DAY, DELETED_TTL, document, from_document, newest_first
from adapters.cosmos.organisations.known import (
    KIND,
    ids_of,
    key_id,
    key_operations,
    known_alike,
    leads_to,
)
from adapters.cosmos.organisations.organisations import (
    CONTAINER,
    PARTITION,
    former_document,
    former_id,
    known_writes,
    member_document,
    people_operations,
    size_id,
)
from adapters.cosmos.organisations.teams import team_people_operations, teams_operations
from adapters.cosmos.work import order_document
from domain.base.errors import StaleVersion, Unavailable
from domain.base.fields import STORED
from domain.base.model import Model
from domain.operations.orders import Order
from domain.organisations.directory.connection import Directory, Opened, PersonKey
from domain.organisations.directory.log import Entry
from domain.organisations.organisation import Member, Organisation, PeopleChange
from domain.organisations.teams.team import Teams

_ID: Final = "directory"
_ENTRY: Final = "directory-request"
# Longer than a token that is not used says anything.
_PEOPLE_KINDS: Final = ("member", "former-member")
_USED_TTL: Final = 400 * DAY
_COUNT: Final = "SELECT VALUE COUNT(1) FROM c WHERE c.userName > ''"
_FOLLOWING: Final = "SELECT TOP @most * FROM c WHERE c.userName > @after ORDER BY c.userName"
# Where the latest list of people was left off, to be gone on with from there.
_PLACE: Final = "directory-place"
_PLACE_TTL: Final = 10 * 60
_PEOPLE: Final = "SELECT * FROM c WHERE c.userName > '' ORDER BY c.userName OFFSET @skipped LIMIT @most"
_IN_TEAM: Final = (
    "SELECT c.body.id AS person FROM c WHERE ARRAY_CONTAINS(c.teams, @team)"
    " AND c.kind IN ('member', 'former-member')"
)


class _Used(Model):
    at: datetime


class _Place(Model):
    """The place of the next page, the `userName` before it, and how many people the list has."""

    first: int
    after: str
    total: int


class CosmosDirectories:
    def __init__(self, database: Database) -> None:
        self._items = Items(database, CONTAINER)

    async def get(self, org_id: str) -> Directory:
        stored = await self._items.read(_ID, org_id)
        return Directory(org_id=org_id) if stored is None else from_document(Directory, stored)

    async def opened(self, org_id: str, about: PersonKey | None) -> Opened | None:
        found = None
        if about is not None:
            kind, value = about
            item = value if kind == "id" else key_id(org_id, kind, value)
            found = await self._items.read_all([_ID, org_id, item], org_id)
        # Who is asked for may not be there.
        found = found or await self._items.read_all([_ID, org_id], org_id)
        if found is None or found[1]["kind"] != "organisation":
            return None
        person = await self._person(found[2]) if len(found) > 2 else None  # noqa: PLR2004 - who was asked for
        return Opened(from_document(Directory, found[0]), from_document(Organisation, found[1]), person)

    async def _person(self, stored: Document) -> Member | None:
        """The person of a document, or the one that it leads to."""
        found: Document | None = stored
        if stored["kind"] == KIND:
            item, org_id = leads_to(stored), stored[PARTITION]
            found = await self._items.read(item, org_id) or await self._items.read(former_id(item), org_id)
        return from_document(Member, found) if found and found["kind"] in _PEOPLE_KINDS else None

    async def save(self, directory: Directory, *, revoked: str | None = None) -> Directory:
        new = document(_ID, _ID, directory.org_id, directory, partition=PARTITION)
        if directory.etag is None:
            if not await self._items.create(new):
                raise StaleVersion
            return await self.get(directory.org_id)
        saved = from_document(Directory, await self._items.replace(new, directory.etag))
        if revoked:
            await self._items.delete(_used_id(revoked), directory.org_id)
        return saved

    async def used(self, org_id: str, token_id: str, at: datetime) -> None:
        used = document(
            "directory-use", _used_id(token_id), org_id, _Used(at=at), partition=PARTITION, ttl=_USED_TTL
        )
        await self._items.batch([("upsert", (used,))], org_id)

    async def last_used(self, org_id: str, token_ids: Sequence[str]) -> dict[str, datetime]:
        found = {each: await self._items.read(_used_id(each), org_id) for each in token_ids}
        return {
            each: _Used.model_validate(stored["body"], context=STORED).at
            for each, stored in found.items()
            if stored is not None
        }

    async def people(self, org_id: str, first: int, count: int) -> tuple[int, list[Member]]:
        left_off = await self._left_off(org_id) if first > 1 else None
        if left_off is not None and left_off.first == first:
            total = left_off.total
            found = await self._items.query(_FOLLOWING, org_id, after=left_off.after, most=count)
        else:
            total = await self._items.count(_COUNT, org_id)
            if not count or first > total:
                return total, []
            found = await self._items.query(_PEOPLE, org_id, skipped=first - 1, most=count)
        if found and (following := first + len(found)) <= total:
            place = _Place(first=following, after=found[-1]["userName"], total=total)
            new = document(_PLACE, _PLACE, org_id, place, partition=PARTITION, ttl=_PLACE_TTL)
            with suppress(Unavailable):
                await self._items.batch([("upsert", (new,))], org_id)
        return total, [from_document(Member, stored) for stored in found]

    async def _left_off(self, org_id: str) -> _Place | None:
        stored = await self._items.read(_PLACE, org_id)
        return None if stored is None else _Place.model_validate(stored["body"])

    async def in_team(self, org_id: str, team_id: str) -> list[str]:
        found = await self._items.query(_IN_TEAM, org_id, team=team_id)
        return [str(stored["person"]) for stored in found]

    async def team_mark(self, org_id: str, team_id: str) -> str:
        stored = await self._items.read(size_id(team_id), org_id)
        return "" if stored is None else str(stored["_etag"])

    async def save_person(
        self, person: Member, before: Member | None, orders: Sequence[Order], entry: Entry
    ) -> Member:
        if before is not None and known_alike(person, before):
            new = member_document(person)
            writes: list[tuple[Any, ...]] = [("replace", (new["id"], new), {"if_match_etag": person.etag})]
        else:
            writes = await known_writes(self._items, [person])
        orders_written = [("upsert", (order_document(order),)) for order in orders]
        results = await self._batch([*writes, *orders_written], entry)
        if results:
            return from_document(Member, results[0]["resourceBody"])
        stored = await self._items.read(person.id, person.org_id)
        if stored is None:
            raise StaleVersion
        return from_document(Member, stored)

    async def save_former(self, person: Member, before: Member, entry: Entry) -> Member:
        new = former_document(person)
        there = await self._items.query(
            "SELECT * FROM c WHERE ARRAY_CONTAINS(@ids, c.id)", person.org_id, ids=ids_of([person, before])
        )
        keys = list(key_operations(person, before, {stored["id"]: stored for stored in there}))
        for operation in keys:
            if operation[0] != "delete":
                operation[1][-1]["ttl"] = DELETED_TTL
        write = ("replace", (new["id"], new), {"if_match_etag": before.etag})
        await self._batch([write, *keys], entry)
        stored = await self._items.read(new["id"], person.org_id)
        if stored is None:
            raise StaleVersion
        return from_document(Member, stored)

    async def change_people(self, change: PeopleChange, entry: Entry) -> None:
        await self._batch(people_operations(change), entry)

    async def save_teams(
        self, teams: Teams, entry: Entry, *, made: str | None = None, order: Order | None = None
    ) -> None:
        await self._batch(teams_operations(teams, made, order), entry)

    async def save_team_people(self, people: list[Member], team_id: str, more: int, entry: Entry) -> None:
        await self._batch(team_people_operations(people, team_id, more), entry)

    async def _batch(self, operations: Sequence[tuple[Any, ...]], entry: Entry) -> list[Document]:
        """Store all of it with the entry. No results if it was stored and the answer was lost."""
        new = _entry_document(entry)
        # A request may store two things one after the other: the entry tells of the last.
        try:
            return await self._items.batch([*operations, ("upsert", (new,))], entry.org_id)
        except (FileExistsError, StaleVersion, OutcomeUnknown) as refusal:
            stored = await self._items.read(new["id"], entry.org_id)
            if stored is not None and stored["body"] == new["body"]:
                return []
            raise refusal if isinstance(refusal, OutcomeUnknown) else StaleVersion from None

    async def note(self, entry: Entry) -> None:
        new = _entry_document(entry)
        if entry.what == "refused":
            if await self._items.create(new):
                return
            stored = await self._items.read(new["id"], entry.org_id) or new
            told = Entry.model_validate(stored["body"], context=STORED)
            new = _entry_document(told.model_copy(update={"refusal": entry.refusal}))
        await self._items.batch([("upsert", (new,))], entry.org_id)

    async def entries(self, org_id: str, limit: int, cursor: str | None) -> tuple[list[Entry], str | None]:
        found, following = await newest_first(self._items, _ENTRY, org_id, limit, cursor)
        return [Entry.model_validate(stored["body"], context=STORED) for stored in found], following


def _used_id(token_id: str) -> str:
    return f"used-{token_id}"


def _entry_document(entry: Entry) -> Document:
    return document(
        _ENTRY,
        entry.id,
        entry.org_id,
        entry,
        partition=PARTITION,
        ttl=DELETED_TTL,
        createdAt=instant(entry.at),
    )
