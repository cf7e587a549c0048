"""Notes in their owner's partition of `relations`, their texts sealed with the owner's key.

A note is of one of three kinds: `note`, `deleted-note` while it can come back, and `erased-note` for the
record of its deletion. `contactId` stands beside the body, so that notes follow their contact when it is
erased or merged. `private` is sealed as in a contact. Nothing of a text, not even a hash, is stored in the
clear.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from datetime import datetime

from adapters.cosmos.database import Database, Document, Items, instant
from adapters.cosmos.documents import (
    DELETED_TTL,
    count,
    cursor_of,
    document,
    from_document,
    newest_first,
    read_cursor,
    readable,
)
from adapters.cosmos.relationships.contact_documents import CONTAINER, PARTITION, unsealed
from adapters.cosmos.relationships.creations import SealedCreations
from adapters.cosmos.relationships.sealed import replaced
from adapters.cosmos.relationships.search import IndexedItems
from domain.base.errors import StaleVersion
from domain.base.idempotency import Creation
from domain.relationships.keys import OwnerKeys, Place
from domain.relationships.notes.note import Note
from domain.relationships.search.entry import Change, note_change

_NOTES = ("note", "deleted-note", "erased-note")


def _place(note_id: str, version: int) -> Place:
    return Place("note", note_id, version)


def _state_of(note: Note) -> str:
    if not note.deleted:
        return "note"
    return "erased-note" if note.until is None else "deleted-note"


def note_document(note: Note, private: Document | None) -> Document:
    """Document of a note, with its sealed text; an erased one has none, and belongs to no contact."""
    kind = _state_of(note)
    extra: Document = {"createdAt": instant(note.created_at)}
    if kind != "note":
        # The store forgets it even where no timer runs.
        extra["ttl"] = DELETED_TTL
    if note.until is not None:
        extra["expiresAt"] = instant(note.until)
    if kind != "erased-note":
        extra |= {"contactId": note.contact_id, "private": private}
    stored = document(kind, note.id, note.owner_id, note, partition=PARTITION, **extra)
    # Sealed, and changed by a merge of contacts in one place only.
    del stored["body"]["text"], stored["body"]["contact_id"]
    return stored


def _read(stored: Document, text: str) -> Note:
    body = {**stored["body"], "text": text, "contact_id": stored.get("contactId", "")}
    return from_document(Note, stored | {"body": body})


class CosmosNotes:
    """Without `keys`, as tools of operators have it, texts stay sealed and as they are stored.

    Every write tells the search; `full` as in `IndexedItems`.
    """

    def __init__(
        self,
        database: Database,
        keys: OwnerKeys | None,
        full: Callable[[str], Awaitable[None]] | None = None,
    ) -> None:
        self._items, self._keys = Items(database, CONTAINER), keys
        self._creations = SealedCreations(self._items, keys, "note", Creation[Note])
        self._indexed = IndexedItems(database, keys, full)

    async def get(self, owner_id: str, note_id: str) -> Note | None:
        stored = await self._items.read(note_id, owner_id)
        return await self._opened(owner_id, stored) if stored and stored["kind"] == "note" else None

    async def get_with_deleted(self, owner_id: str, note_id: str) -> Note | None:
        stored = await self._items.read(note_id, owner_id)
        return await self._opened(owner_id, stored) if stored and stored["kind"] in _NOTES else None

    async def _opened(self, owner_id: str, stored: Document) -> Note:
        private = stored.get("private")
        if private is None or self._keys is None:
            return _read(stored, "")
        key = await self._keys.of(owner_id)
        text = unsealed(private["text"], _place(stored["id"], private["version"]), key)
        if text is None:
            return _read(stored, "").model_copy(update={"unreadable": True})
        return _read(stored, text)

    async def _document(self, note: Note) -> Document:
        if _state_of(note) == "erased-note":
            return note_document(note, None)
        if self._keys is None or note.unreadable:
            stored = await self._items.read(note.id, note.owner_id)
            return note_document(note, stored.get("private") if stored else None)
        key = await self._keys.of(note.owner_id)
        sealed = key.seal(note.text.encode(), _place(note.id, note.version))
        return note_document(note, {"version": note.version, "text": sealed})

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
        """Store a new note with the record of its Idempotency-Key, which repeats it and so is sealed."""
        operations = [("create", (await self._document(note),))]
        if creation is not None:
            operations.append(
                await self._creations.creating(note.owner_id, creation, contactId=note.contact_id)
            )
        try:
            await self._indexed.batch(operations, note.owner_id, [_told(note)])
        except FileExistsError:
            return False
        return True

    async def creation(self, owner_id: str, key: str) -> "Creation[Note] | None":
        return await self._creations.get(owner_id, key)

    async def forget_creation(self, owner_id: str, key: str) -> None:
        await self._creations.forget(owner_id, key)

    async def save(self, note: Note) -> Note:
        write = self._indexed.writing(note.owner_id, [_told(note)])
        stored = await replaced(self._items, await self._document(note), note.etag or "", write=write)
        return note.model_copy(update={"etag": stored["_etag"]})

    async def remove(self, note: Note) -> None:
        gone = note_change(note.contact_id, note.id, note.version + 1, None)
        with suppress(StaleVersion):  # it is not there any more
            await self._indexed.batch([("delete", (note.id,))], note.owner_id, [gone])
        if note.key is not None:
            await self.forget_creation(note.owner_id, note.key)

    async def to_be_erased(self, now: datetime) -> AsyncIterator[Note]:
        """Deleted notes of all owners, without their texts, whose time to come back is over."""
        sql = "SELECT * FROM c WHERE c.kind = 'deleted-note' AND c.expiresAt <= @now"
        async for stored in self._items.stored(sql, now=instant(now)):
            body = {**stored["body"], "text": "", "contact_id": stored.get("contactId", "")}
            if (note := readable(Note, CONTAINER, stored | {"body": body})) is not None:
                yield note

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

    async def list(self, owner_id: str, limit: int, cursor: str | None) -> tuple[list[Note], str | None]:
        """A page of all notes of an owner, newest first."""
        return await self._newest("note", owner_id, limit, cursor)


def _told(note: Note) -> Change:
    return note_change(note.contact_id, note.id, note.version, None if note.deleted else note.text)
