"""Tables of other address books (CSV), each row as a record: Google's two forms, Outlook's two, LinkedIn's.

The form is recognised by the header, which may stand below a preamble. Columns that nobody knows become
fields of the owner's own, under the name of the column.
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

# Columns of all these forms, in small letters: first the parts of N, by their places.
_PARTS_OF_NAME: Final = {
    "last name": 0, "family name": 0, "efternamn": 0, "nachname": 0,
    "first name": 1, "given name": 1, "förnamn": 1, "vorname": 1,
    "middle name": 2, "additional name": 2, "mellannamn": 2,
    "name prefix": 3, "suffix": 4, "name suffix": 4,
}  # fmt: skip
# Then the columns of each property, and of each type of addresses and numbers.
_OF_PROPERTIES: Final = {
    ("FN", ""): "name|full name|display name|file as|namn",
    ("NICKNAME", ""): "nickname",
    ("TITLE", ""): "job title|position|organization title|befattning",
    ("ORG", ""): "company|organization name|företag|firma",
    ("X-PHONETIC-FIRST-NAME", ""): "phonetic first name|given yomi|given name yomi",
    ("X-PHONETIC-LAST-NAME", ""): "phonetic last name|surname yomi|family name yomi",
    ("NOTE", ""): "notes|anteckningar",
    ("BDAY", ""): "birthday",
    ("ANNIVERSARY", ""): "anniversary",
    ("EMAIL", "work"): (
        "e-mail address|e-mail 2 address|e-mail 3 address|email address|e-mail|email|e-postadress|e-post"
    ),
    ("TEL", "cell"): "mobile phone|mobiltelefon|phone|telefon",
    ("TEL", "voice"): "primary phone",
    ("TEL", "work"): "business phone|business phone 2|company main phone",
    ("TEL", "home"): "home phone|home phone 2",
    ("TEL", "other"): "other phone",
    ("TEL", "car"): "car phone",
    ("TEL", "work fax"): "business fax",
    ("TEL", "home fax"): "home fax",
    ("TEL", "other fax"): "other fax",
    ("TEL", "pager"): "pager",
    ("TEL", "assistant"): "assistant's phone",
    ("URL", ""): "web page|personal web page|url|website",
    ("CATEGORIES", ";"): "categories",
    ("CATEGORIES", _SEVERAL): "labels|group membership",
}
_TEXTS: Final = {name: of for of, names in _OF_PROPERTIES.items() for name in names.split("|")}
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
    of_outlook = {"e-mail address", "e-postadress", "company", "företag", "firma"} & names
    if of_outlook and {"first name", "förnamn", "vorname"} & names:
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
        if len(text) > _MOST_CELL:
            raise FileRefused("too_long_cell")
        if text and name not in seen:
            seen.add(name)
            yield name, text


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
_ADDRESS: Final = ("po box", "extended address", "street", "city", "region", "postal code", "country")


def _numbered(row: _Row, what: str, found: dict[str, str]) -> None:
    """The columns of one value of Google's: its label, and one or several values."""
    label = (found.get("label") or found.get("type") or "").removeprefix("* ").strip()
    if what == "address":
        _google_address(row, found, label)
    elif what == "organization":
        for part, text in found.items():
            if part in ("name", "title"):
                row.add("ORG" if part == "name" else "TITLE", text)
            elif part not in ("type", "label"):
                row.properties.append(Property("X-COLUMN", [f"Organization: {part}", text]))
    else:
        for value in found.get("value", "").split(_SEVERAL):
            if value.strip() and what in _PROPERTIES:
                row.add(_PROPERTIES[what], value.strip(), label)
            elif value.strip():
                row.properties.append(Property("X-COLUMN", [label or what.capitalize(), value.strip()]))


def _google_address(row: _Row, found: dict[str, str], label: str) -> None:
    address = [found.get(part, "") for part in _ADDRESS]
    if not any(address):
        address[2] = found.get("formatted", "")
    if any(address):
        row.properties.append(Property("ADR", address, {"TYPE": [label]}))
