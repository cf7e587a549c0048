"""`/api/v1/exports`: contacts of the caller as a file."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

import wiring.accounts
import wiring.operations
import wiring.relationships.transfer
from domain.base.model import Closed
from domain.operations.work import State, Work
from domain.relationships.transfer.exports import (
    EXPORT,
    KEEP,
    ExportCursor,
    FormName,
    TooManyExports,
    Wanted,
    is_kept,
    parts_of,
    read_export,
    read_part,
    start_export,
)
from domain.relationships.transfer.writers.forms import FORMS
from functions.framework.clock import new_id
from functions.framework.operations import Answer, Call, operation


class PartOut(Closed):
    """One file of an export; its size is in bytes."""

    number: int
    size: int


class ExportOut(Closed):
    """An export. `parts` can be fetched until `availableUntil`; its work says how far it is before that."""

    id: str
    form: FormName
    state: State
    parts: list[PartOut]
    available_until: datetime | None
    created_at: datetime


class ExportList(Closed):
    data: list[ExportOut]


class Part(Closed):
    """Which part of the export."""

    part: Annotated[int, Field(ge=1, le=9999)] = 1


def _out(work: Work, at: datetime) -> ExportOut:
    cursor = ExportCursor.of(work)
    parts = parts_of(cursor) if is_kept(work, at) else []
    return ExportOut(
        id=work.id,
        form=cursor.wanted.form,
        state=work.state,
        parts=[
            PartOut(number=number, size=sum(piece.size for piece in part))
            for number, part in enumerate(parts, start=1)
        ],
        available_until=work.ended_at + KEEP if parts and work.ended_at else None,
        created_at=work.created_at,
    )


@operation(
    "Begin an export of contacts: of all, of a list, or of some by their ids",
    body=Wanted,
    answer=ExportOut,
    creates=True,
    fresh=True,
    conflicts=(TooManyExports,),
)
async def post_export(call: Call[Wanted]) -> Answer:
    work = await start_export(
        call.account_id,
        call.body,
        new_id("job"),
        key=call.key,
        now=call.now,
        works=wiring.operations.works(),
        queue=wiring.operations.work_queue(),
    )
    return Answer(_out(work, call.now), work.version, location=f"exports/{work.id}")


@operation("The account's exports of the last days, newest first", answer=ExportList)
async def list_exports(call: Call) -> Answer:
    found = await wiring.operations.works().of_kind(call.account_id, EXPORT)
    return Answer(ExportList(data=[_out(work, call.now) for work in found]))


@operation("One export and how far it is", answer=ExportOut)
async def get_export(call: Call) -> Answer:
    work = await read_export(call.account_id, call.params["workId"], works=wiring.operations.works())
    return Answer(_out(work, call.now), work.version)


@operation("One part of a finished export", query=Part, gives="application/octet-stream", fresh=True)
async def get_content(call: Call[None, Part]) -> Answer:
    work, content = await read_part(
        call.account_id,
        call.params["workId"],
        call.query.part,
        now=call.now,
        works=wiring.operations.works(),
        files=wiring.relationships.transfer.files(),
        limiter=wiring.accounts.limiter(),
    )
    suffix = FORMS[ExportCursor.of(work).wanted.form].suffix
    name = f'attachment; filename="izwop-contacts-{work.created_at:%Y-%m-%d}.{suffix}"'
    return Answer(content=content, headers={"Content-Disposition": name})
