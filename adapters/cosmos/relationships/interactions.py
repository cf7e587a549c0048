"""Interactions and strengths in their owner's partition of `relations`.

`timeline` is the key of a contact's interactions in their order, `byDay` that of all an owner's interactions:
each list is one range of one index. A deleted interaction leaves two documents: its id for the record, and
for a day what it said. Of a strength, only the keys of its lists and the day when it is due are indexed, so
that an update is cheap.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from datetime import date
from typing import Any

from adapters.cosmos.database import Database, Document, Items, instant
from adapters.cosmos.documents import DAY, DELETED_TTL, document, from_document, newest_first
from adapters.cosmos.relationships.contact_documents import CONTAINER, PARTITION
from domain.base.errors import Fault, InvalidInput, StaleVersion
from domain.base.model import Model
from domain.relationships.interactions.interaction import Interaction
from domain.relationships.interactions.log import Change, Kept
from domain.relationships.strength.rhythm import State
from domain.relationships.strength.strength import Strength, date_of

_TIMELINE = (
    "SELECT TOP @count * FROM c WHERE c.timeline > @after AND c.timeline < @before ORDER BY c.timeline"
)
_PAGE = 100


class _Erased(Model):
    """What a deleted interaction leaves: that there was one.

    One that went with its whole calendar file may come again with the next.
    """

    with_file: bool = False


def _strength_id(contact_id: str) -> str:
    return f"strength-{contact_id}"


def _gone_id(interaction_id: str) -> str:
    return interaction_id.replace("int_", "del_", 1)


def _of_contact(kind: str, item: str, body: Interaction | Strength, **extra: Any) -> Document:
    extra |= {"contactId": body.contact_id}
    return document(kind, item, body.owner_id, body, partition=PARTITION, **extra)


def interaction_document(made: Interaction) -> Document:
    key = f"{made.said.day}:{made.id}"
    return _of_contact("interaction", made.id, made, timeline=f"{made.contact_id}:{key}", byDay=key)


def _gone_document(gone: Interaction) -> Document:
    return _of_contact(
        "deleted-interaction", _gone_id(gone.id), gone, createdAt=instant(gone.created_at), ttl=DAY
    )


def _erased_document(gone: Interaction, *, with_file: bool = False) -> Document:
    extra = {"contactId": gone.contact_id, "ttl": DELETED_TTL}
    kind, body = "erased-interaction", _Erased(with_file=with_file)
    return document(kind, gone.id, gone.owner_id, body, partition=PARTITION, **extra)


def strength_document(strength: Strength) -> Document:
    key = f"{strength.score:03}:{strength.contact_id}"
    extra: Document = {"strongest": key, "byState": f"{strength.state}:{key}"}
    if strength.due is not None:
        extra["due"] = date_of(strength.due).isoformat()
    return _of_contact("strength", _strength_id(strength.contact_id), strength, **extra)


class CosmosInteractions:
    def __init__(self, database: Database) -> None:
        self._items = Items(database, CONTAINER)

    async def kept(self, owner_id: str, contact_id: str, interaction_id: str = "") -> Kept | None:
        """The contact, its strength and one interaction, in one call."""
        ids = [contact_id, _strength_id(contact_id), interaction_id, _gone_id(interaction_id)]
        sql = "SELECT * FROM c WHERE ARRAY_CONTAINS(@ids, c.id)"
        found = {stored["id"]: stored for stored in await self._items.query(sql, owner_id, ids=ids)}
        contact, strength, one, gone = (found.get(each) for each in ids)
        if contact is None or contact["kind"] != "contact":
            return None
        is_there = one is not None and one["kind"] == "interaction"
        return Kept(
            importance=contact["body"]["content"]["importance"],
            strength=from_document(Strength, strength) if strength else None,
            interaction=from_document(Interaction, one) if one and is_there else None,
            gone=from_document(Interaction, gone) if gone and not is_there else None,
            known=one is not None,
        )

    async def present(self, owner_id: str, contact_id: str) -> str:
        """The id of the contact, or of the one that it was merged into since."""
        seen = [contact_id]
        while (stored := await self._items.read(seen[-1], owner_id)) and stored["kind"] == "merged-contact":
            into = stored["body"].get("merged_into")
            if into is None or into in seen:
                break
            seen.append(into)
        return seen[-1]

    async def all_of(self, owner_id: str, contact_id: str) -> list[Interaction]:
        """All interactions of a contact, oldest first. Their number has a limit."""
        found: list[Interaction] = []
        after, before = f"{contact_id}:", f"{contact_id};"
        while True:
            page = await self._items.query(_TIMELINE, owner_id, count=_PAGE, after=after, before=before)
            found += [from_document(Interaction, stored) for stored in page]
            if len(page) < _PAGE:
                return found
            after = page[-1]["timeline"]

    async def take_in(self, owner_id: str, contact_id: str) -> None:
        """Put interactions that came from another contact into this one's timeline. Safe to run again."""
        sql = (
            "SELECT TOP @count c.id, c.byDay FROM c WHERE c.contactId = @contact AND c.kind = 'interaction'"
            " AND NOT STARTSWITH(c.timeline, @start)"
        )
        start = f"{contact_id}:"
        given = {"count": _PAGE, "contact": contact_id, "start": start}
        while found := await self._items.query(sql, owner_id, **given):
            moves = [
                ("patch", (each["id"], [{"op": "set", "path": "/timeline", "value": start + each["byDay"]}]))
                for each in found
            ]
            with suppress(StaleVersion):  # one of them was deleted meanwhile
                await self._items.batch(moves, owner_id)

    async def newest(
        self, owner_id: str, contact_id: str, limit: int, cursor: str | None
    ) -> tuple[list[Interaction], str | None]:
        """A page of a contact's interactions, newest first. A cursor is the id of the last one."""
        before = f"{contact_id};"
        if cursor is not None:
            before = await self._place(owner_id, contact_id, cursor)
        page = await self._items.query(
            f"{_TIMELINE} DESC", owner_id, count=limit + 1, after=f"{contact_id}:", before=before
        )
        found = [from_document(Interaction, stored) for stored in page[:limit]]
        return found, found[-1].id if len(page) > limit else None

    async def list_deleted(
        self, owner_id: str, limit: int, cursor: str | None
    ) -> tuple[list[Interaction], str | None]:
        """A page of the deleted interactions that can come back, of all contacts."""
        page, following = await newest_first(self._items, "deleted-interaction", owner_id, limit, cursor)
        return [from_document(Interaction, stored) for stored in page], following

    async def _place(self, owner_id: str, contact_id: str, cursor: str) -> str:
        last = await self._items.read(cursor, owner_id)
        if last is None or last["kind"] != "interaction" or last["contactId"] != contact_id:
            raise InvalidInput([Fault("cursor", "invalid_cursor", "is not a cursor that a page gave")])
        return str(last["timeline"])

    async def between(
        self, owner_id: str, first: date, last: date, limit: int, after: str = ""
    ) -> tuple[list[Interaction], str | None]:
        """The interactions with all contacts on these days, in order; the key that the next page is after."""
        page = await self._items.query(
            "SELECT TOP @count * FROM c WHERE c.byDay > @after AND c.byDay < @end ORDER BY c.byDay",
            owner_id,
            count=limit,
            after=after or f"{first}:",
            end=f"{last};",
        )
        found = [from_document(Interaction, stored) for stored in page]
        return found, page[-1]["byDay"] if len(page) == limit else None

    async def save(self, change: Change | None, strength: Strength) -> None:
        operations = [*(_operations(change) if change else []), _put(strength)]
        try:
            await self._items.batch(operations, strength.owner_id)
        except FileExistsError:
            raise StaleVersion from None

    async def taken(self, owner_id: str, ids: list[str]) -> tuple[set[str], dict[str, str]]:
        """Ids that are taken, and those that went with their calendar file, with their ETags."""
        sql = "SELECT c.id, c._etag, c.kind, c.body.with_file FROM c WHERE ARRAY_CONTAINS(@ids, c.id)"
        found = await self._items.query(sql, owner_id, ids=ids)
        again = {each["id"]: each["_etag"] for each in found if each.get("with_file")}
        return {each["id"] for each in found} - again.keys(), again

    async def add_all(self, made: list[Interaction], again: Mapping[str, str], strength: Strength) -> None:
        """Store at most 99 interactions of one contact and its strength; `StaleVersion` as for `save`."""
        operations: list[tuple[Any, ...]] = []
        for each in made:
            stored = interaction_document(each)
            if each.id in again:
                operations.append(("replace", (each.id, stored), {"if_match_etag": again[each.id]}))
            else:
                operations.append(("create", (stored,)))
        try:
            await self._items.batch([*operations, _put(strength)], strength.owner_id)
        except FileExistsError:
            raise StaleVersion from None

    async def remove_all(self, gone: list[Interaction], strength: Strength) -> None:
        """Take away at most 99 interactions of one contact, all or none, for they came with one file."""
        operations = [
            (
                "replace",
                (each.id, _erased_document(each, with_file=True)),
                {"if_match_etag": each.etag},
            )
            for each in gone
        ]
        await self._items.batch([*operations, _put(strength)], strength.owner_id)

    async def strength(self, owner_id: str, contact_id: str) -> Strength | None:
        stored = await self._items.read(_strength_id(contact_id), owner_id)
        return from_document(Strength, stored) if stored else None

    async def strengths(
        self, owner_id: str, limit: int, cursor: str | None
    ) -> tuple[list[Strength], str | None]:
        """A page of an owner's strengths, the strongest first, by the score that is stored."""
        return await self._ranked("strongest", "", owner_id, limit, cursor)

    async def in_state(
        self, owner_id: str, state: State, limit: int, cursor: str | None = None
    ) -> tuple[list[Strength], str | None]:
        """A page of the strengths in a state, the strongest first."""
        return await self._ranked("byState", f"{state}:", owner_id, limit, cursor)

    async def _ranked(
        self, name: str, start: str, owner_id: str, limit: int, cursor: str | None
    ) -> tuple[list[Strength], str | None]:
        before = f"{start}~" if cursor is None else f"{start}{cursor}"
        page = await self._items.query(
            f"SELECT TOP @count * FROM c WHERE c.{name} > @after AND c.{name} < @before"  # noqa: S608
            f" ORDER BY c.{name} DESC",
            owner_id,
            count=limit + 1,
            after=start,
            before=before,
        )
        found = [from_document(Strength, stored) for stored in page[:limit]]
        following = f"{found[-1].score:03}:{found[-1].contact_id}" if len(page) > limit else None
        return found, following

    async def due(self, owner_id: str, today: date, limit: int) -> list[Strength]:
        """Strengths of an owner that are due, the longest first."""
        page = await self._items.query(
            "SELECT TOP @count * FROM c WHERE c.due <= @today ORDER BY c.due",
            owner_id,
            count=limit,
            today=today.isoformat(),
        )
        return [from_document(Strength, stored) for stored in page]

    async def owners_due(self, today: date) -> AsyncIterator[str]:
        """The owner of each strength that is due, of all owners; the same one comes again."""
        sql = "SELECT c.ownerId FROM c WHERE c.due <= @today"
        async for stored in self._items.stored(sql, today=today.isoformat()):
            yield stored["ownerId"]

    async def save_touched(self, strengths: list[Strength]) -> None:
        """Store all of these strengths of one owner or none, at most a hundred."""
        await self._items.batch([_put(each) for each in strengths], strengths[0].owner_id)


def _put(strength: Strength) -> tuple[Any, ...]:
    stored = strength_document(strength)
    if strength.etag is None:
        return ("create", (stored,))
    return ("replace", (stored["id"], stored), {"if_match_etag": strength.etag})


def _operations(change: Change) -> list[tuple[Any, ...]]:
    before, after = change
    if before is not None and after is not None:
        return [("replace", (after.id, interaction_document(after)), {"if_match_etag": before.etag})]
    if before is not None:
        # The record of an earlier deletion may still be there.
        return [
            ("replace", (before.id, _erased_document(before)), {"if_match_etag": before.etag}),
            ("upsert", (_gone_document(before),)),
        ]
    if after is None:
        return []
    if after.etag is None:
        return [("create", (interaction_document(after),))]
    # Restored: it takes the place of its record.
    return [
        ("replace", (after.id, interaction_document(after))),
        ("delete", (_gone_id(after.id),), {"if_match_etag": after.etag}),
    ]
