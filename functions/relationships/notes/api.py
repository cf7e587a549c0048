"""`/api/v1/contacts/{contactId}/notes` and `/api/v1/notes`: what the caller wrote, for nobody else."""

from datetime import datetime

from pydantic import Field

import wiring.relationships.notes
from domain.base.errors import KeyReused
from domain.base.limits import LimitReached
from domain.base.model import Closed
from domain.relationships.keys import Unreadable
from domain.relationships.notes.note import Note, NoteContent
from domain.relationships.notes.notes import (
    NoteVersion,
    Writing,
    change_note,
    create_note,
    delete_note,
    erase_note,
    list_notes,
    read_deleted_note,
    read_note,
    restore_note,
)
from functions.framework.clock import new_id
from functions.framework.operations import Answer, Call, Page, operation


class NoteOut(Closed):
    id: str
    contact_id: str
    content: NoteContent
    unreadable: bool = Field(description="Whether the text is damaged in the store: a hyphen stands for it.")
    created_at: datetime
    updated_at: datetime


class NoteList(Closed):
    data: list[NoteOut]
    page: Page


class DeletedNoteOut(Closed):
    """A deleted note as it was. It can be taken back before `restorableUntil`, and is then erased."""

    note: NoteOut
    restorable_until: datetime


class DeletedNoteList(Closed):
    data: list[DeletedNoteOut]
    page: Page


def _out(note: Note) -> NoteOut:
    return NoteOut(
        id=note.id,
        contact_id=note.contact_id,
        content=NoteContent.model_construct(text="-" if note.unreadable else note.text),
        unreadable=note.unreadable,
        created_at=note.created_at,
        updated_at=note.updated_at,
    )


def _deleted_out(note: Note) -> list[DeletedNoteOut]:
    """The note, or nothing if it is erased."""
    return [] if note.until is None else [DeletedNoteOut(note=_out(note), restorable_until=note.until)]


def _version_of[B](call: Call[B]) -> NoteVersion:
    return NoteVersion(call.account_id, call.params["noteId"], call.version)


@operation("The notes on a contact, newest first", answer=NoteList, lists=True)
async def list_on_contact(call: Call) -> Answer:
    found, following = await list_notes(
        call.account_id,
        call.params["contactId"],
        call.limit,
        call.cursor,
        book=wiring.relationships.notes.book(),
    )
    return Answer(NoteList(data=[_out(note) for note in found], page=Page(next=following)))


@operation(
    "Write a note on a contact",
    body=NoteContent,
    answer=NoteOut,
    creates=True,
    conflicts=(KeyReused, LimitReached),
)
async def post_note(call: Call[NoteContent]) -> Answer:
    writing = Writing(new_id("nte"), call.key, call.now)
    note = await create_note(
        call.account_id,
        call.params["contactId"],
        call.body,
        writing,
        book=wiring.relationships.notes.book(),
    )
    return Answer(_out(note), note.version, location=f"notes/{note.id}")


@operation("One note", answer=NoteOut, conflicts=(Unreadable,))
async def get_note(call: Call) -> Answer:
    note = await read_note(call.account_id, call.params["noteId"], book=wiring.relationships.notes.book())
    return Answer(_out(note), note.version)


@operation(
    "Replace the text of a note", body=NoteContent, answer=NoteOut, versioned=True, conflicts=(Unreadable,)
)
async def put_note(call: Call[NoteContent]) -> Answer:
    book = wiring.relationships.notes.book()
    note = await change_note(_version_of(call), call.body, now=call.now, book=book)
    return Answer(_out(note), note.version)


@operation("Delete a note; it can be taken back for a day", versioned=True)
async def remove_note(call: Call) -> Answer:
    await delete_note(_version_of(call), now=call.now, book=wiring.relationships.notes.book())
    return Answer()


@operation(
    "The deleted notes on a contact that can be taken back, newest first", answer=DeletedNoteList, lists=True
)
async def list_deleted(call: Call) -> Answer:
    found, following = await list_notes(
        call.account_id,
        call.params["contactId"],
        call.limit,
        call.cursor,
        deleted=True,
        book=wiring.relationships.notes.book(),
    )
    data = [out for note in found if note.can_come_back(call.now) for out in _deleted_out(note)]
    return Answer(DeletedNoteList(data=data, page=Page(next=following)))


@operation("One deleted note that can be taken back", answer=DeletedNoteOut)
async def get_restoration(call: Call) -> Answer:
    note = await read_deleted_note(
        call.account_id, call.params["noteId"], now=call.now, book=wiring.relationships.notes.book()
    )
    return Answer(_deleted_out(note)[0], note.version)


@operation("Take a deleted note back, as it was", answer=NoteOut, versioned=True, conflicts=(LimitReached,))
async def put_restoration(call: Call) -> Answer:
    note = await restore_note(_version_of(call), now=call.now, book=wiring.relationships.notes.book())
    return Answer(_out(note), note.version)


@operation("Erase a deleted note now, with no way back", versioned=True, fresh=True)
async def delete_restoration(call: Call) -> Answer:
    await erase_note(_version_of(call), now=call.now, book=wiring.relationships.notes.book())
    return Answer()
