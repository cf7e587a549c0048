"""The file of an import's faulty rows: as they were sent, with the reasons in a last column."""

import csv
import io
from collections.abc import Callable, Iterable
from typing import Final

from domain.organisations.imports.imports import FAULTY, Import, ImportStore
from domain.organisations.imports.report import Row, rows_of
from domain.organisations.imports.rows import RowFault
from domain.organisations.imports.table import Line, safe
from domain.organisations.imports.uploads import lines_of

# By which spreadsheet programs know UTF-8.
_MARK: Final = "\ufeff"


async def faulty_file(
    found: Import, name: str, tell: Callable[[RowFault], str], *, imports: ImportStore
) -> bytes:
    """The faulty rows; only the header when there are none, or once they are no longer kept.

    `name` is that of the column of reasons, which takes the place of one that an earlier file had.
    """
    kept = [place for place, column in enumerate(found.columns) if column != name]
    written = io.StringIO(_MARK, newline="")
    written.seek(len(_MARK))
    writer = csv.writer(written, delimiter=found.delimiter)
    writer.writerow([*(safe(found.columns[place]) for place in kept), name])
    for page in range(found.pages):
        if FAULTY in found.on_page(page):
            rows = await rows_of(found, page, imports=imports)
            lines = await lines_of(found, page, imports) or []
            writer.writerows(_told(lines, rows, kept, len(found.columns), tell))
    return written.getvalue().encode("utf-8", "replace")


def _told(
    lines: Iterable[Line], rows: Iterable[Row], kept: list[int], columns: int, tell: Callable[[RowFault], str]
) -> Iterable[list[str]]:
    by_number = {line.number: line.cells for line in lines}
    for row in rows:
        cells = by_number.get(row.number)
        if row.effect == FAULTY and cells is not None:
            said = [safe(cells[place]) if place < len(cells) else "" for place in kept]
            reasons = "; ".join(map(tell, row.faults))
            # What no column is for, behind the reasons.
            yield [*said, safe(reasons), *map(safe, cells[columns:])]
