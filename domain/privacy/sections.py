"""What a copy of one's data is made of: a section for each kind of thing that an account has."""

import json
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from domain.privacy.archive import File

Facts = list[tuple[str, str]]


class Item(NamedTuple):
    """One thing in the copy: its heading, what can be read of it at a glance, and its files."""

    title: str
    facts: Facts
    files: list[File]


class Page(NamedTuple):
    """Some items of a section, and where the next page begins; None after the last."""

    items: list[Item]
    following: str | None


class Counts(Protocol):
    async def count(self, account_id: str, kind: str) -> int:
        """How many documents of a kind an account has."""
        ...


class Section(Protocol):
    """One kind of thing. `note` says what it is; `kinds` are those of the documents that it tells."""

    name: str
    title: str
    note: str
    kinds: tuple[str, ...]

    async def count(self, account_id: str) -> int:
        """About how many there are, for the progress that people see."""
        ...

    async def page(self, account_id: str, cursor: str | None, at: datetime) -> Page:
        """The items from a cursor on; `at` is when the copy was asked for."""
        ...


class Withheld(NamedTuple):
    """Something that is kept and not in the copy, and why. `kinds` are those of its documents."""

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
        ("card-creation", "image-creation", "profile-creation"),
    ),
    Withheld(
        "Orders to show a card as it is now",
        "They name the card by its id and are deleted within minutes.",
        ("order",),
    ),
    Withheld(
        "What is left of cards and profiles that you deleted",
        "Their ids stay for 35 days, so that a restored backup can be told of it. The names of cards stay"
        " reserved, so that no old link ever leads to somebody else.",
        ("deleted-card", "deleted-profile"),
    ),
    Withheld(
        "Visits of cards that you deleted",
        "They are counted under the id of a card that is gone, and are deleted 25 months later.",
    ),
)


def json_file(name: str, value: Any) -> File:
    return File(name, json.dumps(value, ensure_ascii=False, indent=2).encode())


def moment(at: datetime | None) -> str:
    return "" if at is None else f"{at:%Y-%m-%d %H:%M} UTC"
