"""What a contact said before: values that a change, a merge or the other side of a connection replaced."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import Any, Final, Literal, Self

from pydantic import Field

from domain.base.model import Model
from domain.relationships.contact import VALUE_LISTS, Contact, ContactContent, Source, Value

# Older ones are dropped, and those beyond so many bytes: a history is one document, sealed, and has the
# content before the latest change, too.
MOST_PAST: Final = 200
_MOST_BYTES: Final = 400_000
# Why the value is not there any more.
Cause = Literal["changed", "merged", "connection"]

_SINGLE: Final = ("name", "name_parts", "nickname", "title", "organisation", "importance", "met")
_LABELS: Final = ("tags", "groups")
PAST_FIELDS: Final = (*_SINGLE, *VALUE_LISTS, *_LABELS, "custom_fields")


class Past(Model):
    """A value that was there until a day. `merge` is the id of the merge that took it away."""

    field: str
    text: str
    source: Source | None = None
    since: date | None = None
    until: date
    cause: Cause = "changed"
    merge: str | None = None


class LastChange(Model):
    """The content before the latest change, which led to this version and to so many past values."""

    version: int
    content: ContactContent
    past: int


class History(Model):
    """Past values of one contact, the latest first, and its latest change, which can be taken back."""

    owner_id: str
    contact_id: str
    version: int = 1
    past: list[Past] = Field(default=[])
    last: LastChange | None = None
    etag: str | None = Field(default=None, exclude=True)

    def with_past(self, more: Iterable[Past]) -> Self:
        past = list(_bounded([*more, *self.past][:MOST_PAST]))
        return self.model_copy(update={"version": self.version + 1, "past": past})

    def after_change(self, before: Contact, after: Contact, today: date) -> Self:
        past = replaced(before.content, after.content, today)
        last = LastChange(version=after.version, content=before.content, past=len(past))
        return self.with_past(past).model_copy(update={"last": last})

    def before_change(self, last: LastChange) -> Self:
        update = {"version": self.version + 1, "past": self.past[last.past :], "last": None}
        return self.model_copy(update=update)

    def without_merge(self, merge: str) -> Self:
        past = [each for each in self.past if each.merge != merge]
        return self.model_copy(update={"version": self.version + 1, "past": past})

    def without(
        self, says: Callable[[Past], bool], taken_out: Callable[[ContactContent], ContactContent]
    ) -> Self:
        """Without the past values that say something, and with another content before the latest change."""
        last = self.last and self.last.model_copy(
            update={
                "content": taken_out(self.last.content),
                "past": sum(not says(each) for each in self.past[: self.last.past]),
            }
        )
        past = [each for each in self.past if not says(each)]
        return self.model_copy(update={"version": self.version + 1, "past": past, "last": last})


def _bounded(past: Iterable[Past]) -> Iterator[Past]:
    room = _MOST_BYTES
    for each in past:
        room -= len(each.model_dump_json().encode())
        if room < 0:
            return
        yield each


def replaced(
    before: ContactContent, after: ContactContent, today: date, cause: Cause = "changed"
) -> list[Past]:
    """What the content before said and the content after does not."""
    return [
        Past(
            field=field,
            text=text,
            source=value_source(value),
            since=value_since(value),
            until=today,
            cause=cause,
        )
        for field in PAST_FIELDS
        for value, text in _gone(field, getattr(before, field), getattr(after, field))
    ]


def _gone(field: str, before: Any, after: Any) -> list[tuple[Any, str]]:
    if field in _SINGLE:
        return [(before, text)] if before != after and (text := text_of(before)) else []
    kept = {_said(value) for value in after}
    return [(value, text_of(value)) for value in before if _said(value) not in kept]


def _said(value: Any) -> Any:
    return (
        value.said
        if isinstance(value, Value)
        else value.model_dump_json()
        if isinstance(value, Model)
        else value
    )


def text_of(value: Any) -> str:
    """A value in one line."""
    if isinstance(value, Value):
        said = value.said
        return ", ".join(part for part in said if part) if isinstance(said, tuple) else str(said)
    if isinstance(value, Model):
        # The id of the card by which one met says nothing to people.
        return ", ".join(str(part) for name, part in value if part is not None and name != "card")
    return str(value) if value else ""


def value_source(value: Any) -> Source | None:
    return value.source if isinstance(value, Value) else None


def value_since(value: Any) -> date | None:
    return value.since if isinstance(value, Value) else None
