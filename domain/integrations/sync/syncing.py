"""Syncs: runs of a source, done in slices of long work.

A step reads one page there, or writes one batch, and stores what came of it in one batch of the store,
together with where the run goes on. So a run that dies anywhere goes on after its last step, and no step
counts twice. A page costs one call there, one query and one batch here.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple, Protocol

from domain.base.errors import NotFound, StaleVersion, Unavailable
from domain.base.texts import N_
from domain.integrations.connectors import Connector, ObjectName, VendorField
from domain.integrations.errors import AccessLost, VendorLimited, VendorRefused, VendorUnavailable
from domain.integrations.instructions import InstructionStore
from domain.integrations.source import TOLD_AFTER, PauseReason, Source, SourceStore
from domain.integrations.sync.records import Counts, RecordStore
from domain.integrations.sync.runs import Cursor, Phase, Run, RunStore
from domain.operations.slices import Slice
from domain.operations.work import Progress, Work

SYNC: Final = "sync-source"


class Opener(Protocol):
    """Opens the system of a source under an instruction, which its requests name."""

    async def open(self, source: Source, instruction_id: str) -> Connector: ...


class People(Protocol):
    async def member_at(self, org_id: str, address: str) -> str | None:
        """Id of the member with this address."""
        ...


class SyncPorts(NamedTuple):
    """`tell` lets admins know that a source needs them, and `done` notes that a run came to its end."""

    sources: SourceStore
    records: RecordStore
    runs: RunStore
    instructions: InstructionStore
    opener: Opener
    people: People
    clock: Callable[[], datetime]
    tell: Callable[[Source], Awaitable[None]]
    done: Callable[[Source, Run], None]


class Stopped(Exception):
    """The run ends before its end. `pause` is why its source pauses, if it does."""

    def __init__(self, words: str, pause: PauseReason | None = None, *, cursor: Cursor | None = None) -> None:
        super().__init__(words)
        self.words, self.pause, self.cursor = words, pause, cursor


class Running(NamedTuple):
    """What every step needs."""

    source: Source
    run: Run
    connector: Connector
    ports: SyncPorts
    described: dict[ObjectName, Mapping[str, VendorField]]

    @property
    def key(self) -> str:
        return self.source.key

    @property
    def dry(self) -> bool:
        return self.run.kind == "dry"

    async def fields_of(self, of: ObjectName) -> Mapping[str, VendorField]:
        if of not in self.described:
            found = await self.connector.describe(of)
            self.described[of] = {each.name: each for each in found}
        return self.described[of]

    def wanted(self, of: ObjectName) -> Sequence[str]:
        return [each.theirs for each in self.run.flow(of).fields]


class Done(NamedTuple):
    """Where a run stands after a step. If the phase is over, the next one begins at `following`."""

    cursor: Cursor
    over: bool = False
    following: str = ""


StepOf = Callable[[Running, Phase, Cursor], Awaitable[Done]]


class SyncJob:
    """Slices of the runs of sources. The work's id is that of the run."""

    def __init__(self, ports: SyncPorts, steps: Mapping[str, StepOf]) -> None:
        self._ports, self._steps = ports, steps

    async def slice(self, work: Work, bound: Slice) -> Progress:
        source, run = await self._read(work)
        if run.ended_at is not None:
            return Progress(work.cursor, 0, over=True)
        cursor = Cursor.read(work.cursor)
        try:
            cursor = await self._go_on(source, run, cursor, bound)
        except (VendorUnavailable, VendorLimited) as refusal:
            return await self._put_off(source, work, refusal)
        except (AccessLost, VendorRefused) as refusal:
            reason: PauseReason = "access_lost" if isinstance(refusal, AccessLost) else "refused"
            return await self._stop(source, run, cursor, Stopped(refusal.detail, reason))
        except Stopped as stopped:
            return await self._stop(source, run, stopped.cursor or cursor, stopped)
        over = cursor.phase >= len(run.phases)
        if over:
            await self._end(source, run, cursor)
        return Progress(str(cursor), max(0, cursor.counts.seen - work.done), over=over)

    async def discard(self, work: Work) -> None:
        source, run = await self._read(work)
        await self._stop(source, run, Cursor.read(work.cursor), Stopped(""))

    async def _read(self, work: Work) -> tuple[Source, Run]:
        org_id, source_id, run_id = (work.key or "").split(":")
        source = await self._ports.sources.get(org_id, source_id)
        run = None if source is None else await self._ports.runs.get(source.key, run_id)
        if source is None or run is None:
            raise Unavailable
        return source, run

    async def _go_on(self, source: Source, run: Run, cursor: Cursor, bound: Slice) -> Cursor:
        refuse_stopped(source, run)
        connector = await self._ports.opener.open(source, run.instruction_id)
        running = Running(source, run, connector, self._ports, {})
        cursor = await self._after_stored(running, cursor)
        while cursor.phase < len(run.phases) and not bound.is_over:
            phase = run.phases[cursor.phase]
            before = cursor.counts.seen
            try:
                done = await self._steps[phase.name](running, phase, cursor)
            except StaleVersion:
                # Somebody changed one of its records: it is read again.
                bound.spend()
                continue
            cursor = done.cursor.next_phase(done.following) if done.over else done.cursor
            bound.spend(max(1, cursor.counts.seen - before) // SPENT)
            # Who takes an order back, or pauses a source, waits for one step at most.
            refuse_stopped(await self._ports.sources.get(source.org_id, source.id), run, cursor)
        return cursor

    async def _after_stored(self, running: Running, cursor: Cursor) -> Cursor:
        """Where the run goes on after steps that were stored before its worker died."""
        while (
            step := await running.ports.records.step(running.key, step_id(running.run, cursor))
        ) is not None:
            cursor = Cursor.read(step.following)
        return cursor

    async def _put_off(self, source: Source, work: Work, refusal: Unavailable) -> Progress:
        """It takes no more calls, or does not answer: the run goes on later from its last step, however
        long that takes.
        """
        if isinstance(refusal, VendorLimited) and refusal.retry_after is not None:
            return Progress(work.cursor, 0, wait=timedelta(seconds=refusal.retry_after))
        failing = await changed_source(
            source,
            lambda found: found.changed(self._ports.clock(), failing=found.failing + 1),
            self._ports.sources,
        )
        if failing.failing == TOLD_AFTER:
            await self._ports.tell(failing)
        return Progress(work.cursor, 0, wait=failing.wait)

    async def _stop(self, source: Source, run: Run, cursor: Cursor, stopped: Stopped) -> Progress:
        at = self._ports.clock()
        ended = run.model_copy(
            update={"state": "stopped", "words": stopped.words, "counts": cursor.counts, "ended_at": at}
        )
        await self._ports.runs.save(source.key, ended)
        if stopped.pause is not None:
            reason = stopped.pause
            paused = await changed_source(source, lambda found: found.paused(reason, at), self._ports.sources)
            await self._ports.tell(paused)
        return Progress(str(cursor), 0, over=True)

    async def _end(self, source: Source, run: Run, cursor: Cursor) -> None:
        at = self._ports.clock()
        ended = run.model_copy(update={"state": "done", "counts": cursor.counts, "ended_at": at})
        await self._ports.runs.save(source.key, ended)
        if run.undoes is not None:
            undone = await self._ports.runs.get(source.key, run.undoes)
            if undone is not None:
                await self._ports.runs.save(source.key, undone.model_copy(update={"state": "undone"}))
        if run.kind in ("sync", "replay"):
            left = len((await self._ports.records.failed(source.key, _SOME, None))[0])
            await changed_source(source, lambda found: found.due_again(at, failed=left), self._ports.sources)
        self._ports.done(source, ended)


def refuse_stopped(source: Source | None, run: Run, cursor: Cursor | None = None) -> None:
    """Stop a run whose order was taken back, or whose source was paused or is let go."""
    ordered = source is not None and source.instruction_id == run.instruction_id
    if source is None or not ordered or source.state in ("disconnecting", "disconnected"):
        raise Stopped(N_("The order was taken back."), cursor=cursor)
    if source.state == "paused" and run.kind in ("sync", "replay"):
        raise Stopped(N_("The system was paused."), cursor=cursor)


# Records that count as one item of a slice, which is bounded by its time.
SPENT: Final = 10
_TRIES: Final = 5
# Of failures: whether there are any is what matters.
_SOME: Final = 1


def step_id(run: Run, cursor: Cursor) -> str:
    return f"step-{run.id}-{cursor.number:06}"


async def changed_source(source: Source, change: Callable[[Source], Source], sources: SourceStore) -> Source:
    """Change a source as it is stored now, whoever else changes it."""
    present: Source | None = source
    for _ in range(_TRIES):
        if present is None:
            raise NotFound
        try:
            return await sources.save(change(present))
        except StaleVersion:
            present = await sources.get(source.org_id, source.id)
    raise Unavailable


def counted(cursor: Cursor, counts: Counts, position: str) -> Cursor:
    """The cursor after a step."""
    return cursor._replace(position=position, number=cursor.number + 1, counts=cursor.counts.plus(counts))
