"""Notes in their owner's partition of `relations`, their texts sealed with the owner's key.

A note is of one of three kinds: `note`, `deleted-note` while it can come back, and `erased-note` for the record
of its deletion. `contactId` stands beside the sealed body, so that notes follow their contact when it is erased or
merged. Nothing of a text, not even a hash, is stored in the clear.
"""

from collections.abc import AsyncIterator
from datetime import datetime

from adapters.cosmos.database import Database, Document, Items, instant
from adapters.cosmos.documents import (
    DAY,
    DELETED_TTL,
    count,
    cursor_of,
    document,
    from_document,
    newest_first,
    read_cursor,
    readable,
)
from domain.base.idempotency import Creation
from domain.relationships.keys import OwnerKey, OwnerKeys, Place
from domain.relationships.notes.note import Note

CONTAINER, PARTITION = "relations", "ownerId"
_NOTES = ("note", "deleted-note", "erased-note")


def _place(note: Note) -> Place:
    return Place("note", note.id, str(note.version))


def _state_of(note: Note) -> str:
    if not note.deleted:
        return "note"
    return "erased-note" if note.until is None else "deleted-note"


def note_document(note: Note, key: OwnerKey | None) -> Document:
    """The stored form; an erased note says nothing and needs no key."""
    kind = _state_of(note)
    extra: Document = {"createdAt": instant(note.created_at)}
    if kind != "note":
        # The store forgets it even where no timer runs.
        extra["ttl"] = DELETED_TTL
    if kind == "deleted-note" and note.until is not None:
        extra["expiresAt"] = instant(note.until)
    if kind != "erased-note":
        extra["contactId"] = note.contact_id
    sealed = key.seal(note.text.encode(), _place(note)) if key and kind != "erased-note" else ""
    stored = document(
        kind, note.id, note.owner_id, note.model_copy(update={"text": sealed}), partition=PARTITION, **extra
    )
    # A merge of contacts changes it in one place.
    del stored["body"]["contact_id"]
    return stored


def _with_contact(stored: Document) -> Document:
    return stored | {"body": stored["body"] | {"contact_id": stored.get("contactId", "")}}


class CosmosNotes:
    def __init__(self, database: Database, keys: OwnerKeys) -> None:
        self._items, self._keys = Items(database, CONTAINER), keys

    async def get(self, owner_id: str, note_id: str) -> Note | None:
        return await self._read(owner_id, note_id, ("note",))

    async def get_with_deleted(self, owner_id: str, note_id: str) -> Note | None:
        return await self._read(owner_id, note_id, _NOTES)

    async def _read(self, owner_id: str, note_id: str, kinds: tuple[str, ...]) -> Note | None:
        stored = await self._items.read(note_id, owner_id)
        if stored is None or stored["kind"] not in kinds:
            return None
        return await self._opened(owner_id, stored)

    async def _opened(self, owner_id: str, stored: Document) -> Note:
        note = from_document(Note, _with_contact(stored))
        if not note.text:
            return note
        key = await self._keys.of(owner_id)
        return note.model_copy(update={"text": key.unseal(note.text, _place(note)).decode()})

    async def on_contact(
        self, owner_id: str, contact_id: str, limit: int, cursor: str | None, *, deleted: bool = False
    ) -> tuple[list[Note], str | None]:
        """A page of the notes on a contact, newest first: one range of one index, whatever else there is."""
        created, item = read_cursor(cursor) if cursor else ("~", "~")
        found = await self._items.query(
            "SELECT TOP @count * FROM c WHERE c.kind = @kind AND c.contactId = @contact"
            " AND (c.createdAt < @created OR (c.createdAt = @created AND c.id < @item))"
            " ORDER BY c.kind DESC, c.contactId DESC, c.createdAt DESC, c.id DESC",
            owner_id,
            count=limit + 1,
            kind="deleted-note" if deleted else "note",
            contact=contact_id,
            created=created,
            item=item,
        )
        page = found[:limit]
        notes = [await self._opened(owner_id, stored) for stored in page]
        return notes, cursor_of(page[-1]) if len(found) > limit else None

    async def count_on_contact(self, owner_id: str, contact_id: str) -> int:
        sql = "SELECT VALUE COUNT(1) FROM c WHERE c.kind = 'note' AND c.contactId = @contact"
        return await self._items.count(sql, owner_id, contact=contact_id)

    async def count(self, owner_id: str) -> int:
        return await count(self._items, "note", owner_id)

    async def create(self, note: Note, creation: "Creation[Note] | None") -> bool:
        key = await self._keys.of(note.owner_id)
        new = note_document(note, key)
        if creation is None:
            return await self._items.create(new)
        record = _creation_document(note, creation, key)
        try:
            await self._items.batch([("create", (record,)), ("create", (new,))], note.owner_id)
        except FileExistsError:
            return False
        return True

    async def creation(self, owner_id: str, key: str) -> "Creation[Note] | None":
        item = _creation_id(key)
        stored = await self._items.read(item, owner_id)
        if stored is None:
            return None
        owners = await self._keys.of(owner_id)
        plain = owners.unseal(stored["sealed"], Place("note-creation", item, "1"))
        return Creation[Note].model_validate_json(plain)

    async def forget_creation(self, owner_id: str, key: str) -> None:
        """Drop the record of the creation of a note: it holds the note's text."""
        await self._items.delete(_creation_id(key), owner_id)

    async def save(self, note: Note) -> Note:
        key = None if _state_of(note) == "erased-note" else await self._keys.of(note.owner_id)
        stored = await self._items.replace(note_document(note, key), note.etag or "")
        return note.model_copy(update={"etag": stored["_etag"]})

    async def remove(self, note: Note) -> None:
        await self._items.delete(note.id, note.owner_id)
        if note.key is not None:
            await self.forget_creation(note.owner_id, note.key)

    async def to_be_erased(self, now: datetime) -> AsyncIterator[Note]:
        """Deleted notes of all owners, without their texts, whose time to come back is over."""
        sql = "SELECT * FROM c WHERE c.kind = 'deleted-note' AND c.expiresAt <= @now"
        async for stored in self._items.stored(sql, now=instant(now)):
            if (note := readable(Note, CONTAINER, _with_contact(stored))) is not None:
                yield note.model_copy(update={"text": ""})

    async def list(self, owner_id: str, limit: int, cursor: str | None) -> tuple[list[Note], str | None]:
        """A page of all notes of an owner, newest first."""
        return await self._newest("note", owner_id, limit, cursor)

    async def list_deleted(
        self, owner_id: str, limit: int, cursor: str | None
    ) -> tuple[list[Note], str | None]:
        """A page of the deleted notes of an owner that are not erased yet, newest first."""
        return await self._newest("deleted-note", owner_id, limit, cursor)

    async def _newest(
        self, kind: str, owner_id: str, limit: int, cursor: str | None
    ) -> tuple[list[Note], str | None]:
        found, following = await newest_first(self._items, kind, owner_id, limit, cursor)
        return [await self._opened(owner_id, stored) for stored in found], following


def _creation_id(key: str) -> str:
    return f"note-creation-{key}"


def _creation_document(note: Note, creation: "Creation[Note]", key: OwnerKey) -> Document:
    """Record of an Idempotency-Key, kept for a day. A hash of the request would tell what was written."""
    item = _creation_id(creation.key)
    sealed = key.seal(creation.model_dump_json().encode(), Place("note-creation", item, "1"))
    extra = {"ttl": DAY, "contactId": note.contact_id, "sealed": sealed}
    record = document("note-creation", item, note.owner_id, creation, partition=PARTITION, **extra)
    return record | {"body": {}}
