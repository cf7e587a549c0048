"""The notes on an owner's contacts: written, changed, deleted for a day and then erased.

A note is there while its contact is: with a deleted contact its notes are absent, and come back with it.
"""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import NamedTuple, Protocol

from domain.base.errors import NotFound, StaleVersion, Unavailable
from domain.base.idempotency import Creation, request_hash
from domain.base.limits import MOST_NOTES, UNDO_TIME, LimitReached
from domain.base.texts import N_
from domain.operations.erasure import Settled, came_back, erase_due, restorable
from domain.operations.slices import Slice
from domain.relationships.contact import Contact
from domain.relationships.keys import Unreadable
from domain.relationships.notes.note import Note, NoteContent, NoteRequest


class NoteStore(Protocol):
    async def get(self, owner_id: str, note_id: str) -> Note | None: ...
    async def get_with_deleted(self, owner_id: str, note_id: str) -> Note | None:
        """Return the note, also a deleted or erased one."""
        ...

    async def on_contact(
        self, owner_id: str, contact_id: str, limit: int, cursor: str | None, *, deleted: bool = False
    ) -> tuple[list[Note], str | None]:
        """A page of the notes on a contact, newest first, and the cursor of the next page."""
        ...

    async def count_on_contact(self, owner_id: str, contact_id: str) -> int: ...
    async def create(self, note: Note, creation: "Creation[Note] | None") -> bool: ...
    async def creation(self, owner_id: str, key: str) -> "Creation[Note] | None": ...
    async def forget_creation(self, owner_id: str, key: str) -> None: ...
    async def save(self, note: Note) -> Note: ...
    async def remove(self, note: Note) -> None:
        """Delete the document of a note without a trace."""
        ...


class DeletedNotes(Protocol):
    async def save(self, note: Note) -> Note: ...
    def to_be_erased(self, now: datetime) -> AsyncIterator[Note]:
        """Deleted notes of all owners, without their texts, whose time to come back is over."""
        ...


class ContactReader(Protocol):
    async def get(self, owner_id: str, contact_id: str) -> Contact | None: ...


class NoteVersion(NamedTuple):
    """Version of an owner's note that a change is based on."""

    owner_id: str
    note_id: str
    version: int


class Writing(NamedTuple):
    """What a new note needs beside its text: its id, the hashed Idempotency-Key, the time."""

    note_id: str
    key: str | None
    now: datetime


class Notebook(NamedTuple):
    """The stores of notes and of the contacts that they are on."""

    notes: NoteStore
    contacts: ContactReader


async def read_note(owner_id: str, note_id: str, *, book: Notebook) -> Note:
    note = await _there(owner_id, note_id, book)
    if note.unreadable:
        raise Unreadable
    return note


async def _there(owner_id: str, note_id: str, book: Notebook) -> Note:
    note = await book.notes.get(owner_id, note_id)
    if note is None or await book.contacts.get(owner_id, note.contact_id) is None:
        raise NotFound
    return note


async def list_notes(
    owner_id: str,
    contact_id: str,
    limit: int,
    cursor: str | None,
    *,
    deleted: bool = False,
    book: Notebook,
) -> tuple[list[Note], str | None]:
    """A page of the notes on a contact that is there, newest first."""
    if await book.contacts.get(owner_id, contact_id) is None:
        raise NotFound
    return await book.notes.on_contact(owner_id, contact_id, limit, cursor, deleted=deleted)


async def create_note(
    owner_id: str, contact_id: str, content: NoteContent, writing: Writing, *, book: Notebook
) -> Note:
    """Store a new note; a repetition under the same key returns the first."""
    notes, key, now = book.notes, writing.key, writing.now
    if await book.contacts.get(owner_id, contact_id) is None:
        raise NotFound
    request = NoteRequest(contact_id=contact_id, content=content)
    if key and (done := await notes.creation(owner_id, key)):
        return done.repeated(request)
    await _refuse_when_full(owner_id, contact_id, notes)
    note = Note(
        id=writing.note_id,
        owner_id=owner_id,
        contact_id=contact_id,
        text=content.text,
        key=key,
        created_at=now,
        updated_at=now,
    )
    creation = Creation[Note](key=key, request=request_hash(request), made=note) if key else None
    if not await notes.create(note, creation):
        if key and (done := await notes.creation(owner_id, key)):
            return done.repeated(request)
        # The note may be stored although the answer was lost: nobody else can have made this id.
        if await notes.get(owner_id, note.id) is None:
            raise Unavailable
    await _refuse_without_contact(note, book)
    return note


async def _refuse_without_contact(note: Note, book: Notebook) -> None:
    """Take a new note away again if its contact was deleted meanwhile: an erasure may have passed it."""
    if await book.contacts.get(note.owner_id, note.contact_id) is None:
        await book.notes.remove(note)
        raise NotFound


async def _refuse_when_full(owner_id: str, contact_id: str, notes: NoteStore) -> None:
    if await notes.count_on_contact(owner_id, contact_id) >= MOST_NOTES:
        raise LimitReached(
            N_("A contact may have %(most)s notes. Delete some that you need less.", most=MOST_NOTES)
        )


async def change_note(of: NoteVersion, content: NoteContent, *, now: datetime, book: Notebook) -> Note:
    """Replace the text. Saving what it says already changes nothing."""
    note = await _read_version(of, book)
    if note.unreadable:
        raise Unreadable
    if note.text == content.text:
        return note
    return await book.notes.save(note.changed(now, text=content.text))


async def _read_version(of: NoteVersion, book: Notebook) -> Note:
    note = await _there(of.owner_id, of.note_id, book)
    if note.version != of.version:
        raise StaleVersion
    return note


async def delete_note(of: NoteVersion, *, now: datetime, book: Notebook) -> Note:
    """Delete the note; it can come back for a day."""
    note = await _read_version(of, book)
    saved = await book.notes.save(note.changed(now, deleted=True, until=now + UNDO_TIME))
    if note.key is not None:
        await book.notes.forget_creation(of.owner_id, note.key)
    return saved


async def read_deleted_note(owner_id: str, note_id: str, *, now: datetime, book: Notebook) -> Note:
    """Return a deleted note that can still come back."""
    return await _restorable(await book.notes.get_with_deleted(owner_id, note_id), now, book)


async def restore_note(of: NoteVersion, *, now: datetime, book: Notebook) -> Note:
    """Bring a deleted note back as it was; a repetition returns the note."""
    found = await book.notes.get_with_deleted(of.owner_id, of.note_id)
    if came_back(found, of.version):
        return await _there(of.owner_id, of.note_id, book)
    note = await _restorable(found, now, book, of.version)
    await _refuse_when_full(of.owner_id, note.contact_id, book.notes)
    return await book.notes.save(note.changed(now, deleted=False, until=None))


async def erase_note(of: NoteVersion, *, now: datetime, book: Notebook) -> None:
    """Erase a deleted note before its time is over, with no way back."""
    found = await book.notes.get_with_deleted(of.owner_id, of.note_id)
    await erase(await _restorable(found, now, book, of.version), now, notes=book.notes)


async def _restorable(found: Note | None, now: datetime, book: Notebook, version: int | None = None) -> Note:
    """The deleted note while it can come back, unless its contact is deleted, too."""
    note = restorable(found, now, version)
    if await book.contacts.get(note.owner_id, note.contact_id) is None:
        raise NotFound
    return note


async def erase(note: Note, now: datetime, *, notes: NoteStore | DeletedNotes) -> None:
    """Drop everything that a deleted note said."""
    await notes.save(note.changed(now, until=None, text="", contact_id=""))


async def erase_due_notes(now: datetime, bound: Slice, *, notes: DeletedNotes) -> Settled:
    """Erase notes whose time to come back is over, until the bound."""
    return await erase_due(notes.to_be_erased(now), lambda note: erase(note, now, notes=notes), bound)
