"""What two contacts say together: lists are united, of single values the owner chooses one."""

from collections.abc import Iterable
from datetime import date
from typing import Any, Final, Literal, NamedTuple

from domain.base.errors import Fault, InvalidInput
from domain.base.folding import fold
from domain.base.texts import N_
from domain.relationships.contact import (
    MOST_TAGS,
    MOST_VALUES,
    VALUE_LISTS,
    ContactContent,
    CustomField,
    Value,
)
from domain.relationships.history.history import Past, text_of

# Single values, of which a merge keeps one; each with what goes with it.
Choice = Literal["name", "nickname", "title", "organisation", "importance", "met"]
CHOICES: Final[dict[Choice, tuple[str, ...]]] = {
    "name": ("name", "name_parts"),
    "nickname": ("nickname",),
    "title": ("title",),
    "organisation": ("organisation", "entity_id"),
    "importance": ("importance",),
    "met": ("met",),
}
_LABELS: Final = ("tags", "groups")
_MOST: Final = {**dict.fromkeys((*VALUE_LISTS, "groups", "custom_fields"), MOST_VALUES), "tags": MOST_TAGS}


class Merged(NamedTuple):
    """The content of two contacts together, and the single values that gave way."""

    content: ContactContent
    past: list[Past]


def differing(kept: ContactContent, gone: ContactContent) -> list[Choice]:
    """Single values that both have and that differ: here the owner chooses."""
    return [name for name in CHOICES if _differ(kept, gone, name)]


def _differ(kept: ContactContent, gone: ContactContent, choice: Choice) -> bool:
    first = CHOICES[choice][0]
    one, other = getattr(kept, first), getattr(gone, first)
    return bool(one != other and one and other)


def merged(
    kept: ContactContent, gone: ContactContent, take: Iterable[Choice], today: date, merge: str | None = None
) -> Merged:
    """The kept content with what the other one adds. Of `take` the other one's value is taken.

    A value that only one of them has is kept in any case. What gives way is told as past values.
    """
    if kept.kind != gone.kind:
        detail = N_("is a company and the other one a person: only contacts of one kind are merged")
        raise InvalidInput([Fault("/dropId", "other_kind", detail)])
    taken = set(take)
    values: dict[str, Any] = {}
    past = list[Past]()
    for choice, names in CHOICES.items():
        from_gone = _takes(kept, gone, choice, asked=choice in taken)
        winner, loser = (gone, kept) if from_gone else (kept, gone)
        values |= {name: getattr(winner, name) for name in names}
        if choice == "name" and kept.name == gone.name:
            values["name_parts"] = winner.name_parts or loser.name_parts
        past += _given_way(loser, values, names, today, merge)
    values |= {name: _united(getattr(kept, name), getattr(gone, name)) for name in VALUE_LISTS}
    for name in VALUE_LISTS:
        past += _labels_given_way((*getattr(kept, name), *getattr(gone, name)), values, name, today, merge)
    values |= {name: _labels(getattr(kept, name), getattr(gone, name)) for name in _LABELS}
    # A contact that is in use in one of the two is in use.
    values["archived"] = kept.archived and gone.archived
    values["custom_fields"] = _own_fields(kept.custom_fields, gone.custom_fields)
    _refuse_too_many(values)
    return Merged(kept.model_copy(update=values), past)


def _takes(kept: ContactContent, gone: ContactContent, choice: Choice, *, asked: bool) -> bool:
    """Whether the other one's value is taken: as asked where both have one, otherwise where there is one."""
    if choice == "organisation" and kept.organisation == gone.organisation:
        return kept.entity_id is None
    first = CHOICES[choice][0]
    return asked if getattr(kept, first) and getattr(gone, first) else not getattr(kept, first)


def _given_way(
    loser: ContactContent, values: dict[str, Any], names: tuple[str, ...], today: date, merge: str | None
) -> list[Past]:
    return [
        Past(field=name, text=text, until=today, cause="merged", merge=merge)
        for name in names
        if name != "entity_id"
        and getattr(loser, name) != values[name]
        and (text := text_of(getattr(loser, name)))
    ]


def _labels_given_way(
    both: Iterable[Value], values: dict[str, Any], name: str, today: date, merge: str | None
) -> list[Past]:
    """Labels of values that are there under another label."""
    labels = {value.said: value.label for value in values[name]}
    texts = [
        f"{text_of(value)} ({value.label})"
        for value in both
        if value.label and labels[value.said] != value.label
    ]
    return [
        Past(field=name, text=text, until=today, cause="merged", merge=merge) for text in dict.fromkeys(texts)
    ]


def _united(one: list[Value], other: list[Value]) -> list[Value]:
    """Values of both, each once: with the older date, and a label if one has it."""
    found: dict[Any, Value] = {}
    for value in (*one, *other):
        first = found.setdefault(value.said, value)
        if first is not value:
            older = min((each for each in (first, value) if each.since), key=_since, default=first)
            update = {"label": first.label or value.label, "since": older.since, "source": older.source}
            found[value.said] = first.model_copy(update=update)
    return list(found.values())


def _since(value: Value) -> date:
    return value.since or date.max


def _labels(one: list[str], other: list[str]) -> list[str]:
    return list({fold(label): label for label in reversed((*one, *other))}.values())[::-1]


def _own_fields(one: list[CustomField], other: list[CustomField]) -> list[CustomField]:
    return list({(fold(each.label), each.text): each for each in reversed((*one, *other))}.values())[::-1]


def _refuse_too_many(values: dict[str, Any]) -> None:
    faults = [
        Fault(
            "/" + name,
            "too_many",
            N_("would be more than %(most)s together: delete some of either contact first", most=most),
        )
        for name, most in _MOST.items()
        if len(values[name]) > most
    ]
    if faults:
        raise InvalidInput(faults)


def lost_by_undo(after: ContactContent, now: ContactContent) -> list[str]:
    """Fields that were changed since: what undoing a merge would lose."""
    return [name for name in ContactContent.model_fields if getattr(after, name) != getattr(now, name)]
