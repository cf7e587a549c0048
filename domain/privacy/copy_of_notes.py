"""The notes in a copy: for each page of them one JSON file for programs and one text for people."""

from datetime import datetime
from typing import Any, Final, Protocol

from domain.privacy.archive import File
from domain.privacy.sections import Facts, Item, Page, WithDeleted, json_file, moment
from domain.relationships.contact import Contact
from domain.relationships.notes.note import Note

# Notes of one page, which becomes one part of the copy and one entry of its index.
_NOTES: Final = 100


class Contacts(Protocol):
    async def find(self, owner_id: str, contact_ids: list[str]) -> list[Contact]: ...


class NotesSection:
    name, title = "notes", "Your notes"
    note = "What you wrote about your contacts. Nobody else can read it; it is encrypted with a key of yours."
    kinds: tuple[str, ...] = ("note", "deleted-note")

    def __init__(self, notes: WithDeleted[Note], contacts: Contacts) -> None:
        self._notes, self._contacts = notes, contacts

    async def count(self, account_id: str) -> int:
        return -(-await self._notes.count(account_id) // _NOTES)

    async def page(self, account_id: str, cursor: str | None, at: datetime) -> Page:  # noqa: ARG002
        found, following = await self._notes.page(account_id, _NOTES, cursor)
        if not found:
            return Page([], following)
        about = await self._contacts.find(account_id, list({note.contact_id for note in found}))
        return Page([_notes(found, {contact.id: contact.content.name for contact in about})], following)


def _notes(found: list[Note], names: dict[str, str]) -> Item:
    name, gone = f"notes/notes-{found[0].id}", found[0].deleted
    facts: Facts = [("Notes", str(len(found)))]
    if gone:
        facts.append(("Deleted", "can be taken back for a day"))
    files = [
        json_file(f"{name}.json", [_told(note) for note in found]),
        File(f"{name}.md", "\n\n---\n\n".join(_written(note, names) for note in found).encode()),
    ]
    return Item("Deleted notes" if gone else "Notes", facts, files)


def _told(note: Note) -> dict[str, Any]:
    return {
        "id": note.id,
        "contactId": note.contact_id,
        "text": None if note.unreadable else note.text,
        "unreadable": note.unreadable,
        "restorableUntil": note.until and note.until.isoformat(),
        "createdAt": note.created_at.isoformat(),
        "updatedAt": note.updated_at.isoformat(),
    }


def _written(note: Note, names: dict[str, str]) -> str:
    about = names.get(note.contact_id, "a deleted contact")
    text = "(This note cannot be read any more.)" if note.unreadable else note.text
    return f"{about}, {moment(note.created_at)}\n\n{text}"
