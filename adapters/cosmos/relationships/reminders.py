"""Reminders in their owner's partition of `relations`.

A reminder is of one of three kinds: `reminder`, `deleted-reminder` while it can come back, and
`erased-reminder` for the record of its deletion. Its text is sealed in `private`, with the version that it
was sealed for, so that ringing needs no key. `dueAt` is when it rings, `rangAt` since when it waits; each is
absent where there is none.
"""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any

from adapters.cosmos.database import Database, Document, Items, instant
from adapters.cosmos.documents import (
    DELETED_TTL,
    count,
    document,
    from_document,
    newest_first,
    readable,
)
from adapters.cosmos.relationships.contact_documents import CONTAINER, PARTITION, unsealed
from adapters.cosmos.relationships.creations import SealedCreations
from adapters.cosmos.relationships.sealed import replaced
from adapters.cosmos.work import order_document
from domain.base.fields import STORED
from domain.base.idempotency import Creation
from domain.operations.orders import Order
from domain.relationships.keys import OwnerKey, OwnerKeys, Place
from domain.relationships.reminders.reminder import Reminder, ReminderContent
from domain.relationships.reminders.ringing import Due, Rung

_REMINDERS = ("reminder", "deleted-reminder", "erased-reminder")
# Stands for the text where it is sealed.
_SEALED = "-"


def sealed_text(reminder: Reminder, key: OwnerKey) -> Document:
    place = Place("reminder", reminder.id, reminder.version)
    return {"version": reminder.version, "text": key.seal(reminder.content.text.encode(), place)}


def opened(stored: Document, key: OwnerKey | None) -> Reminder:
    """The reminder of a document; without a key it lacks its text."""
    # A merge of contacts changes whose it is, and nothing else.
    reminder = from_document(Reminder, stored).model_copy(update={"contact_id": stored["contactId"]})
    private = stored.get("private")
    if private is None or key is None:
        return reminder
    text = unsealed(private["text"], Place("reminder", reminder.id, private["version"]), key)
    if text is None:
        return reminder.model_copy(update={"unreadable": True})
    content = {**stored["body"]["content"], "text": text}
    return reminder.model_copy(update={"content": ReminderContent.model_validate(content, context=STORED)})


def reminder_document(reminder: Reminder, private: Document | None) -> Document:
    """Document of a reminder, with its text that `sealed_text` sealed."""
    extra: Document = {"createdAt": instant(reminder.created_at), "contactId": reminder.contact_id}
    if not reminder.deleted:
        times = {"dueAt": reminder.due_at, "rangAt": reminder.rang_at}
        extra |= {name: instant(at) for name, at in times.items() if at is not None}
        return _of_kind("reminder", reminder, extra | {"private": private})
    # The store forgets it even where no timer runs.
    extra |= {"ttl": DELETED_TTL}
    if reminder.until is None:
        return _of_kind("erased-reminder", reminder, extra)
    return _of_kind(
        "deleted-reminder", reminder, extra | {"expiresAt": instant(reminder.until), "private": private}
    )


def _of_kind(kind: str, reminder: Reminder, extra: Document) -> Document:
    stored = document(kind, reminder.id, reminder.owner_id, reminder, partition=PARTITION, **extra)
    stored["body"]["content"]["text"] = _SEALED
    return stored


class CosmosReminders:
    """Without `keys`, as tools of operators have it, texts stay sealed and as they are stored."""

    def __init__(self, database: Database, keys: OwnerKeys | None) -> None:
        self._items, self._keys = Items(database, CONTAINER), keys
        self._creations = SealedCreations(self._items, keys, "reminder", Creation[Reminder])

    async def get(self, owner_id: str, reminder_id: str) -> Reminder | None:
        stored = await self._items.read(reminder_id, owner_id)
        return (
            (await self._opened(owner_id, [stored]))[0] if stored and stored["kind"] == "reminder" else None
        )

    async def get_with_deleted(self, owner_id: str, reminder_id: str) -> Reminder | None:
        stored = await self._items.read(reminder_id, owner_id)
        return (
            (await self._opened(owner_id, [stored]))[0] if stored and stored["kind"] in _REMINDERS else None
        )

    async def _opened(self, owner_id: str, found: list[Document]) -> list[Reminder]:
        key = await self._keys.of(owner_id) if self._keys and found else None
        return [opened(stored, key) for stored in found]

    async def of_contact(self, owner_id: str, contact_id: str, limit: int) -> list[Reminder]:
        sql = "SELECT TOP @count * FROM c WHERE c.contactId = @contact AND c.kind = 'reminder'"
        found = await self._items.query(sql, owner_id, contact=contact_id, count=limit)
        reminders = await self._opened(owner_id, found)
        return sorted(reminders, key=lambda reminder: (reminder.created_at, reminder.id), reverse=True)

    async def waiting(
        self, owner_id: str, limit: int, cursor: str | None
    ) -> tuple[list[Reminder], str | None]:
        found, following = await newest_first(self._items, "reminder", owner_id, limit, cursor, by="rangAt")
        return await self._opened(owner_id, found), following

    async def list_deleted(
        self, owner_id: str, limit: int, cursor: str | None
    ) -> tuple[list[Reminder], str | None]:
        """A page of the deleted reminders that are not erased yet, newest first."""
        return await self._newest("deleted-reminder", owner_id, limit, cursor)

    async def _newest(
        self, kind: str, owner_id: str, limit: int, cursor: str | None
    ) -> tuple[list[Reminder], str | None]:
        found, following = await newest_first(self._items, kind, owner_id, limit, cursor)
        return await self._opened(owner_id, found), following

    async def to_be_erased(self, now: datetime) -> AsyncIterator[Reminder]:
        """Deleted reminders of all owners whose time to come back is over."""
        sql = "SELECT * FROM c WHERE c.kind = 'deleted-reminder' AND c.expiresAt <= @now"
        async for stored in self._items.stored(sql, now=instant(now)):
            if (reminder := readable(Reminder, CONTAINER, stored)) is not None:
                yield reminder

    async def count(self, owner_id: str) -> int:
        return await count(self._items, "reminder", owner_id)

    async def count_of(self, owner_id: str, contact_id: str) -> int:
        sql = "SELECT VALUE COUNT(1) FROM c WHERE c.contactId = @contact AND c.kind = 'reminder'"
        return await self._items.count(sql, owner_id, contact=contact_id)

    async def create(self, reminder: Reminder, creation: "Creation[Reminder] | None") -> bool:
        """Store a new reminder with the record of its Idempotency-Key, which repeats it and so is sealed."""
        operations = [("create", (await self._document(reminder),))]
        if creation is not None:
            operations.append(
                await self._creations.creating(reminder.owner_id, creation, contactId=reminder.contact_id)
            )
        try:
            await self._items.batch(operations, reminder.owner_id)
        except FileExistsError:
            return False
        return True

    async def creation(self, owner_id: str, key: str) -> "Creation[Reminder] | None":
        return await self._creations.get(owner_id, key)

    async def forget_creation(self, owner_id: str, key: str) -> None:
        await self._creations.forget(owner_id, key)

    async def save(self, reminder: Reminder) -> Reminder:
        new = await self._document(reminder)
        saved = await replaced(
            self._items,
            new,
            reminder.etag or "",
            write=lambda all_: self._items.batch(all_, reminder.owner_id),
        )
        return (await self._opened(reminder.owner_id, [saved]))[0]

    async def remove(self, reminder: Reminder) -> None:
        await self._items.delete(reminder.id, reminder.owner_id)
        if reminder.key is not None:
            await self.forget_creation(reminder.owner_id, reminder.key)

    async def _document(self, reminder: Reminder) -> Document:
        if reminder.deleted and reminder.until is None:
            return reminder_document(reminder, None)
        if self._keys is not None and not reminder.unreadable:
            return reminder_document(reminder, sealed_text(reminder, await self._keys.of(reminder.owner_id)))
        stored = await self._items.read(reminder.id, reminder.owner_id)
        return reminder_document(reminder, stored.get("private") if stored else None)

    async def owners_due(self, now: datetime) -> AsyncIterator[str]:
        """Ids of the owners with due reminders, also several times."""
        sql = "SELECT c.ownerId FROM c WHERE c.kind = 'reminder' AND c.dueAt <= @now"
        async for stored in self._items.stored(sql, now=instant(now)):
            yield stored[PARTITION]

    async def due(self, owner_id: str, now: datetime, limit: int) -> "list[Due]":
        """The first due reminders of an owner, without their texts."""
        sql = (
            "SELECT TOP @count c.id, c.contactId, c.body, c._etag FROM c"
            " WHERE c.kind = 'reminder' AND c.dueAt <= @now ORDER BY c.dueAt"
        )
        found = await self._items.query(sql, owner_id, now=instant(now), count=limit)
        return [_due(stored) for stored in found]

    async def waiting_due(self, owner_id: str, limit: int) -> "list[Due]":
        """Reminders that wait for their owner, without their texts."""
        sql = (
            "SELECT TOP @count c.id, c.contactId, c.body, c._etag FROM c"
            " WHERE c.kind = 'reminder' AND c.rangAt > '' ORDER BY c.rangAt"
        )
        return [_due(stored) for stored in await self._items.query(sql, owner_id, count=limit)]

    async def ring(self, owner_id: str, rung: Sequence[Rung], order: Order | None) -> None:
        """Store when each is looked at next and since when it waits, and the order; all of it or nothing."""
        operations: list[tuple[Any, ...]] = [
            ("patch", (each.of.id, _times(each)), {"if_match_etag": each.of.etag}) for each in rung
        ]
        if order is not None:
            operations.append(("upsert", (order_document(order),)))
        await self._items.batch(operations, owner_id)

    async def list(self, owner_id: str, limit: int, cursor: str | None) -> tuple[list[Reminder], str | None]:
        """A page of the reminders, done or not, newest first."""
        return await self._newest("reminder", owner_id, limit, cursor)


def _due(stored: Document) -> Due:
    reminder = from_document(Reminder, stored)
    return Due(
        id=reminder.id,
        contact_id=stored["contactId"],
        silent_weeks=reminder.content.silent_weeks,
        made_on=reminder.created_at.date(),
        counted_from=reminder.counted_from,
        rang_at=reminder.rang_at,
        etag=stored["_etag"],
    )


def _times(rung: Rung) -> list[dict[str, Any]]:
    """Changes of the times alone. What is null is in no range of an index."""
    times = {"due": rung.due_at, "rang": rung.rang_at}
    top = {f"/{name}At": at and instant(at) for name, at in times.items()}
    body = {f"/body/{name}_at": at and at.isoformat() for name, at in times.items()}
    return [{"op": "set", "path": path, "value": value} for path, value in (top | body).items()]
