"""The long work of an import, done slice by slice in this process."""

import time

import wiring.operations
from domain.operations.slices import Slice, do_slice
from domain.operations.staged import Staged, start_stage
from domain.operations.work import WorkMessage
from functions.framework.clock import new_id, now


class _Unsent:
    """A queue whose messages nobody waits for: the bench does each slice itself."""

    async def send(self, message: object) -> None: ...


async def carry_out(owner_id: str, found: Staged) -> None:
    """All slices of the present stage."""
    works, queue = wiring.operations.works(), _Unsent()
    await start_stage(owner_id, found, now=now(), works=works, queue=queue)
    message = WorkMessage(owner_id=owner_id, work_id=found.work_id)
    while True:
        done = await do_slice(
            message,
            jobs=wiring.operations.jobs(),
            works=works,
            queue=queue,
            lease=new_id("lse"),
            bound=Slice(time.monotonic),
            now=now,
        )
        if done is None or done.error is not None:
            raise RuntimeError("a slice failed") from (done.error if done else None)
        if done.work.due_at is None:
            return
