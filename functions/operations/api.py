"""`/api/v1/work`: progress of long work; pausing, resuming and cancelling it."""

from datetime import datetime

import wiring.operations
from domain.base.model import Closed
from domain.operations.work import Change, Failure, State, Work, WrongWorkState, change_work, read_work
from functions.framework.operations import Answer, Call, operation


class WorkOut(Closed):
    """Long work. `total` is null while it is unknown; `failures` lists the first of the `failed` items."""

    id: str
    kind: str
    state: State
    done: int
    total: int | None
    failed: int
    failures: list[Failure]
    created_at: datetime
    updated_at: datetime
    ended_at: datetime | None


def work_out(work: Work) -> WorkOut:
    return WorkOut(
        id=work.id,
        kind=work.kind,
        state=work.state,
        done=work.done,
        total=work.total,
        failed=work.failed,
        failures=work.failures,
        created_at=work.created_at,
        updated_at=work.updated_at,
        ended_at=work.ended_at,
    )


@operation("Long work and how far it is", answer=WorkOut)
async def get_work(call: Call) -> Answer:
    work = await read_work(call.account_id, call.params["workId"], works=wiring.operations.works())
    return Answer(work_out(work), work.version)


@operation("Pause long work after the slice that is under way", answer=WorkOut, conflicts=(WrongWorkState,))
async def put_pause(call: Call) -> Answer:
    return await _change(call, "pause")


@operation(
    "Go on with paused work, or try again what had failed", answer=WorkOut, conflicts=(WrongWorkState,)
)
async def delete_pause(call: Call) -> Answer:
    return await _change(call, "resume")


@operation("Cancel long work and delete what it made so far", answer=WorkOut, conflicts=(WrongWorkState,))
async def cancel_work(call: Call) -> Answer:
    return await _change(call, "cancel")


async def _change(call: Call, change: Change) -> Answer:
    work = await change_work(
        call.account_id,
        call.params["workId"],
        change,
        now=call.now,
        works=wiring.operations.works(),
        queue=wiring.operations.work_queue(),
    )
    return Answer(work_out(work), work.version)
