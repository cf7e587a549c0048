"""Forms: from fields of a page to what the domain reads, and from its faults back to the fields.

A field is named by the JSON Pointer of its value without the first slash, with hyphens between the parts:
`emails-0-address` is `/emails/0/address` of a card's content.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from pydantic.alias_generators import to_camel

from domain.base.errors import InvalidInput
from domain.base.fields import phone_text
from domain.cards.content import SINGLE_FIELDS, CardContent
from functions.framework.forms import _LABELS, PICTURES, Values, vet

_LINES: Final = (
    "name",
    "pronouns",
    "title",
    "organisation",
    "bio",
    "website",
    "companyText",
    "videoLink",
    "mapLink",
)
_ADDRESS: Final = ("street", "city", "region", "postalCode", "country")
# The parts of a row beside its audience; a row says nothing while every part but its kind is blank.
_ROWS: Final = {
    "emails": ("kind", "address", "label"),
    "phones": ("kind", "number", "label"),
    "socialLinks": ("url",),
    "productLinks": ("label", "url"),
}
# What may be left out of a row that says something.
_OPTIONAL: Final = frozenset({("emails", "label"), ("phones", "label")})
_MOST_ROWS: Final = 20
AUDIENCES: Final = {
    "public": "Everyone",
    "signed_in": "People signed in",
    "connections": "My connections",
    "private": "Only me",
}
_LISTS: Final = frozenset({"languages", *_ROWS})
_SINGLE: Final = tuple(map(to_camel, SINGLE_FIELDS))
# What a form proposes for what has no audience yet; see docs/decisions/0006-audiences.md.
_PROPOSED: Final = dict.fromkeys(_SINGLE, "public") | {"pronouns": "private"}
_LINKS: Final = frozenset({"website", "videoLink", "mapLink", "url"})
# A site as people type it: no scheme, a dot in its name.
_BARE_SITE = re.compile(r"[^\s:/?#@]+\.[^\s:/?#@.]{2,}(?=[:/?#]|$)")


def content_of(form: Mapping[str, str], *, new: bool = False) -> Values:
    """A card's content as the form has it, empty rows left out; nothing is vetted here."""
    values: Values = {name: _value(form, name, name) or None for name in _LINES}
    values["name"] = form.get("name", "")
    address = {part: form.get(f"officeAddress-{part}", "").strip() or None for part in _ADDRESS}
    values["officeAddress"] = address if any(address.values()) else None
    values |= {name: form.get(name) or None for name in PICTURES}
    values["languages"] = _languages(form)
    for rows, parts in _ROWS.items():
        values[rows] = list(_rows(form, rows, parts, unsaid="public" if new else "private"))
    # What is filled in without saying for whom is for nobody else; proposals are for what is empty, and for
    # the form of a new card, which says in words for whom it is.
    values["audiences"] = {
        name: form.get(f"audiences-{name}") or (_PROPOSED[name] if new or not values[name] else "private")
        for name in _SINGLE
    }
    return values


def _languages(form: Mapping[str, str]) -> list[str]:
    chosen = (form.get(f"languages-{index}", "").strip() for index in range(_MOST_ROWS))
    return list(dict.fromkeys(filter(None, chosen)))


def _rows(form: Mapping[str, str], rows: str, parts: tuple[str, ...], *, unsaid: str) -> Iterator[Values]:
    for index in range(_MOST_ROWS):
        row: Values = {part: _value(form, f"{rows}-{index}-{part}", part) for part in parts}
        if any(value for part, value in row.items() if part != "kind"):
            absent = {part: None for part in parts if (rows, part) in _OPTIONAL and not row[part]}
            yield row | absent | {"audience": form.get(f"{rows}-{index}-audience") or unsaid}


def arranged(values: Values, order: str) -> Values:
    """The values after a button that changes only the form: `up phones 1` or `drop photo`.

    A button that is not of our making changes nothing.
    """
    what, _, target = order.partition(" ")
    field, _, index = target.partition(" ")
    if what == "drop" and field in PICTURES:
        return {**values, field: None}
    if what == "up" and field in _ROWS and index.isdecimal() and 0 < int(index) < len(values[field]):
        rows = list(values[field])
        at = int(index)
        rows[at - 1], rows[at] = rows[at], rows[at - 1]
        return {**values, field: rows}
    return values


def rows_in(form: Mapping[str, str], order: str = "") -> dict[str, int]:
    """How many rows of each list the form had, and one more where its button `add phones` asks for it."""
    part = {"languages": "{}-{}"} | dict.fromkeys(_ROWS, "{}-{}-audience")
    return {
        rows: sum(name.format(rows, index) in form for index in range(_MOST_ROWS)) + (order == f"add {rows}")
        for rows, name in part.items()
    }


def _value(form: Mapping[str, str], field: str, part: str) -> str:
    typed = form.get(field, "").strip()
    return f"https://{typed}" if part in _LINKS and _BARE_SITE.match(typed) else typed


def values_of(content: CardContent) -> Values:
    """Stored content as the form shows it, phone numbers in the groups people read."""
    values: Values = content.model_dump(mode="json", by_alias=True)
    for phone in values["phones"]:
        phone["number"] = phone_text(phone["number"])
    return values


def readable(content: Values, given: CardContent) -> CardContent:
    """As much of the content as can be read: what is wrong is left out, a name is taken from `given`."""
    values = dict(content)
    try:
        return vet(CardContent, values)
    except InvalidInput as refusal:
        wrong: set[tuple[str, str]] = set()
        for fault in refusal.faults:
            _, field, *rest = fault.field.split("/")
            wrong.add((field, rest[0] if rest and field in _LISTS else ""))
    for field in {field for field, _ in wrong}:
        if field in _LISTS and (field, "") not in wrong:
            rows = enumerate(values[field])
            values[field] = [row for index, row in rows if (field, str(index)) not in wrong]
        else:
            values[field] = {"name": given.name, "audiences": {}}.get(field, [] if field in _LISTS else None)
    return vet(CardContent, values)


def differences(typed: Values, stored: CardContent) -> dict[str, str]:
    """The stored value, as text, of every field in which what was typed differs from what is stored."""
    newer = values_of(stored)
    found = {
        _LABELS[f"/{name}"]: _as_text(value)
        for name, value in newer.items()
        if name not in ("audiences", *PICTURES) and _as_text(value) != _as_text(typed.get(name))
    }
    for name in PICTURES:
        if newer[name] != typed.get(name):
            found[_LABELS[f"/{name}"]] = "Another picture" if newer[name] else ""
    shown = [
        f"{_LABELS[f'/{name}']}: {AUDIENCES[audience]}"
        for name, audience in newer["audiences"].items()
        if audience != typed["audiences"].get(name)
    ]
    return found | ({_LABELS["/audiences"]: "\n".join(shown)} if shown else {})


def _as_text(value: Any) -> str:
    if isinstance(value, list):
        return "\n".join(_as_text(row) for row in value)
    if isinstance(value, dict):
        # In one order, whoever made the row; who sees it comes last.
        parts = sorted(value.items(), key=lambda part: (part[0] == "audience", part[0]))
        return ", ".join(text for _, part in parts if (text := _as_text(part)))
    text = str(value or "").replace("\r\n", "\n").strip()
    return AUDIENCES.get(text, text)
