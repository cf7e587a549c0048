"""Contacts as vCard 4.0 and 3.0, and as jCard: their properties, and beside them those that only iZwop has.

What no property of the standard says stands in properties and parameters whose names begin with `X-IZWOP-`,
which other programs pass over: source and date of a value, importance, groups, own fields, how one met.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import count
from typing import Any, Final, NamedTuple

from domain.cards.content import NameParts
from domain.formats.labels import PRODUCT
from domain.formats.names import structured_name
from domain.formats.vcard_lines import file_of, structured, text, uri
from domain.relationships.contact import ContactContent, Value

_PHONE_TYPE: Final = {"mobile": "cell", "work": "work", "home": "home"}
_PARTS: Final = ("family", "given", "additional", "prefix", "suffix")
# Names that RFC 7095 writes as they are; values that have parts.
_LISTS: Final = frozenset({"categories"})


class _Line(NamedTuple):
    name: str
    value: str | list[str]
    parameters: Mapping[str, str] = {}
    group: str = ""


def write_vcard4(contacts: Iterable[tuple[ContactContent, str | None]]) -> bytes:
    return b"".join(_file(_lines(*contact, version=4), "4.0") for contact in contacts)


def write_vcard3(contacts: Iterable[tuple[ContactContent, str | None]]) -> bytes:
    return b"".join(_file(_lines(*contact, version=3), "3.0") for contact in contacts)


def jcard_of(content: ContactContent, entity: str | None) -> str:
    """One contact of a jCard file."""
    lines: list[Any] = [["version", {}, "text", "4.0"]]
    for line in _lines(content, entity, version=4):
        parameters = {name.lower(): value for name, value in line.parameters.items()}
        if line.group:
            parameters["group"] = line.group
        kind = "uri" if line.name == "URL" else "text"
        values: list[Any] = [line.value]
        if line.name.lower() in _LISTS:
            values = list(line.value)
        lines.append([line.name.lower(), parameters, kind, *values])
    return json.dumps(["vcard", lines], ensure_ascii=False, separators=(",", ":"))


def _file(lines: Iterator[_Line], version: str) -> bytes:
    return file_of(["BEGIN:VCARD", f"VERSION:{version}", *map(_written, lines), "END:VCARD"])


def _written(line: _Line) -> str:
    start = f"{line.group}.{line.name}" if line.group else line.name
    start += "".join(f";{name}={value}" for name, value in line.parameters.items())
    if isinstance(line.value, list):
        joined = ",".join(map(text, line.value)) if line.name == "CATEGORIES" else structured(*line.value)
        return f"{start}:{joined}"
    return f"{start}:{uri(line.value) if line.name == 'URL' else text(line.value)}"


def _lines(content: ContactContent, entity: str | None, *, version: int) -> Iterator[_Line]:
    items = count(1)
    yield _Line("PRODID", PRODUCT)
    yield from _names(content, version)
    if content.organisation:
        yield _Line("ORG", [content.organisation])
    if content.title:
        yield _Line("TITLE", content.title)
    for email in content.emails:
        yield from _value(_Line("EMAIL", email.address), email, items, email.kind)
    for phone in content.phones:
        yield from _value(_Line("TEL", phone.number), phone, items, _PHONE_TYPE[phone.kind])
    for each in content.addresses:
        parts = (each.street, each.city, each.region, each.postal_code, each.country)
        line = _Line("ADR", ["", "", *(part or "" for part in parts)])
        yield from _value(line, each, items, each.kind)
    for link in content.links:
        yield from _value(_Line("URL", link.url), link, items)
    if content.tags:
        yield _Line("CATEGORIES", content.tags)
    yield from _own(content, entity)


def _names(content: ContactContent, version: int) -> Iterator[_Line]:
    is_entity = content.kind == "entity"
    if version == 4:  # noqa: PLR2004
        yield _Line("KIND", "org" if is_entity else "individual")
    elif is_entity:
        yield _Line("X-ABSHOWAS", "COMPANY")
    yield _Line("FN", content.name)
    said = content.name_parts
    yield _Line("N", ["", "", "", "", ""] if is_entity else [*structured_name(content.name, said)])
    if said:
        yield from _parts(said)
    if content.nickname:
        yield _Line("NICKNAME", content.nickname)


def _parts(said: NameParts) -> Iterator[_Line]:
    """The parts that the owner typed: N also has those that are guessed."""
    parts = [getattr(said, part) or "" for part in _PARTS]
    if any(parts):
        yield _Line("X-IZWOP-PARTS", parts)
    if said.phonetic_given:
        yield _Line("X-PHONETIC-FIRST-NAME", said.phonetic_given)
    if said.phonetic_family:
        yield _Line("X-PHONETIC-LAST-NAME", said.phonetic_family)


def _value(line: _Line, value: Value, items: "count[int]", kind: str = "") -> Iterator[_Line]:
    said = {
        "TYPE": kind,
        "X-IZWOP-SOURCE": value.source or "",
        "X-IZWOP-SINCE": value.since.isoformat() if value.since else "",
    }
    line = line._replace(parameters={name: text for name, text in said.items() if text})
    if value.label is None:
        yield line
        return
    group = f"item{next(items)}"
    yield line._replace(group=group)
    yield _Line("X-ABLABEL", value.label, group=group)


def _own(content: ContactContent, entity: str | None) -> Iterator[_Line]:
    for group in content.groups:
        yield _Line("X-IZWOP-GROUP", group)
    for field in content.custom_fields:
        yield _Line("X-IZWOP-FIELD", [field.label, field.text])
    if content.importance:
        yield _Line("X-IZWOP-IMPORTANCE", str(content.importance))
    if (met := content.met) is not None:
        parts = (met.place, met.event, met.on.isoformat() if met.on else None, met.card)
        yield _Line("X-IZWOP-MET", [part or "" for part in parts])
    if entity:
        yield _Line("X-IZWOP-ENTITY", entity)
    if content.archived:
        yield _Line("X-IZWOP-ARCHIVED", "1")
