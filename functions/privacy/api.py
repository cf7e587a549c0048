"""`/api/v1/account/copies`: copies of one's data."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

import wiring.accounts
import wiring.operations
import wiring.privacy
from domain.base.model import Closed
from domain.operations.work import State, Work
from domain.privacy.copy import COPY, KEEP, CopyCursor, TooManyCopies, is_kept, read_copy, start_copy
from functions.framework.operations import Answer, Call, operation
from functions.operations.api import WorkOut, work_out


class VolumeOut(Closed):
    """One zip of a copy; its size is in bytes."""

    number: int
    size: int


class CopyOut(Closed):
    """A copy. `volumes` can be fetched until `availableUntil`; its work says how far it is before that."""

    id: str
    state: State
    volumes: list[VolumeOut]
    available_until: datetime | None
    created_at: datetime


class CopyList(Closed):
    """Every copy of the last days, newest first."""

    data: list[CopyOut]


class Volume(Closed):
    """Which volume of the copy."""

    volume: Annotated[int, Field(ge=1, le=9999)]


@operation(
    "Begin a copy of everything the account has, or answer the one under way",
    answer=WorkOut,
    creates=True,
    fresh=True,
    conflicts=(TooManyCopies,),
)
async def post_copy(call: Call) -> Answer:
    work = await start_copy(
        call.account_id,
        key=call.key,
        now=call.now,
        works=wiring.operations.works(),
        queue=wiring.operations.work_queue(),
    )
    return Answer(work_out(work), work.version, location=f"work/{work.id}")


@operation("The account's copies", answer=CopyList)
async def list_copies(call: Call) -> Answer:
    found = await wiring.operations.works().of_kind(call.account_id, COPY)
    return Answer(CopyList(data=[_out(work, call.now) for work in found]))


@operation("One volume of a finished copy", query=Volume, gives="application/zip", fresh=True)
async def get_content(call: Call[None, Volume]) -> Answer:
    _, content = await read_copy(
        call.account_id,
        call.params["workId"],
        call.query.volume,
        now=call.now,
        works=wiring.operations.works(),
        files=wiring.privacy.copies(),
        limiter=wiring.accounts.limiter(),
    )
    return Answer(content=content)


def _out(work: Work, at: datetime) -> CopyOut:
    volumes = CopyCursor.of(work).volumes if is_kept(work, at) else []
    return CopyOut(
        id=work.id,
        state=work.state,
        volumes=[VolumeOut(number=number, size=each.size) for number, each in enumerate(volumes, 1)],
        available_until=work.ended_at + KEEP if volumes and work.ended_at else None,
        created_at=work.created_at,
    )
