"""The long work of an import, done slice by slice in this process."""

import time
from datetime import timedelta

import wiring.operations
from domain.operations.slices import Slice, do_slice
from domain.operations.staged import Staged, start_stage
from domain.operations.work import WorkMessage
from functions.framework.clock import new_id, now


class Unsent:
    """A queue whose messages nobody waits for: the bench does each slice itself."""

    async def send(self, message: object, *, after: timedelta = timedelta()) -> None: ...


async def carry_out(owner_id: str, found: Staged) -> None:
    """All slices of the present stage."""
    await start_stage(owner_id, found, now=now(), works=wiring.operations.works(), queue=Unsent())
    await do_all(owner_id, found.work_id)


async def do_all(owner_id: str, work_id: str) -> None:
    """All slices of long work that has begun."""
    works, message = wiring.operations.works(), WorkMessage(owner_id=owner_id, work_id=work_id)
    while True:
        done = await do_slice(
            message,
            jobs=wiring.operations.jobs(),
            works=works,
            queue=Unsent(),
            lease=new_id("lse"),
            bound=Slice(time.monotonic),
            now=now,
        )
        if done is None or done.error is not None:
            raise RuntimeError("a slice failed") from (done.error if done else None)
        if done.work.due_at is None:
            return
