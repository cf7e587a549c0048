"""A file of people as it comes in: recognised at once, and kept in pieces."""

import base64
import hashlib
from collections.abc import Sequence
from datetime import datetime
from itertools import batched
from typing import Any, Final, NamedTuple

from domain.base.errors import KeyReused, Unavailable
from domain.base.letters import Encoding, Reading, likely_readings
from domain.base.limits import IMPORTS, Limiter
from domain.base.texts import N_
from domain.organisations.imports.columns import Columns, check_columns, guess
from domain.organisations.imports.imports import (
    PAGE_ROWS,
    Aside,
    Import,
    ImportStore,
    ImportVersion,
    import_at,
    import_id,
)
from domain.organisations.imports.table import Line, Sheets, Table, check_size, read_table, refused
from domain.organisations.organisation import Acting, Creating

# Of the source, in one piece.
_PART: Final = 600_000


class Intake(NamedTuple):
    """What an uploaded file goes to."""

    imports: ImportStore
    limiter: Limiter
    sheets: Sheets
    aside: Aside


def rows_piece(page: int) -> str:
    return f"rows-{page:04}"


def _source_piece(part: int) -> str:
    return f"source-{part:02}"


async def receive_file(by: Acting, content: bytes, creating: Creating, *, to: Intake) -> Import:
    """The import of a file. A repetition under the same key returns the first one."""
    check_size(content)
    digest = await to.aside(lambda: hashlib.sha256(content).hexdigest())
    org_id = by.organisation.id
    new = Import(
        id=import_id(org_id, creating.key),
        org_id=org_id,
        request=digest,
        stage="asking",
        created_at=creating.now,
        updated_at=creating.now,
    )
    if (done := await _there(new, to.imports)) is not None:
        return done
    await to.limiter.take(IMPORTS, by.member.account_id, creating.now)
    table: Table | None = await to.aside(read_table, content, None, to.sheets)
    if table is None:
        # Whatever its letters are, it has to be a table.
        await to.aside(read_table, content, "windows-1252", to.sheets)
        parts = [content[at : at + _PART] for at in range(0, len(content), _PART)]
        await to.imports.put(
            new, [(_source_piece(n), base64.b64encode(part).decode()) for n, part in enumerate(parts)]
        )
    else:
        new = await _with_table(new, table, to.imports)
    if await to.imports.create(new):
        found = await to.imports.get(org_id, new.id)
    else:
        found = await _there(new, to.imports)
    if found is None:
        raise Unavailable
    return found


async def _there(new: Import, imports: ImportStore) -> Import | None:
    """The import that this key has made."""
    found = await imports.get(new.org_id, new.id)
    if found is not None and found.request != new.request:
        raise KeyReused
    return found


async def _with_table(found: Import, table: Table, imports: ImportStore) -> Import:
    """The import with the table of its file, whose rows are stored first."""
    pages = [
        (rows_piece(page), list(some))
        for page, some in enumerate(batched(table.lines, PAGE_ROWS, strict=False))
    ]
    await imports.put(found, pages)
    remembered = await imports.remembered(found.org_id)
    update: dict[str, Any] = {
        "stage": "columns",
        "form": table.form,
        "delimiter": table.delimiter,
        "columns": table.columns,
        "fields": guess(table.columns, remembered.fields),
        "rows": len(table.lines),
    }
    return found.model_copy(update=update)


async def _source(found: Import, imports: ImportStore) -> bytes:
    parts = list[bytes]()
    while (part := await imports.read(found, _source_piece(len(parts)))) is not None:
        parts.append(base64.b64decode(part))
    if not parts:
        raise refused("expired", N_("The file is no longer kept. Send it again"))
    return b"".join(parts)


async def readings_of(found: Import, *, to: Intake) -> list[Reading]:
    """The two likely readings of a file whose letters are not known."""
    if found.stage != "asking":
        return []
    readings: list[Reading] = await to.aside(likely_readings, await _source(found, to.imports))
    return readings


async def choose_encoding(
    by: Acting, of: ImportVersion, encoding: Encoding, *, now: datetime, to: Intake
) -> Import:
    """Read a file whose letters had to be asked."""
    found = await import_at(by, of, to.imports, "asking")
    table: Table | None = await to.aside(read_table, await _source(found, to.imports), encoding, to.sheets)
    if table is None:
        raise Unavailable
    read = await _with_table(found.changed(now, encoding=encoding), table, to.imports)
    return await to.imports.save(read)


async def choose_columns(
    by: Acting, of: ImportVersion, chosen: Columns, *, now: datetime, imports: ImportStore
) -> Import:
    """Say what the columns are, which the organisation remembers, and look at every row."""
    found = await import_at(by, of, imports, "columns", "ready")
    check_columns(found.columns, chosen.fields)
    remembered = (await imports.remembered(found.org_id)).having(found.columns, chosen.fields)
    checking = found.changed(now, stage="checking", fields=chosen.fields, effects="")
    return await imports.save(checking, remember=remembered)


async def lines_of(found: Import, page: int, imports: ImportStore) -> Sequence[Line] | None:
    """Rows of a page of the file; None once they are no longer kept."""
    rows = await imports.read(found, rows_piece(page))
    return None if rows is None else [Line(number, cells) for number, cells in rows]
