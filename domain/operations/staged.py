"""Things that go through stages, some of which are long work: an import, a zip of photos."""

from datetime import datetime
from typing import Protocol

from domain.operations.work import WorkQueue, WorkStore, new_work, start_work


class Staged(Protocol):
    """`work_kind` is that of the long work of the present stage, and `work_id` its id, whoever starts it."""

    @property
    def id(self) -> str: ...
    @property
    def work_kind(self) -> str | None: ...
    @property
    def work_id(self) -> str: ...


async def start_stage(
    owner_id: str, found: Staged, *, now: datetime, works: WorkStore, queue: WorkQueue
) -> None:
    """Start the long work of a stage, unless it has none or was started."""
    if found.work_kind is not None:
        work = new_work(found.work_kind, owner_id, found.work_id, now, key=found.id)
        await start_work(work, works=works, queue=queue)
