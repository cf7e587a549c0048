"""A table of people: its columns, and its rows with the numbers that a spreadsheet program shows."""

import csv
import io
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from domain.base.errors import Fault, InvalidInput
from domain.base.folding import fold
from domain.base.letters import decoded
from domain.base.limits import MOST_PEOPLE
from domain.base.texts import N_

MOST_BYTES: Final = 5_000_000
MOST_ROWS: Final = MOST_PEOPLE
MOST_COLUMNS: Final = 100
# Of all cells of a row together.
MOST_CHARACTERS: Final = 4_000
# Of one name of a column.
MOST_NAME: Final = 120
_DELIMITERS: Final = (",", ";", "\t", "|")
_XLSX, _XLS = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
# What a spreadsheet program takes for a formula, and by which it is kept from that.
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\0")
QUOTE: Final = "'"
# What is wrong with a file that cannot be unpacked, or not safely.
BROKEN: Final = ("broken", N_("The file is damaged, or is not an .xlsx file"))
TOO_LARGE_UNPACKED: Final = (
    "too_large_unpacked",
    N_("The file is larger than a table of people can be once it is unpacked"),
)

# Reads the first sheet of an .xlsx file; `InvalidInput` if it cannot.
Sheets = Callable[[bytes], list[list[str]]]


class Line(NamedTuple):
    """A row of the file. The first row of all has the number 1."""

    number: int
    cells: list[str]


class Table(NamedTuple):
    form: str
    delimiter: str
    columns: list[str]
    lines: list[Line]


def refused(code: str, detail: str) -> InvalidInput:
    return InvalidInput([Fault("/file", code, detail)])


def check_size(content: bytes) -> None:
    if len(content) > MOST_BYTES:
        raise refused("too_large", N_("The file is larger than %(most)s MB", most=MOST_BYTES // 1_000_000))
    if not content:
        raise refused("empty", N_("Choose a file first"))


def read_table(content: bytes, encoding: str | None, sheets: Sheets) -> Table | None:
    """The table of a file; None if it has to be asked how its letters are written."""
    check_size(content)
    if content.startswith(_XLSX):
        return _table("xlsx", ",", _numbered(sheets(content)))
    if content.startswith(_XLS):
        raise refused("old_format", N_("The file is an old .xls file. Save it as .xlsx or as CSV"))
    text = decoded(content, encoding)
    if text is None:
        return None
    lines, delimiter = _of_csv(text.removeprefix("\ufeff"))
    return _table("csv", delimiter, lines)


def _numbered(rows: list[list[str]]) -> Iterator[Line]:
    for number, cells in enumerate(rows, start=1):
        yield Line(number, cells)


def _of_csv(text: str) -> tuple[Iterator[Line], str]:
    """Rows of a text. The delimiter is the sign that stands most often in the header."""
    first = text.lstrip("\r\n")[: 2 * MOST_CHARACTERS].splitlines()
    header = first[0] if first else ""
    if header[:4].lower() == "sep=" and len(header) > 4:  # noqa: PLR2004 - as Excel writes it
        return _read(text, header[4]), header[4]
    delimiter = max(_DELIMITERS, key=header.count)
    return _read(text, delimiter), delimiter


def _read(text: str, delimiter: str) -> Iterator[Line]:
    number = 0
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for number, cells in enumerate(reader, start=1):
            if number == 1 and cells and cells[0].lower().startswith("sep="):
                continue
            yield Line(number, cells)
    except csv.Error:
        detail = N_("The file is cut off, or has a wrong quotation mark, in row %(row)s", row=number + 1)
        raise refused("broken_row", detail) from None


def _table(form: str, delimiter: str, lines: Iterator[Line]) -> Table:
    header = next((line for line in lines if any(map(str.strip, line.cells))), None)
    if header is None:
        raise refused("empty", N_("The file has no rows"))
    columns = [" ".join(cell.split())[:MOST_NAME] for cell in header.cells]
    while columns and not columns[-1]:
        columns.pop()
    _check_columns(columns)
    found = list[Line]()
    for line in lines:
        if not any(map(str.strip, line.cells)):
            continue
        if len(found) == MOST_ROWS:
            raise refused(
                "too_many_rows",
                N_(
                    "The file has more than %(most)s people; the first one too many is in row %(row)s",
                    most=MOST_ROWS,
                    row=line.number,
                ),
            )
        found.append(Line(line.number, _fitting(line, len(columns))))
    if not found:
        raise refused("empty", N_("The file has names of columns and no people below them"))
    return Table(form, delimiter, columns, found)


def _check_columns(columns: list[str]) -> None:
    if len(columns) > MOST_COLUMNS:
        raise refused("too_many_columns", N_("The table has more than %(most)s columns", most=MOST_COLUMNS))
    seen = dict[str, int]()
    for place, name in enumerate(columns, start=1):
        if not name:
            raise refused(
                "unnamed_column", N_("Column %(column)s has no name in the first row", column=place)
            )
        if "\0" in name:
            raise refused(
                "nul", N_("The name of column %(column)s has a character without meaning", column=place)
            )
        if (first := seen.setdefault(fold(name), place)) != place:
            detail = N_(
                "Columns %(first)s and %(second)s have the same name: %(name)s",
                first=first, second=place, name=name,
            )  # fmt: skip
            raise refused("duplicate_column", detail)


def _fitting(line: Line, columns: int) -> list[str]:
    """The cells without empty ones beyond the last column."""
    cells = [plain(cell) for cell in line.cells]
    while len(cells) > columns and not cells[-1]:
        cells.pop()
    if sum(map(len, cells)) > MOST_CHARACTERS:
        detail = N_("Row %(row)s has more than %(most)s characters", row=line.number, most=MOST_CHARACTERS)
        raise refused("too_long_row", detail)
    return cells


def plain(cell: str) -> str:
    """The text of a cell; without the mark that keeps it from being a formula, as `safe` writes it."""
    text = cell.strip(" ")
    return text[1:] if text[:1] == QUOTE and text[1:2] in FORMULA and text[1:] else text


def safe(cell: str) -> str:
    """The cell as spreadsheet programs show it, whatever it begins with."""
    return QUOTE + cell if cell.startswith(FORMULA) else cell
