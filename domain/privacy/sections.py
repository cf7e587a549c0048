"""Sections of a copy, one for each kind of data that an account has, and the data that it leaves out."""

import json
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from domain.privacy.archive import File

Facts = list[tuple[str, str]]


# Begins the cursors of deleted things; no cursor of a store contains a colon.
_DELETED = "deleted:"


class Item(NamedTuple):
    """Entry of a copy: its title, its facts for the index page, and its files."""

    title: str
    facts: Facts
    files: list[File]


class Page(NamedTuple):
    """Some items of a section, and the cursor of the next page; None after the last."""

    items: list[Item]
    following: str | None


class Counts(Protocol):
    async def count(self, account_id: str, kind: str) -> int:
        """Number of an account's documents of a kind."""
        ...


class Section(Protocol):
    """One kind of data. `note` explains it to the owner; `kinds` are the kinds of its stored documents."""

    name: str
    title: str
    note: str
    kinds: tuple[str, ...]

    async def count(self, account_id: str) -> int:
        """Approximate number of items, for the progress bar."""
        ...

    async def page(self, account_id: str, cursor: str | None, at: datetime) -> Page:
        """Items from a cursor on; `at` is the time of the request for the copy."""
        ...


class DeletedToo[T](Protocol):
    """Store of things that can be taken back for a day after their deletion."""

    async def list_deleted(
        self, account_id: str, limit: int, cursor: str | None
    ) -> tuple[list[T], str | None]: ...
    async def list(self, account_id: str, limit: int, cursor: str | None) -> tuple[list[T], str | None]: ...


class WithDeleted[T]:
    """Things of an account, and after them those that it deleted and can take back, page by page."""

    def __init__(self, store: DeletedToo[T], counts: Counts, *kinds: str) -> None:
        self._store, self._counts, self._kinds = store, counts, kinds

    async def count(self, account_id: str) -> int:
        return sum([await self._counts.count(account_id, kind) for kind in self._kinds])

    async def page(self, account_id: str, limit: int, cursor: str | None) -> tuple[list[T], str | None]:
        if cursor is None or not cursor.startswith(_DELETED):
            found, following = await self._store.list(account_id, limit, cursor)
            return found, following or _DELETED
        inner = cursor.removeprefix(_DELETED) or None
        found, following = await self._store.list_deleted(account_id, limit, inner)
        return found, following and _DELETED + following


class Withheld(NamedTuple):
    """Stored data that is not in the copy, and the reason. `kinds` are the kinds of its documents."""

    what: str
    why: str
    kinds: tuple[str, ...] = ()


WITHHELD = (
    Withheld(
        "What proves a browser's session",
        "We keep only a fingerprint of it, and whoever had it could be taken for you.",
    ),
    Withheld(
        "Smaller sizes of your pictures, and pictures that you sent a moment ago",
        "The small ones show the same. What was just sent is deleted once the picture is made of it.",
    ),
    Withheld(
        "Records that keep a repeated request from being done twice",
        "They repeat what is in this copy and are deleted after a day.",
        (
            "card-creation",
            "contact-creation",
            "image-creation",
            "note-creation",
            "profile-creation",
            "reminder-creation",
        ),
    ),
    Withheld(
        "What lets connected people see more of your cards",
        "It follows from your connections, which are in this copy, and names the accounts of others.",
        ("connection-access",),
    ),
    Withheld(
        "Orders to do what follows from a change: show a card, erase what belonged to a contact, tidy the"
        " search, send a mail",
        "They name the card, the contact or you by an id and are deleted within minutes.",
        ("order",),
    ),
    Withheld(
        "Calendar files that you looked at",
        "Of them we keep only days and contacts, for a week; what you logged of them is in this copy.",
        ("calendar-file",),
    ),
    Withheld(
        "The note that an import is being written, and files of imports and exports under way",
        "They name the import by its id, or repeat your contacts. They are deleted when it is over, or after"
        " a week.",
        ("import-lock",),
    ),
    Withheld(
        "The key by which your notes, tags and search are sealed",
        "This copy has all of them readable; the key would open nothing but our own store.",
        ("owner-key",),
    ),
    Withheld(
        "The index by which your contacts are found",
        "It has the words of your contacts and notes, which are in this copy, and is made from them.",
        ("search-head",),
    ),
    Withheld(
        "What is left of cards, profiles, contacts and what belonged to them after they were erased",
        "Their ids stay for 35 days, so that a restored backup can be told of it. The names of cards stay"
        " reserved, so that no old link ever leads to somebody else.",
        (
            "erased-card",
            "erased-contact",
            "erased-interaction",
            "erased-note",
            "erased-profile",
            "erased-reminder",
        ),
    ),
    Withheld(
        "Which contacts may be the same, and what moved when contacts were merged",
        "It has only ids of the contacts. What is compared repeats them and is deleted after a day. A contact"
        " that was merged is told in its merge.",
        (
            "contact-moves",
            "duplicate-pairs",
            "duplicate-rows",
            "duplicate-share",
            "duplicates",
            "merged-contact",
        ),
    ),
    Withheld(
        "Details that people left on your cards and have not confirmed, or have withdrawn",
        "They are not yours yet, or not any more. What proves a consent holds none of the details.",
        ("unconfirmed-exchange", "withdrawn-exchange"),
    ),
    Withheld(
        "Visits of cards that were erased",
        "They are counted under the id of a card that is gone, and are deleted 25 months later.",
    ),
)


def json_file(name: str, value: Any) -> File:
    return File(name, json.dumps(value, ensure_ascii=False, indent=2).encode())


def moment(at: datetime | None) -> str:
    return "" if at is None else f"{at:%Y-%m-%d %H:%M} UTC"
