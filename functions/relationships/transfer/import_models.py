"""What the API says of an import, and what it takes."""

from datetime import datetime
from typing import Annotated

from pydantic import Field, StrictBool

from domain.base.fields import Country
from domain.base.letters import Encoding
from domain.base.model import Closed
from domain.relationships.contact import ContactContent
from domain.relationships.transfer.drafts.notes import sentence
from domain.relationships.transfer.imports import UNDO_IMPORT, Import, Stage
from domain.relationships.transfer.matching import Reason, Tier
from domain.relationships.transfer.readers.record import MOST_RECORDS, PROBLEMS
from domain.relationships.transfer.report import Row
from functions.framework.operations import Page


class ImportProblem(Closed):
    code: str
    detail: str


class RowsOut(Closed):
    """How many rows there are: new ones, those that perhaps and that surely are there, and faulty ones."""

    total: int
    new: int
    perhaps: int
    same: int
    bad: int
    chosen: int


class ImportOut(Closed):
    """An import. `workId` is the long work of its stage, which can be paused, resumed and cancelled.

    `earlierAt` says when the same file was imported before. `kept` are the first contacts that an undo left
    because they were changed or added to; there are `keptCount`.
    """

    id: str
    stage: Stage
    form: str | None
    encoding: str | None
    problem: ImportProblem | None
    rows: RowsOut
    work_id: str | None
    earlier_at: datetime | None
    written: int
    skipped: int
    removed: int
    kept: list[str]
    kept_count: int
    undo_until: datetime | None
    created_at: datetime
    updated_at: datetime


class ImportList(Closed):
    data: list[ImportOut]
    page: Page


class NoteOut(Closed):
    code: str
    detail: str


class TwinOut(Closed):
    """Who is the same: a contact, or an earlier row of the file."""

    tier: Tier
    reason: Reason
    contact_id: str | None
    row: int | None


class RowOut(Closed):
    """What a row would become. `content` is null where it can become no contact."""

    number: int
    line: int
    chosen: bool
    content: ContactContent | None
    notes: list[NoteOut]
    twin: TwinOut | None


class RowList(Closed):
    data: list[RowOut]
    page: Page


class ReadingOut(Closed):
    encoding: str
    lines: list[str]


class ReadingList(Closed):
    data: list[ReadingOut]


class Upload(Closed):
    """`phoneCountry` is that of telephone numbers without a country code."""

    phone_country: Country | None = None


class NewEncoding(Closed):
    encoding: Encoding


_RowNumbers = list[Annotated[int, Field(strict=True, ge=1)]]


class NewChoice(Closed):
    """Rows to import: those that are new, or everything, but for rows that are added and left out."""

    everything: StrictBool = False
    add: _RowNumbers = Field([], max_length=MOST_RECORDS)
    leave: _RowNumbers = Field([], max_length=MOST_RECORDS)


def out(found: Import, at: datetime) -> ImportOut:
    states = found.states
    return ImportOut(
        id=found.id,
        stage=found.stage,
        form=found.form,
        encoding=found.encoding,
        problem=ImportProblem(code=found.problem, detail=PROBLEMS[found.problem]) if found.problem else None,
        rows=RowsOut(
            total=found.rows,
            new=states.count("n"),
            perhaps=states.count("p"),
            same=states.count("s"),
            bad=states.count("b"),
            chosen=found.chosen(),
        ),
        work_id=found.work_id if found.is_busy else None,
        earlier_at=found.earlier_at,
        written=found.written,
        skipped=found.skipped,
        removed=found.removed,
        kept=found.kept,
        kept_count=found.kept_count,
        undo_until=found.written_at + UNDO_IMPORT if found.written_at and found.can_be_undone(at) else None,
        created_at=found.created_at,
        updated_at=found.updated_at,
    )


def row_out(found: Import, row: Row) -> RowOut:
    notes = []
    for note in row.notes:
        message, values = sentence(note)
        notes.append(NoteOut(code=note.code, detail=message % values))
    twin = row.twin and TwinOut(
        tier=row.twin.tier, reason=row.twin.reason, contact_id=row.twin.contact, row=row.twin.row
    )
    return RowOut(
        number=row.number,
        line=row.line,
        chosen=found.takes(row.number),
        content=row.content,
        notes=notes,
        twin=twin,
    )
