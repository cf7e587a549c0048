"""The report of an import: what each row would do, or did, kept in pages of a hundred rows."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from domain.organisations.imports.imports import Import, ImportStore
from domain.organisations.imports.planning import Plan
from domain.organisations.imports.rows import RowFault


class Row(NamedTuple):
    """One row of the report. `fields` are those that it changes; `member_id` is whom it is about."""

    number: int
    effect: str
    name: str
    fields: list[str]
    faults: list[RowFault]
    member_id: str | None = None


def report_piece(page: int) -> str:
    return f"report-{page:04}"


def reported(plans: Iterable[Plan]) -> tuple[str, list[Row]]:
    """The letters of rows, and what the report keeps of them."""
    rows = [Row(each.number, each.effect, each.name, each.fields, each.faults, each.whom) for each in plans]
    return "".join(row.effect for row in rows), rows


async def rows_of(found: Import, page: int, *, imports: ImportStore) -> list[Row]:
    """Rows of a page of the report; none before it is there, and once it is no longer kept."""
    if not found.effects or not 0 <= page < found.pages:
        return []
    return read_rows(await imports.read(found, report_piece(page)) or [])


def read_rows(stored: list[Any]) -> list[Row]:
    return [
        Row(number, effect, name, fields, [RowFault(*each) for each in faults], member_id)
        for number, effect, name, fields, faults, member_id in stored
    ]
