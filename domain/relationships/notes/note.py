"""A note: what one owner wrote about a contact, for nobody else's eyes.

The text is CommonMark. It leaves the process only sealed, or on its owner's pages, API and copy. `version` is
the note's ETag in HTTP.
"""

from datetime import datetime
from typing import Annotated, Self

from pydantic import Field

from domain.base.fields import NoteText
from domain.base.model import Closed, Model
from domain.cards.described import Described


class NoteContent(Closed):
    """What the owner writes, as CommonMark without HTML, pictures and references."""

    text: Annotated[NoteText, Described("Note", "lines")]


class NoteRequest(Model):
    """What a creation asks for: the same text on another contact is another note."""

    contact_id: str
    content: NoteContent


class Note(Model):
    """Stored note on a contact. `etag` is the store's, for the next write.

    A `deleted` note can come back before `until`; without `until` it is erased, and its text is empty.
    `key` is the hashed Idempotency-Key of its creation. Of an `unreadable` one the text is damaged: it is
    empty, and stays stored so.
    """

    id: str
    owner_id: str
    contact_id: str
    text: str = Field(repr=False)
    version: int = 1
    deleted: bool = False
    until: datetime | None = None
    key: str | None = None
    created_at: datetime
    updated_at: datetime
    unreadable: bool = Field(default=False, exclude=True)
    etag: str | None = Field(default=None, exclude=True)

    def changed(self, at: datetime, **update: object) -> Self:
        return self.model_copy(update={"version": self.version + 1, "updated_at": at, **update})

    def can_come_back(self, now: datetime) -> bool:
        return self.until is not None and now < self.until
