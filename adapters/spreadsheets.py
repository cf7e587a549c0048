"""The first sheet of an .xlsx file as rows of texts.

An .xlsx file is a zip: what comes out of it is measured before anything is read, and a sheet may not claim to
be larger than a table of people is.
"""

import io
import re
import zipfile
import zlib
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Final
from xml.parsers import expat

from domain.organisations.imports.table import BROKEN, TOO_LARGE_UNPACKED, refused

if TYPE_CHECKING:
    from python_calamine import CalamineWorkbook, SheetMetadata

_MOST_UNPACKED: Final = 60_000_000
_MOST_PARTS: Final = 500
_MOST_ROW, _MOST_COLUMN = 20_000, 200
_REFERENCE: Final = re.compile("([A-Z]{0,3})([0-9]{0,7})")
_CHUNK: Final = 65_536
# What the libraries raise for files that are cut off, changed or locked.
_DAMAGED: Final = (
    zipfile.BadZipFile, zlib.error, expat.ExpatError, ValueError, EOFError, NotImplementedError, RuntimeError,
)  # fmt: skip


class _Refused(Exception):
    """What is wrong, as code and sentence."""


def read_sheet(content: bytes) -> list[list[str]]:
    """Rows of the first sheet, from its first cell. Of a formula it is the value that the file has."""
    from python_calamine import CalamineError, CalamineWorkbook  # noqa: PLC0415 - most workers never need it

    try:
        _measure(content)
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
            rows = book.get_sheet_by_index(_first(book)).to_python(skip_empty_area=False)
    except _Refused as refusal:
        code, detail = refusal.args
        raise refused(code, detail) from None
    except (CalamineError, *_DAMAGED):
        raise refused(*BROKEN) from None
    return [[_text(cell) for cell in row] for row in rows]


def _first(book: "CalamineWorkbook") -> int:
    """Number of the first sheet that people see."""
    seen = [number for number, each in enumerate(book.sheets_metadata) if _is_seen(each)]
    if not seen:
        raise _Refused(*BROKEN)
    return seen[0]


def _is_seen(sheet: "SheetMetadata") -> bool:
    return str(sheet.visible).endswith("Visible") and str(sheet.typ).endswith("WorkSheet")


def _measure(content: bytes) -> None:
    """Refuse what would be too large, by its own numbers and by what truly comes out."""
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        parts = packed.infolist()
        if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > _MOST_UNPACKED:
            raise _Refused(*TOO_LARGE_UNPACKED)
        for part in parts:
            if part.filename.lower().startswith("xl/worksheets/") and part.filename.lower().endswith(".xml"):
                _measure_sheet(packed, part)
            else:
                with packed.open(part) as opened:
                    while opened.read(_CHUNK):
                        pass


def _measure_sheet(packed: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """Refuse a sheet with cells far out: all cells before them would be made."""
    parser = expat.ParserCreate(namespace_separator=" ")

    def begin(name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(" ")[2] not in ("c", "row"):
            return
        match = _REFERENCE.fullmatch(attributes.get("r", "").upper())
        if match is None:
            raise _Refused(*BROKEN)
        column = 0
        for letter in match[1]:
            column = column * 26 + ord(letter) - 64
        if int(match[2] or 0) > _MOST_ROW or column > _MOST_COLUMN:
            raise _Refused(*TOO_LARGE_UNPACKED)

    def refuse(*_: object) -> None:
        raise _Refused(*BROKEN)

    parser.StartElementHandler = begin
    parser.StartDoctypeDeclHandler = refuse
    with packed.open(part) as opened:
        while chunk := opened.read(_CHUNK):
            parser.Parse(chunk, False)  # noqa: FBT003 - not the last one
        parser.Parse(b"", True)  # noqa: FBT003 - the last one


def _text(cell: object) -> str:
    """A cell as people see it: a whole number without its point."""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:  # noqa: PLR2004 - exact until then
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    if isinstance(cell, date | time):
        return cell.isoformat()
    return str(cell)
