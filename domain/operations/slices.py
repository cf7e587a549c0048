"""Slices of long work: each is done under a lease and saved, and a message for the next one is sent.

A worker that has lost its lease saves nothing, so that a slice counts once. Other effects of a slice must be
idempotent.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from domain.base.errors import StaleVersion, Unavailable
from domain.operations.work import (
    MAX_TRIES,
    SAVE_TRIES,
    Progress,
    Work,
    WorkMessage,
    WorkQueue,
    WorkStore,
    message_for,
)

SLICE_ITEMS = 500
SLICE_SECONDS = 20
# A message is hidden so long at most; after a longer wait the timer sends one.
MOST_HIDDEN = timedelta(minutes=5)


class Slice:
    """Limit of one slice, checked between items. `clock` is monotonic, in seconds."""

    def __init__(self, clock: Callable[[], float], *, items: int = SLICE_ITEMS) -> None:
        self._clock, self._items, self._until = clock, items, clock() + SLICE_SECONDS

    def spend(self, items: int = 1) -> None:
        self._items -= items

    @property
    def left(self) -> int:
        return max(0, self._items)

    @property
    def is_over(self) -> bool:
        return self._items <= 0 or self._clock() >= self._until


class Job(Protocol):
    """Implementation of one kind of work."""

    async def slice(self, work: Work, bound: Slice) -> Progress:
        """Continue from the work's cursor until the bound is over. Idempotent."""
        ...

    async def discard(self, work: Work) -> None:
        """Delete the results of cancelled work."""
        ...


class SliceDone(NamedTuple):
    """Work after a slice, and the exception that ended the slice, if any."""

    work: Work
    error: Exception | None = None


async def do_slice(
    message: WorkMessage,
    *,
    jobs: Mapping[str, Job],
    works: WorkStore,
    queue: WorkQueue,
    lease: str,
    bound: Slice,
    now: Callable[[], datetime],
) -> SliceDone | None:
    """Do one slice of the work and queue the next; None when nothing is to be done or another worker has it.

    `lease` is random and new for each call. After an exception the timer tries again, not the message.
    """
    work = await _take(message, works, lease, now())
    if work is None:
        return None
    if work.lease is None:
        return SliceDone(work)
    error: Exception | None = None
    wait = timedelta()
    try:
        change, wait = await _slice(jobs[work.kind], work, bound)
    except Exception as exc:  # noqa: BLE001 - the lease must be released in any case
        change, error = Work.tried_in_vain, exc
    saved = await _save(work, lambda present: change(present, now()), works)
    if saved is None:
        return None
    if saved.due_at is not None and error is None and wait <= MOST_HIDDEN:
        await queue.send(message_for(saved), after=wait)
    return SliceDone(saved, error)


async def _slice(job: Job, work: Work, bound: Slice) -> tuple[Callable[[Work, datetime], Work], timedelta]:
    """The change that a slice makes to its work, and how long the next one waits."""
    if work.state == "cancelled":
        await job.discard(work)
        return Work.released, timedelta()
    progress = await job.slice(work, bound)
    return lambda present, at: present.advanced(progress, at), progress.wait or timedelta()


async def _take(message: WorkMessage, works: WorkStore, lease: str, now: datetime) -> Work | None:
    """Take the work under this lease. It is returned without a lease after too many failed tries."""
    work = await works.get(message.owner_id, message.work_id)
    if work is None or work.due_at is None or (work.lease is not None and now < work.due_at):
        return None
    try:
        if work.state == "paused":
            await works.save(work.released(now))
            return None
        return await works.save(
            work.tried_in_vain(now) if work.tries >= MAX_TRIES else work.taken(lease, now)
        )
    except StaleVersion:
        return None


async def _save(held: Work, change: Callable[[Work], Work], works: WorkStore) -> Work | None:
    """Save the result of a slice on top of the owner's concurrent changes; None when the lease is lost."""
    present = held
    for _ in range(SAVE_TRIES):
        try:
            return await works.save(change(present))
        except StaleVersion:
            found = await works.get(held.owner_id, held.id)
            if found is None or found.lease != held.lease:
                return None
            present = found
    raise Unavailable


async def send_due_work(now: datetime, *, works: WorkStore, queue: WorkQueue) -> int:
    """Queue all work that is due, unless it has changed since; return its number."""
    sent = 0
    async for work in works.due(now):
        with suppress(StaleVersion):
            await works.save(work.put_off(now))
            await queue.send(message_for(work))
            sent += 1
    return sent
