"""Tables of other address books (CSV), each row as a record: Google's two forms, Outlook's two, LinkedIn's.

The form is recognised by the header, which may stand below a preamble. Columns that nobody knows become fields
of the owner's own, under the name of the column.
"""

import csv
import io
import re
from collections.abc import Iterator
from itertools import islice
from typing import Final, NamedTuple

from domain.relationships.transfer.readers.record import (
    MOST_RECORDS,
    FileRefused,
    Note,
    Property,
    Record,
)

MOST_COLUMNS: Final = 1_000
_MOST_CELL: Final = 100_000
_PREAMBLE: Final = 30
_DELIMITERS: Final = (",", ";", "\t")
# How Google writes several values in one cell.
_SEVERAL: Final = " ::: "
_NUMBERED: Final = re.compile(
    r"(e-mail|phone|address|website|organization|im|event|relation|custom field) ([0-9]{1,3}) - (.+)"
)

# Columns of all these forms, in small letters: the property, and its type. A number is a part of N or ADR.
_PARTS_OF_NAME: Final = {
    "last name": 0, "family name": 0, "efternamn": 0, "nachname": 0,
    "first name": 1, "given name": 1, "förnamn": 1, "vorname": 1,
    "middle name": 2, "additional name": 2, "mellannamn": 2,
    "name prefix": 3, "suffix": 4, "name suffix": 4,
}  # fmt: skip
_TEXTS: Final = {
    "name": ("FN", ""), "full name": ("FN", ""), "display name": ("FN", ""), "file as": ("FN", ""), "namn": ("FN", ""),
    "nickname": ("NICKNAME", ""), "job title": ("TITLE", ""), "position": ("TITLE", ""), "organization title": ("TITLE", ""),
    "befattning": ("TITLE", ""), "company": ("ORG", ""), "organization name": ("ORG", ""), "företag": ("ORG", ""), "firma": ("ORG", ""),
    "phonetic first name": ("X-PHONETIC-FIRST-NAME", ""), "phonetic last name": ("X-PHONETIC-LAST-NAME", ""),
    "given yomi": ("X-PHONETIC-FIRST-NAME", ""), "surname yomi": ("X-PHONETIC-LAST-NAME", ""),
    "given name yomi": ("X-PHONETIC-FIRST-NAME", ""), "family name yomi": ("X-PHONETIC-LAST-NAME", ""),
    "notes": ("NOTE", ""), "anteckningar": ("NOTE", ""), "birthday": ("BDAY", ""), "anniversary": ("ANNIVERSARY", ""),
    "e-mail address": ("EMAIL", "work"), "e-mail 2 address": ("EMAIL", "work"), "e-mail 3 address": ("EMAIL", "work"),
    "email address": ("EMAIL", "work"), "e-mail": ("EMAIL", "work"), "email": ("EMAIL", "work"), "e-postadress": ("EMAIL", "work"),
    "mobile phone": ("TEL", "cell"), "mobiltelefon": ("TEL", "cell"), "phone": ("TEL", "cell"), "telefon": ("TEL", "cell"),
    "primary phone": ("TEL", "voice"), "business phone": ("TEL", "work"), "business phone 2": ("TEL", "work"),
    "company main phone": ("TEL", "work"), "home phone": ("TEL", "home"), "home phone 2": ("TEL", "home"),
    "other phone": ("TEL", "other"), "car phone": ("TEL", "car"), "business fax": ("TEL", "work fax"), "home fax": ("TEL", "home fax"),
    "other fax": ("TEL", "other fax"), "pager": ("TEL", "pager"), "assistant's phone": ("TEL", "assistant"),
    "web page": ("URL", ""), "personal web page": ("URL", ""), "url": ("URL", ""), "website": ("URL", ""),
    "categories": ("CATEGORIES", ";"), "labels": ("CATEGORIES", _SEVERAL), "group membership": ("CATEGORIES", _SEVERAL),
}  # fmt: skip
_PARTS_OF_ADDRESS: Final = {
    "street": 2, "city": 3, "state": 4, "region": 4, "postal code": 5, "country": 6, "country/region": 6,
}  # fmt: skip
_ADDRESSES: Final = {"home": "home", "business": "work", "other": "other"}
# Of every contact of its program, and of no use elsewhere.
_IDLE: Final = frozenset({"priority", "sensitivity", "private", "gender", "photo"})


class Table(NamedTuple):
    """A table that was recognised: its form, its columns, and its rows with the lines where they begin."""

    form: str
    columns: list[str]
    rows: Iterator[tuple[int, list[str]]]


def open_table(text: str) -> Table | None:
    """The table in a text; None if there is no header of an address book at its beginning."""
    beginning = text[:_MOST_CELL]
    for delimiter in _DELIMITERS:
        for at, cells in enumerate(islice(_rows(beginning, delimiter), _PREAMBLE)):
            columns = [" ".join(cell.split()) for cell in cells[1]]
            if form := _form(columns):
                if len(columns) > MOST_COLUMNS:
                    raise FileRefused("too_many_columns")
                return Table(form, columns, islice(_rows(text, delimiter), at + 1, None))
    return None


def _rows(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    before = 0
    try:
        for cells in reader:
            yield before + 1, cells
            before = reader.line_num
    except csv.Error:
        # A cell of more than 131,072 characters; a damaged quote reads to the end of the file.
        raise FileRefused("too_long_cell") from None


def _form(columns: list[str]) -> str | None:
    """Which address book writes such a header."""
    names = {column.lower() for column in columns}
    if columns[:1] == ["iZwop contact"]:
        return "izwop-csv"
    if {"connected on", "first name", "last name"} <= names:
        return "linkedin"
    if any(name.startswith("e-mail 1 - ") for name in names) or "group membership" in names:
        return "google" if {"first name", "organization name", "labels"} & names else "google-old"
    if {"first name", "förnamn", "vorname"} & names and {
        "e-mail address",
        "e-postadress",
        "company",
        "företag",
        "firma",
    } & names:
        return "outlook.com" if {"given yomi", "given name yomi"} & names else "outlook"
    reached = {"e-mail", "email", "email address", "e-mail address", "phone", "telefon", "e-post"} & names
    return "table" if reached and {"name", "full name", "first name", "namn"} & names else None


def read_table(table: Table) -> Iterator[Record]:
    """The rows of a table as records; rows without a word are left out."""
    count = 0
    titled = table.form in ("outlook", "outlook.com")
    for line, cells in table.rows:
        if not any(cell.strip() for cell in cells):
            continue
        count += 1
        if count > MOST_RECORDS:
            raise FileRefused("too_many")
        if len(cells) > MOST_COLUMNS:
            raise FileRefused("too_many_columns")
        yield _record(line, dict(_named(table.columns, cells)), titled=titled)


def _named(columns: list[str], cells: list[str]) -> Iterator[tuple[str, str]]:
    """The cells by their columns; of two columns of one name the first that says something."""
    seen: set[str] = set()
    for at, cell in enumerate(cells):
        name = columns[at] if at < len(columns) and columns[at] else f"Column {at + 1}"
        text = cell.strip()
        if text and name not in seen:
            seen.add(name)
            yield name, text[:_MOST_CELL]


class _Row:
    """A row on its way to a record."""

    def __init__(self) -> None:
        self.properties: list[Property] = []
        self.notes: list[Note] = []
        self.name = [""] * 5
        self.addresses: dict[str, list[str]] = {}
        self.numbered: dict[tuple[str, int], dict[str, str]] = {}

    def add(self, name: str, text: str, kind: str = "") -> None:
        self.properties.append(Property(name, [text], {"TYPE": [kind]} if kind else {}))


def _record(line: int, cells: dict[str, str], *, titled: bool) -> Record:
    row = _Row()
    for column, text in cells.items():
        _sort(row, column, text, titled=titled)
    for (what, _), found in sorted(row.numbered.items()):
        _numbered(row, what, found)
    for kind, parts in row.addresses.items():
        row.properties.append(Property("ADR", parts, {"TYPE": [kind]}))
    if any(row.name):
        row.properties.insert(0, Property("N", row.name))
    return Record(line, row.properties, row.notes)


def _sort(row: _Row, column: str, text: str, *, titled: bool) -> None:
    name = column.lower()
    if name == "title":
        # Outlook's title stands before a name; elsewhere it is that of a job.
        if titled:
            row.name[3] = text
        else:
            row.add("TITLE", text)
    elif (part := _PARTS_OF_NAME.get(name)) is not None:
        row.name[part] = text
    elif name in _TEXTS:
        what, kind = _TEXTS[name]
        if what == "CATEGORIES":
            row.properties.append(Property(what, _labels(text, kind)))
        else:
            row.add(what, text, kind)
    elif match := _NUMBERED.fullmatch(name):
        row.numbered.setdefault((match[1], int(match[2])), {})[match[3]] = text
    elif not _of_an_address(row, name, text) and name not in _IDLE:
        row.properties.append(Property("X-COLUMN", [column, text]))


def _labels(text: str, separator: str) -> list[str]:
    """Labels without those that Google gives everybody, which begin with an asterisk."""
    return [label for each in text.split(separator) if (label := each.strip()) and not label.startswith("*")]


def _of_an_address(row: _Row, name: str, text: str) -> bool:
    first, _, rest = name.partition(" ")
    if first not in _ADDRESSES or rest not in _PARTS_OF_ADDRESS:
        return False
    parts = row.addresses.setdefault(_ADDRESSES[first], [""] * 7)
    parts[_PARTS_OF_ADDRESS[rest]] = text
    return True


_PROPERTIES: Final = {"e-mail": "EMAIL", "phone": "TEL", "website": "URL", "im": "IMPP"}


def _numbered(row: _Row, what: str, found: dict[str, str]) -> None:
    """The columns of one value of Google's: its label, and one or several values."""
    label = (found.get("label") or found.get("type") or "").removeprefix("* ").strip()
    values = [each.strip() for each in found.get("value", "").split(_SEVERAL) if each.strip()]
    if what in _PROPERTIES:
        for value in values:
            row.add(_PROPERTIES[what], value, label)
    elif what == "address":
        parts = ["po box", "extended address", "street", "city", "region", "postal code", "country"]
        address = [found.get(part, "") for part in parts]
        if not any(address):
            address[2] = found.get("formatted", "")
        if any(address):
            row.properties.append(Property("ADR", address, {"TYPE": [label]}))
    elif what == "organization":
        for part, name in (("name", "ORG"), ("title", "TITLE")):
            if part in found:
                row.add(name, found[part])
        for part in found.keys() - {"name", "title", "type", "label"}:
            row.properties.append(Property("X-COLUMN", [f"Organization: {part}", found[part]]))
    else:
        for value in values:
            row.properties.append(Property("X-COLUMN", [label or what.capitalize(), value]))
