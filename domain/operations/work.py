"""Long work: background jobs that are done in slices and survive a crash at any point.

Each work is one document in its owner's partition. A queue message contains its id. A worker takes the work
under a lease, does one slice, saves the progress and sends the next message (`slices.py`). A timer sends a
message for work that is due because its lease has expired or its message was lost.
"""

from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Literal, NamedTuple, Protocol

from pydantic import ConfigDict, Field

from domain.base.errors import Conflict, NotFound, StaleVersion, Unavailable
from domain.base.model import Closed, Model
from domain.base.texts import N_

# As long as three slices: the worker is then taken for dead. If it is alive, its slice is not saved.
LEASE = timedelta(minutes=1)
# Wait before an unprocessed message is sent again.
PATIENCE = timedelta(minutes=1)
MOST_PATIENCE = timedelta(hours=1)
# Together some hours: longer than outages of the dependencies.
MAX_TRIES = 10
MOST_FAILURES = 20
# Owner of work that belongs to no account, such as the upgrade of documents.
SYSTEM = "system"
SAVE_TRIES = 5

State = Literal["running", "paused", "done", "failed", "cancelled"]
Change = Literal["pause", "resume", "cancel"]


class WrongWorkState(Conflict):
    code = "wrong_work_state"
    title = N_("The work is not in a state where this can be done")


class Failure(Closed):
    """Item that failed, by its id."""

    item: str
    code: str


class Progress(NamedTuple):
    """Result of one slice. `cursor` is the start of the next one; `total` is None while unknown.

    `wait` puts the next slice off: what it needs is not there before.
    """

    cursor: str
    done: int
    over: bool = False
    total: int | None = None
    failures: tuple[Failure, ...] = ()
    wait: timedelta | None = None


class Work(Model):
    """Long work and its progress.

    `key` is the hashed Idempotency-Key of its creation. The format of `cursor` depends on the kind. `lease`
    identifies the worker that has taken it. `due_at` is when the timer queues it; None when it has ended or
    is paused. `failed` is the number of failed items; `failures` lists the first.
    """

    id: str
    kind: str
    owner_id: str
    key: str | None = None
    version: int = 1
    state: State = "running"
    cursor: str = ""
    done: int = 0
    total: int | None = None
    failed: int = 0
    failures: list[Failure] = Field(default=[], max_length=MOST_FAILURES)
    tries: int = 0
    lease: str | None = None
    due_at: datetime | None
    created_at: datetime
    updated_at: datetime
    ended_at: datetime | None = None
    etag: str | None = Field(default=None, exclude=True)

    @property
    def is_over(self) -> bool:
        return self.state in ("done", "failed", "cancelled")

    def taken(self, lease: str, at: datetime) -> "Work":
        return self._changed(at, lease=lease, due_at=at + LEASE, tries=self.tries + 1)

    def advanced(self, progress: Progress, at: datetime) -> "Work":
        """State after a slice. Work that was paused or cancelled meanwhile stays so."""
        over = progress.over and self.state != "cancelled"
        done = self.done + progress.done
        total = self.total if progress.total is None else progress.total
        return self._changed(
            at,
            state="done" if over else self.state,
            cursor=progress.cursor,
            done=done,
            total=done if over else total,
            failed=self.failed + len(progress.failures),
            failures=[*self.failures, *progress.failures][:MOST_FAILURES],
            tries=0,
            lease=None,
            due_at=None if over or self.state == "paused" else at + PATIENCE + (progress.wait or timedelta()),
            ended_at=at if over else self.ended_at,
        )

    def tried_in_vain(self, at: datetime) -> "Work":
        """State after a failed slice, or after too many dead workers: due later, or failed for good."""
        if self.tries >= MAX_TRIES:
            state = "cancelled" if self.state == "cancelled" else "failed"
            return self._changed(at, state=state, lease=None, due_at=None, ended_at=self.ended_at or at)
        wait = min(PATIENCE * 2 ** max(0, self.tries - 1), MOST_PATIENCE)
        return self._changed(at, lease=None, due_at=None if self.state == "paused" else at + wait)

    def released(self, at: datetime) -> "Work":
        """State without a lease and not due: ended, or paused."""
        return self._changed(at, lease=None, due_at=None)

    def put_off(self, at: datetime) -> "Work":
        """State without a lease, and due again unless a worker takes it."""
        return self._changed(at, lease=None, due_at=at + PATIENCE)

    def changed(self, change: Change, at: datetime) -> "Work":
        """State after a change by the owner. Resuming also retries failed work."""
        if change == "pause" and self.state == "running":
            return self._changed(at, state="paused", due_at=self.due_at if self.lease else None)
        if change == "resume" and self.state in ("paused", "failed"):
            due_at = self.due_at if self.lease else at + PATIENCE
            return self._changed(at, state="running", tries=0, due_at=due_at, ended_at=None)
        if change == "cancel" and self.state in ("running", "paused", "failed"):
            due_at = self.due_at if self.lease else at + PATIENCE
            return self._changed(at, state="cancelled", tries=0, due_at=due_at, ended_at=at)
        raise WrongWorkState

    def _changed(self, at: datetime, **update: object) -> "Work":
        return self.model_copy(update={"version": self.version + 1, "updated_at": at, **update})


class WorkMessage(Model):
    """Queue message that names the work to continue."""

    model_config = ConfigDict(extra="forbid")

    version: Literal[1] = 1
    owner_id: str
    work_id: str


class WorkStore(Protocol):
    async def get(self, owner_id: str, work_id: str) -> Work | None: ...
    async def create(self, work: Work) -> bool:
        """Store new work; False when it exists already."""
        ...

    async def save(self, work: Work) -> Work: ...
    async def of_kind(self, owner_id: str, kind: str) -> list[Work]:
        """Work of a kind of the owner, newest first."""
        ...

    def due(self, now: datetime) -> AsyncIterator[Work]:
        """Work of all owners that is due."""
        ...


class WorkQueue(Protocol):
    async def send(self, message: WorkMessage, *, after: timedelta = timedelta()) -> None: ...


def message_for(work: Work) -> WorkMessage:
    return WorkMessage(owner_id=work.owner_id, work_id=work.id)


def new_work(kind: str, owner_id: str, work_id: str, at: datetime, *, key: str | None = None) -> Work:
    return Work(
        id=work_id,
        kind=kind,
        owner_id=owner_id,
        key=key,
        due_at=at + PATIENCE,
        created_at=at,
        updated_at=at,
    )


async def start_work(work: Work, *, works: WorkStore, queue: WorkQueue) -> Work:
    """Store new work and queue it. Existing work of this id is queued unchanged."""
    if not await works.create(work):
        found = await works.get(work.owner_id, work.id)
        if found is None:
            raise Unavailable
        work = found
    # The timer finds stored work.
    with suppress(Unavailable):
        await queue.send(message_for(work))
    return work


async def read_work(owner_id: str, work_id: str, *, works: WorkStore) -> Work:
    work = await works.get(owner_id, work_id)
    if work is None:
        raise NotFound
    return work


async def change_work(
    owner_id: str, work_id: str, change: Change, *, now: datetime, works: WorkStore, queue: WorkQueue
) -> Work:
    """Pause, resume or cancel, idempotently. A running slice ends first."""
    wanted: dict[Change, State] = {"pause": "paused", "resume": "running", "cancel": "cancelled"}
    for _ in range(SAVE_TRIES):
        work = await read_work(owner_id, work_id, works=works)
        if work.state == wanted[change]:
            return work
        with suppress(StaleVersion):
            work = await works.save(work.changed(change, now))
            if work.due_at is not None and work.lease is None:
                with suppress(Unavailable):
                    await queue.send(message_for(work))
            return work
    raise Unavailable
