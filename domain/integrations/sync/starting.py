"""Starting runs: when they are due, when somebody asks, and when something waits to be written.

Most times that a source is due, nothing has changed. That is found out before a run is made: it costs one
call there for each object, and four here.
"""

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final, NamedTuple, Protocol

from domain.base.errors import Conflict, StaleVersion, Unavailable
from domain.base.model import Model
from domain.base.texts import N_
from domain.integrations.connectors import Connector, ObjectName
from domain.integrations.errors import AccessLost, VendorRefused
from domain.integrations.instructions import Instruction
from domain.integrations.source import PauseReason, Source, SourceStore
from domain.integrations.sync.runs import Run, RunKind, RunStore
from domain.integrations.sync.syncing import SYNC, SyncPorts, changed_source
from domain.operations.work import WorkQueue, WorkStore, new_work, start_work


class SyncMessage(Model):
    """Queue message that names a source whose changes are to be looked for."""

    org_id: str
    source_id: str


class SyncQueue(Protocol):
    async def send(self, message: SyncMessage) -> None: ...


class RunGoesOn(Conflict):
    code = "run_goes_on"
    title = N_("A run of this source is going on. Wait for its end, or stop it")


class NothingToUndo(Conflict):
    code = "nothing_to_undo"
    field = "/undoes"
    title = N_("There is no such run, or it was taken back already")


class Works(NamedTuple):
    works: WorkStore
    queue: WorkQueue


class NewRun(NamedTuple):
    """`run_id` is the same for each repetition of one request."""

    run_id: str
    kind: RunKind = "sync"
    by: str | None = None
    undoes: str | None = None
    failures: tuple[str, ...] = ()


# Before somebody looks whether a run that has begun still goes on. Its end makes the source due again.
PATIENCE: Final = timedelta(hours=1)


async def queue_due(now: datetime, *, sources: SourceStore, queue: SyncQueue) -> int:
    """Queue every source that is due, unless somebody has just done so; return their number."""
    sent = 0
    async for source in sources.due(now):
        with suppress(StaleVersion):
            await sources.save(source.put_off(now))
            await queue.send(SyncMessage(org_id=source.org_id, source_id=source.id))
            sent += 1
    return sent


async def start_run(
    source: Source, instruction: Instruction, new: NewRun, *, ports: SyncPorts, works: Works
) -> Run:
    """Make a run and start it. One run of a source goes on at a time; a repetition finds its own."""
    at = ports.clock()
    present = await ports.runs.get(source.key, source.run_id) if source.run_id else None
    if present is not None and present.ended_at is None and present.id != new.run_id:
        work = await works.works.get(source.org_id, work_id(present.id))
        if work is None or not work.is_over:
            raise RunGoesOn
    run = Run(
        id=new.run_id,
        org_id=source.org_id,
        source_id=source.id,
        number=source.runs + 1,
        kind=new.kind,
        instruction_id=instruction.id,
        flows=instruction.flows,
        undoes=new.undoes,
        failures=list(new.failures),
        by=new.by,
        started_at=at,
    )
    if source.run_id != new.run_id:
        # Only one of two that start at once can name its run.
        due_at = at + PATIENCE if source.state == "running" else None
        await ports.sources.save(source.changed(at, run_id=run.id, runs=run.number, due_at=due_at))
    if not await ports.runs.create(source.key, run):
        run = await ports.runs.get(source.key, run.id) or run
    work = new_work(SYNC, source.org_id, work_id(run.id), at, key=f"{source.key}:{run.id}")
    await start_work(work, works=works.works, queue=works.queue)
    return run


async def undoable(source: Source, run_id: str | None, *, runs: RunStore) -> None:
    """Refuse to undo what is no ended run that changed something."""
    run = await runs.get(source.key, run_id) if run_id else None
    if run is None or run.kind not in ("sync", "replay") or run.state not in ("done", "stopped"):
        raise NothingToUndo


def work_id(run_id: str) -> str:
    """Id of the long work of a run."""
    return f"job_{run_id.removeprefix('run_')}"


async def sync_due(source: Source, run_id: str, *, ports: SyncPorts, works: Works) -> Run | None:
    """Look for changes of a source on both sides, and start a run if there are any."""
    if source.state != "running" or source.instruction_id is None:
        return None
    instruction = await ports.instructions.get(source.org_id, source.instruction_id)
    if instruction is None:
        raise Unavailable
    at = ports.clock()
    try:
        positions = None if source.failed else await _unchanged(source, instruction, ports)
    except (AccessLost, VendorRefused) as refusal:
        reason: PauseReason = "access_lost" if isinstance(refusal, AccessLost) else "refused"
        await ports.tell(await changed_source(source, lambda found: found.paused(reason, at), ports.sources))
        return None
    except Unavailable:
        await changed_source(
            source,
            lambda found: found.changed(at, failing=found.failing + 1, due_at=at + found.wait),
            ports.sources,
        )
        return None
    if positions is not None:
        await changed_source(source, lambda found: found.due_again(at, positions=positions), ports.sources)
        return None
    with suppress(RunGoesOn, StaleVersion):
        return await start_run(source, instruction, NewRun(run_id), ports=ports, works=works)
    return None


async def _unchanged(
    source: Source, instruction: Instruction, ports: SyncPorts
) -> dict[ObjectName, str] | None:
    """Where the next look begins, if there is nothing to do; None if there is."""
    incoming = [each.object_type for each in instruction.flows if each.direction != "out"]
    if any(not source.positions.get(of) for of in incoming):
        return None
    for flow in instruction.flows:
        if flow.direction != "in" and await ports.records.pending(source.key, flow.object_type, 1):
            return None
    connector = await ports.opener.open(source, instruction.id)
    positions = dict(source.positions)
    for of in incoming:
        following = await _nothing_new(connector, of, instruction, positions[of], ports)
        if following is None:
            return None
        positions[of] = following
    return positions


async def _nothing_new(
    connector: Connector, of: ObjectName, instruction: Instruction, position: str, ports: SyncPorts
) -> str | None:
    flow = next(each for each in instruction.flows if each.object_type == of)
    page = await connector.pull(of, [each.theirs for each in flow.fields], position, ports.clock())
    return None if page.records or page.gone or page.whole or not page.over else page.position
