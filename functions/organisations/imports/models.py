"""What the API says of an import of people, and what it takes."""

from datetime import datetime

from pydantic import Field

from domain.base.letters import Encoding
from domain.base.model import Closed
from domain.operations.work import State, Work
from domain.organisations.imports.columns import Field as ColumnField
from domain.organisations.imports.columns import Mapped
from domain.organisations.imports.imports import CHANGED, FAULTY, NEW, SAME, UNDO_IMPORT, Import, Stage
from domain.organisations.imports.report import Row
from domain.organisations.imports.rows import RowFault, sentence
from functions.framework.operations import Page
from functions.framework.texts import _

EFFECTS = {NEW: "new", CHANGED: "changed", SAME: "unchanged", FAULTY: "faulty"}


class RowCounts(Closed):
    """How many rows there are, and what they would do or did."""

    total: int
    new: int
    changed: int
    unchanged: int
    faulty: int


class ProgressOut(Closed):
    """Long work of the present stage."""

    state: State
    done: int
    total: int | None


class ImportOut(Closed):
    """An import of people. `fields` is the field of each of its `columns`, guessed until it is chosen.

    `stayed` are the first people whom the undo left, because somebody had changed them since.
    """

    id: str
    stage: Stage
    form: str
    encoding: Encoding | None
    columns: list[str]
    fields: list[ColumnField | None]
    rows: RowCounts
    progress: ProgressOut | None
    template_id: str | None
    undo_until: datetime | None
    undone: int
    stayed: list[str]
    stayed_count: int
    created_at: datetime
    updated_at: datetime


class ImportList(Closed):
    data: list[ImportOut]
    page: Page


class ImportFault(Closed):
    """`column` is the name of a column of the file, or "" for the whole row."""

    column: str
    code: str
    detail: str


class ImportRowOut(Closed):
    """A row by its number in the file; `fields` are those that it changes of somebody who is there."""

    row: int
    effect: str = Field(description="`new`, `changed`, `unchanged` or `faulty`.")
    name: str
    member_id: str | None
    fields: list[str]
    faults: list[ImportFault]


class ImportRowList(Closed):
    data: list[ImportRowOut]
    page: Page


class PeopleReading(Closed):
    encoding: str
    lines: list[str]


class PeopleReadings(Closed):
    data: list[PeopleReading]


class EncodingChoice(Closed):
    encoding: Encoding


class ColumnChoice(Closed):
    """The field of each column, in the order of the file; null for one that is left out."""

    fields: Mapped


class WritingChoice(Closed):
    """With a template that is in force, each of these people gets a card by it, unless they have one."""

    template_id: str | None = None


def out(found: Import, work: Work | None, at: datetime) -> ImportOut:
    written = found.written_at
    return ImportOut(
        id=found.id,
        stage=found.stage,
        form=found.form,
        encoding=found.encoding,
        columns=found.columns,
        fields=found.fields,
        rows=RowCounts(
            total=found.rows,
            new=found.count(NEW),
            changed=found.count(CHANGED),
            unchanged=found.count(SAME),
            faulty=found.count(FAULTY),
        ),
        progress=ProgressOut(state=work.state, done=work.done, total=work.total) if work else None,
        template_id=found.template_id,
        undo_until=written + UNDO_IMPORT if written and found.can_be_undone(at) else None,
        undone=found.undone,
        stayed=found.stayed,
        stayed_count=found.stayed_count,
        created_at=found.created_at,
        updated_at=found.updated_at,
    )


def row_out(row: Row) -> ImportRowOut:
    faults = []
    for fault in row.faults:
        message, values = sentence(fault)
        faults.append(ImportFault(column=fault.column, code=fault.code, detail=message % values))
    return ImportRowOut(
        row=row.number,
        effect=EFFECTS[row.effect],
        name=row.name,
        member_id=row.member_id,
        fields=row.fields,
        faults=faults,
    )


def told(fault: RowFault) -> str:
    """A fault as a sentence in the reader's language."""
    message, values = sentence(fault)
    return f"{fault.column or _('The row')} {_(message, **values)}"
