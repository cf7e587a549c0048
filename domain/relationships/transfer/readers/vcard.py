"""A linear reader of vCard 2.1, 3.0 and 4.0: one pass, no regular expression, bounds on everything.

Cards within a card (AGENT) are skipped, however deep. Photos and other binary values are only named.
"""

import quopri
from collections.abc import Iterator
from typing import Final, NamedTuple

from domain.base.letters import whole
from domain.relationships.transfer.readers.record import (
    MOST_PROPERTIES,
    MOST_RECORDS,
    MOST_TEXT,
    FileRefused,
    Note,
    Property,
    Record,
)

_MOST_PARAMETERS: Final = 64
# A longer line is one value that nobody reads, such as a photo.
_MOST_LINE: Final = 200_000
_MOST_HEAD: Final = 20_000
_MOST_VALUES: Final = 1_000
_BINARY: Final = frozenset({"PHOTO", "LOGO", "KEY", "SOUND"})
_STRUCTURED: Final = frozenset(
    {"N", "ADR", "ORG", "GENDER", "CLIENTPIDMAP", "X-IZWOP-PARTS", "X-IZWOP-MET", "X-IZWOP-FIELD"}
)
_LISTS: Final = frozenset({"CATEGORIES", "NICKNAME"})
_ENCODINGS: Final = frozenset({"BASE64", "QUOTED-PRINTABLE", "8BIT", "7BIT"})
_SHOWN: Final = 40


class _Line(NamedTuple):
    number: int
    text: str
    cut: bool


class _Head(NamedTuple):
    group: str
    name: str
    parameters: dict[str, list[str]]
    value: str


def read_vcards(text: str) -> Iterator[Record]:
    """The cards of a file. A damaged line is noted, and the rest of its card is read."""
    card: Record | None = None
    depth = count = 0
    for line in _lines(text):
        if not line.text.strip():
            continue
        head = _head(line.text)
        if head is None:
            if card is not None and depth == 1:
                _note(card, Note("unread_line", f"{line.number}: {line.text[:_SHOWN]}"))
            continue
        if head.name in ("BEGIN", "END") and head.value.strip().upper() == "VCARD":
            depth = depth + 1 if head.name == "BEGIN" else max(0, depth - 1)
            if head.name == "BEGIN" and depth == 1:
                card = Record(line.number, [], [])
            elif head.name == "END" and depth == 0 and card is not None:
                count = _counted(count)
                yield card
                card = None
        elif card is not None and depth == 1:
            _add(card, head, cut=line.cut)
    if card is not None:
        _counted(count)
        _note(card, Note("no_end"))
        yield card


def _counted(count: int) -> int:
    if count >= MOST_RECORDS:
        raise FileRefused("too_many")
    return count + 1


def _note(card: Record, note: Note) -> None:
    """Note it once, and no more notes than anybody reads."""
    if note not in card.notes and len(card.notes) < _MOST_PARAMETERS:
        card.notes.append(note)


def _lines(text: str) -> Iterator[_Line]:
    """Unfolded lines with the number of their first; joined once each, so that folding is linear."""
    pieces: list[str] = []
    number = size = 0
    soft = False
    for at, raw in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), start=1):
        if pieces and soft:
            # A soft break of quoted-printable (2.1): the value goes on as it is.
            pieces[-1] = pieces[-1].removesuffix("=")
        elif not (pieces and raw[:1] in (" ", "\t")):
            if pieces:
                yield _Line(number, "".join(pieces), size > _MOST_LINE)
            pieces, number, size = [raw], at, len(raw)
            soft = raw.endswith("=") and "QUOTED-PRINTABLE" in raw[:300].partition(":")[0].upper()
            continue
        size += len(raw)
        if size <= _MOST_LINE:
            pieces.append(raw if soft else raw[1:])
        soft = soft and raw.endswith("=")
    if pieces:
        yield _Line(number, "".join(pieces), size > _MOST_LINE)


def _head(line: str) -> _Head | None:
    """The group, name and parameters of a line, and its value; None without a colon outside of quotes."""
    quoted, start = False, 0
    parts: list[str] = []
    value: str | None = None
    for at, sign in enumerate(line[:_MOST_HEAD]):
        if sign == '"':
            quoted = not quoted
        elif quoted:
            continue
        elif sign == ";":
            parts.append(line[start:at])
            start = at + 1
            if len(parts) > _MOST_PARAMETERS:
                return None
        elif sign == ":":
            parts.append(line[start:at])
            value = line[at + 1 :]
            break
    if value is None:
        # A quote that does not end: the first colon decides.
        before, colon, value = line.partition(":")
        if not colon or len(before) > _MOST_HEAD:
            return None
        parts = before.replace('"', "").split(";", _MOST_PARAMETERS)
    group, _, name = parts[0].rpartition(".")
    return _Head(group.strip().lower(), name.strip().upper(), _parameters(parts[1:]), value)


def _parameters(parts: list[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for part in parts:
        name, sign, value = part.partition("=")
        if not sign:
            # As in 2.1: TEL;HOME;VOICE
            name, value = ("ENCODING", name) if name.strip().upper() in _ENCODINGS else ("TYPE", name)
        values = [each.strip() for each in _split(value.replace('"', ""), ",")]
        found.setdefault(name.strip().upper(), []).extend(values)
    return found


def _split(value: str, at: str) -> list[str]:
    """The parts between separators that are not escaped, without their escapes."""
    if "\\" not in value:
        return value.split(at, _MOST_VALUES) if at else [value]
    parts: list[str] = []
    part: list[str] = []
    place, end = 0, len(value)
    while place < end:
        stop = place
        while stop < end and value[stop] != "\\" and value[stop] != at:
            stop += 1
        part.append(value[place:stop])
        if stop >= end:
            break
        if value[stop] == at:
            parts.append("".join(part))
            part, place = [], stop + 1
            continue
        escaped = value[stop + 1 : stop + 2]
        part.append("\n" if escaped in ("n", "N") else escaped)
        place = stop + 2
    parts.append("".join(part))
    return parts


def _add(card: Record, head: _Head, *, cut: bool) -> None:
    if len(card.properties) >= MOST_PROPERTIES:
        _note(card, Note("too_many_properties"))
        return
    if head.name in _BINARY:
        _note(card, Note("not_taken", head.name.capitalize()))
        return
    encoding = (head.parameters.get("ENCODING") or [""])[0].upper()
    if cut or encoding in ("B", "BASE64"):
        _note(card, Note("too_long" if cut else "not_taken", head.name))
        return
    values = _values(head, quoted=encoding == "QUOTED-PRINTABLE")
    if sum(map(len, values)) > MOST_TEXT:
        _note(card, Note("too_long", head.name))
        values = [values[0][:MOST_TEXT]] if len(values) == 1 else [value[:1000] for value in values[:10]]
    card.properties.append(Property(head.name, values, head.parameters, head.group))


def _values(head: _Head, *, quoted: bool) -> list[str]:
    separator = ";" if head.name in _STRUCTURED else "," if head.name in _LISTS else ""
    text = head.value if head.name == "URL" else head.value[: 2 * MOST_TEXT]
    if quoted:
        text = _unquoted(text, (head.parameters.get("CHARSET") or ["utf-8"])[0])
    if head.name == "URL":
        # Commas of an address are no separators, and few escape them.
        return [text.strip().replace("\\,", ",").replace("\\;", ";")]
    return _split(text, separator)


def _unquoted(text: str, charset: str) -> str:
    content = quopri.decodestring(text.encode("utf-8", "replace"))
    for encoding in (charset, "utf-8"):
        try:
            return whole(content.decode(encoding))
        except (LookupError, UnicodeError, ValueError):
            continue
    return content.decode("cp1252", "replace")
