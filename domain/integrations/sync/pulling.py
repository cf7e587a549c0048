"""Steps that bring in what has changed there: pages of changes, records tried again, and deletions."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from domain.integrations.connectors import ObjectName, Page, VendorRecord
from domain.integrations.sync.planning import (
    Ambiguous,
    Bad,
    Planned,
    When,
    find,
    in_our_words,
    plan_gone,
    plan_in,
)
from domain.integrations.sync.records import (
    Counts,
    Failed,
    Lost,
    Record,
    Step,
    StepWrites,
    failure_id,
    match_keys,
    record_id,
)
from domain.integrations.sync.runs import Cursor, Phase
from domain.integrations.sync.syncing import Done, Running, changed_source, counted, step_id

# Of one batch of the store, which takes 100 operations and 2 MB.
MOST_OPERATIONS: Final = 96
MOST_SIZE: Final = 1_200_000
# A record with what it was before, and its index.
_SIZE_OF_RECORD: Final = 600
_UNSEEN: Final = 90
# Position of the phase after a pull that listed everything.
WHOLE: Final = "whole"

_COUNTED: Final[Mapping[str, str]] = {
    "created": "created",
    "linked": "changed",
    "changed": "changed",
    "restored": "changed",
    "archived": "archived",
    "merged": "archived",
    "sent": "sent",
}


class Batch:
    """What a step is going to store."""

    def __init__(self, running: Running, phase: Phase, cursor: Cursor) -> None:
        self._running, self._phase, self._cursor = running, phase, cursor
        self.when = When(running.run.id, running.run.number, running.ports.clock())
        self._records: dict[str, Record] = {}
        self._planned: list[Planned] = []
        self._lost: list[Lost] = []
        self._failed: list[Failed] = []
        self._mended: list[str] = []
        self._counts = Counts()
        self._size = 0

    @property
    def undone(self) -> str:
        """The run that is taken back."""
        return self._running.run.undoes or ""

    @property
    def is_full(self) -> bool:
        operations = len(self._records) + len(self._lost) + len(self._failed) + len(self._mended)
        return operations >= MOST_OPERATIONS or self._size >= MOST_SIZE

    @property
    def is_empty(self) -> bool:
        return not (self._records or self._failed or self._mended)

    def add(self, planned: Planned, *, count: bool = True) -> None:
        change = planned.change
        if planned.quiet:
            self._records[planned.record.id] = planned.record
        if change is not None:
            self._records[planned.record.id] = planned.record
            self._planned.append(planned)
            self._lost += planned.lost
            self._size += 3 * (
                _SIZE_OF_RECORD + sum(len(each.ours) for each in planned.record.values.values())
            )
        what = "skipped" if change is None else _COUNTED[change.what]
        self._count(seen=int(count), lost=len(planned.lost), **{what: 1})

    def mark(self, record: Record) -> None:
        """Store a record that was only seen."""
        self._records[record.id] = record
        self._count(seen=1, skipped=1)

    def set_aside(self, record: Record) -> None:
        """Store a record whose state changes, and no value."""
        self._records[record.id] = record

    def fail(self, failed: Failed) -> None:
        self._failed.append(failed)
        self._count(seen=1, failed=1)

    def mend(self, failure_id: str) -> None:
        self._mended.append(failure_id)

    def _count(self, **counts: int) -> None:
        self._counts = self._counts.plus(Counts(**counts))

    def latest(self, record: Record) -> Record:
        return self._records.get(record.id, record)

    async def store(self, position: str, *, over: bool = False, following: str = "") -> Done:
        """Store everything with where the run goes on; if the phase is over, the next one at `following`.

        A step without effects is not stored.
        """
        running, after = self._running, counted(self._cursor, self._counts, position)
        if self.is_empty and not (running.dry and self._planned):
            return Done(after._replace(number=self._cursor.number), over, following)
        then = after.next_phase(following) if over else after
        step = Step(
            id=step_id(running.run, self._cursor),
            run_id=running.run.id,
            number=self._cursor.number,
            object_type=self._phase.object_type,
            changes=[each.change for each in self._planned if each.change is not None],
            counts=self._counts,
            following=str(then),
            dry=running.dry,
            at=self.when.at,
        )
        writes = StepWrites(step)
        if not running.dry:
            writes = StepWrites(step, list(self._records.values()), self._lost, self._failed, self._mended)
        if not await running.ports.records.do(running.key, writes):
            stored = await running.ports.records.step(running.key, step.id)
            return Done(after if stored is None else Cursor.read(stored.following))
        return Done(after, over, following)


async def pull(running: Running, phase: Phase, cursor: Cursor) -> Done:
    """Bring in one page of changes. The first run reads everything."""
    of = phase.object_type
    begin = cursor.position or running.source.positions.get(of, "")
    page = await running.connector.pull(of, running.wanted(of), begin, running.ports.clock())
    batch = Batch(running, phase, cursor)
    if not await _bring_in(running, of, page.records, batch, whole=page.whole):
        return await batch.store(cursor.position)
    await _take_away(running, of, page, batch)
    if not page.over:
        return await batch.store(page.position)
    done = await batch.store("", over=True, following=WHOLE if page.whole else "")
    if not running.dry:
        await _begin_there(running, of, page.position)
    return done


async def _begin_there(running: Running, of: ObjectName, position: str) -> None:
    """The next run begins where this one ended."""
    at = running.ports.clock()
    await changed_source(
        running.source,
        lambda found: found.changed(at, positions={**found.positions, of: position}),
        running.ports.sources,
    )


async def _bring_in(
    running: Running,
    of: ObjectName,
    theirs: Sequence[VendorRecord],
    batch: Batch,
    *,
    whole: bool = False,
    again: Mapping[str, Failed] = MappingProxyType({}),
) -> bool:
    """Plan these records into the batch; False if it was full before all were in it.

    `again` are the failures that are tried again, by their ids.
    """
    shown = [in_our_words(each, running.run.flow(of)) for each in theirs]
    keys = [key for each in shown for key in _keys(of, each)]
    known = list(await running.ports.records.known_by(running.key, keys)) if keys else []
    index = _index(known)
    for each in shown:
        if batch.is_full:
            return False
        beside = {record.id: batch.latest(record) for key in _keys(of, each) for record in index.get(key, ())}
        planned = await _one(running, of, each, list(beside.values()), batch)
        if isinstance(planned, Failed):
            batch.fail(planned.after(again.get(planned.id)))
            continue
        if planned.change is None and whole and planned.record.seen != running.run.number:
            batch.mark(planned.record.model_copy(update={"seen": running.run.number}))
        else:
            batch.add(planned)
        if failure_id(of, each.id) in again:
            batch.mend(failure_id(of, each.id))
    return True


def _keys(of: ObjectName, theirs: VendorRecord) -> list[str]:
    return [*(f"id:{of}:{each}" for each in (theirs.id, *theirs.merged)), *match_keys(of, theirs.fields)]


def _index(known: Sequence[Record]) -> dict[str, list[Record]]:
    index = dict[str, list[Record]]()
    for record in known:
        for key in record.keys:
            index.setdefault(key, []).append(record)
    return index


async def _one(
    running: Running, of: ObjectName, theirs: VendorRecord, known: list[Record], batch: Batch
) -> Planned | Failed:
    try:
        found = find(of, theirs, known)
        new_id = record_id(running.key, of, theirs.id)
        planned = plan_in(found, new_id, theirs, running.run.flow(of), batch.when)
    except Bad as bad:
        return _failed(of, theirs, batch, code=bad.code, field=bad.field, words=bad.words)
    except Ambiguous as several:
        return _failed(of, theirs, batch, code="ambiguous", candidates=several.candidates)
    for other in found.merged:
        batch.add(plan_gone(batch.latest(other), batch.when, merged_into=planned.record.id), count=False)
    if of == "owner" and planned.change is not None:
        return await _with_member(running, planned)
    return planned


def _failed(
    of: ObjectName, theirs: VendorRecord, batch: Batch, *, code: str, field: str = "", words: str = "",
    candidates: Sequence[str] = (),
) -> Failed:  # fmt: skip
    at = batch.when.at
    return Failed(
        id=failure_id(of, theirs.id), object_type=of, direction="in", vendor_id=theirs.id, field=field,
        code=code, words=words, candidates=list(candidates), run_id=batch.when.run_id, first_at=at,
        last_at=at,
    )  # fmt: skip


async def _with_member(running: Running, planned: Planned) -> Planned:
    """The user of the system, with the member who has this address."""
    address = planned.record.ours("email")
    member_id = await running.ports.people.member_at(running.source.org_id, address) if address else None
    return planned._replace(record=planned.record.model_copy(update={"member_id": member_id}))


async def _take_away(running: Running, of: ObjectName, page: Page, batch: Batch) -> None:
    if not page.gone:
        return
    known = await running.ports.records.known_by(running.key, [f"id:{of}:{each}" for each in page.gone])
    for record in known:
        present = batch.latest(record)
        if not present.archived and present.vendor_id in page.gone:
            batch.add(plan_gone(present, batch.when))


async def sweep(running: Running, phase: Phase, cursor: Cursor) -> Done:
    """Put away what a whole list did not show, after asking for it: an empty answer invents no deletion."""
    of = phase.object_type
    if running.dry or cursor.position != WHOLE:
        return Done(cursor, over=True)
    unseen = await running.ports.records.unseen(running.key, of, running.run.number, _UNSEEN)
    if not unseen:
        return Done(cursor, over=True)
    ids = [each.vendor_id for each in unseen if each.vendor_id]
    there = {each.id for each in await running.connector.get(of, running.wanted(of), ids)}
    batch = Batch(running, phase, cursor)
    for record in unseen:
        seen = record.model_copy(update={"seen": running.run.number})
        if record.vendor_id in there:
            batch.mark(seen)
        else:
            batch.add(plan_gone(seen, batch.when))
    return await batch.store(WHOLE)


async def retry(running: Running, phase: Phase, cursor: Cursor) -> Done:
    """Try records again that could not be brought in, and let those wait again that could not be written."""
    of = phase.object_type
    listed, following = await running.ports.records.failed(running.key, _UNSEEN, cursor.position or None)
    chosen = running.run.failures
    found = [each for each in listed if each.object_type == of and (not chosen or each.id in chosen)]
    batch = Batch(running, phase, cursor)
    await _let_wait(running, [each.record_id for each in found if each.record_id], batch)
    wanted = {each.vendor_id: each for each in found if each.direction == "in" and each.vendor_id}
    if wanted:
        there = await running.connector.get(of, running.wanted(of), list(wanted))
        await _bring_in(running, of, there, batch, again={each.id: each for each in wanted.values()})
        gone = wanted.keys() - {each.id for each in there}
        for vendor_id in gone:
            batch.mend(wanted[vendor_id].id)
    return await batch.store(following or "", over=following is None)


async def _let_wait(running: Running, record_ids: Sequence[str], batch: Batch) -> None:
    if record_ids:
        for record in await running.ports.records.these(running.key, record_ids):
            batch.set_aside(record.changed(batch.when.at, pending=True))
