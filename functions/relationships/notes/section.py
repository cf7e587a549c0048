"""The notes on the page of a contact: the newest, and a field to write another."""

import secrets
from typing import Any, Final, NamedTuple

from markupsafe import Markup

import wiring.relationships.notes
from domain.relationships.contact import Contact
from domain.relationships.notes.note import Note
from functions.framework.callers import SignedIn
from functions.framework.texts import _
from functions.relationships.notes.markdown import html_of

_NEWEST: Final = 3


class Shown(NamedTuple):
    """A note and its text as HTML."""

    note: Note
    html: Markup


def shown(notes: list[Note]) -> list[Shown]:
    """The notes; of one that cannot be read, this is said in its place."""
    return [
        Shown(note, html_of(_("This note cannot be read any more.") if note.unreadable else note.text))
        for note in notes
    ]


async def values(person: SignedIn, contact: Contact) -> dict[str, Any]:
    found, following = await wiring.relationships.notes.store().on_contact(
        person.account_id, contact.id, _NEWEST, None
    )
    return {"notes": shown(found), "more": following is not None, "key": secrets.token_urlsafe(16)}
