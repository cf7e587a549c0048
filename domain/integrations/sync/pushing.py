"""Steps that write there what was changed here.

Each record is read there first, so that only differences are written and a write whose answer was lost is
recognised by its value.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from domain.integrations.connectors import VendorField, VendorRecord, Written
from domain.integrations.source import Flow
from domain.integrations.sync.planning import Bad, Planned, Sending, in_our_words, plan_gone, plan_out, sent
from domain.integrations.sync.pulling import Batch
from domain.integrations.sync.records import Change, Failed, Record, out_failure_id
from domain.integrations.sync.runs import Cursor, Phase
from domain.integrations.sync.syncing import Done, Running

_AT_ONCE: Final = 45


async def push(running: Running, phase: Phase, cursor: Cursor) -> Done:
    """Write one batch of records that wait. Each leaves the waiting ones, written or failed."""
    of, run = phase.object_type, running.run
    pending = await running.ports.records.pending(running.key, of, _AT_ONCE, after=cursor.position)
    if not pending:
        return Done(cursor, over=True)
    batch, flow = Batch(running, phase, cursor), run.flow(of)
    there = await _there(running, pending, flow)
    described = await running.fields_of(of)
    sendings = list[Sending]()
    for record in pending:
        planned = _planned(record, there, flow, described, batch)
        if isinstance(planned, Sending):
            sendings.append(planned)
    if running.dry:
        _tell(sendings, batch)
    elif sendings:
        await _write(running, sendings, flow, batch)
    # A dry run leaves them waiting, and so goes on after the last.
    return await batch.store(pending[-1].id if running.dry else "")


async def _there(running: Running, pending: Sequence[Record], flow: Flow) -> dict[str, VendorRecord]:
    ids = [each.vendor_id for each in pending if each.vendor_id]
    if not ids:
        return {}
    found = await running.connector.get(flow.object_type, running.wanted(flow.object_type), ids)
    return {id_: in_our_words(each, flow) for each in found for id_ in (each.id, *each.merged)}


def _planned(
    record: Record,
    there: Mapping[str, VendorRecord],
    flow: Flow,
    described: Mapping[str, VendorField],
    batch: Batch,
) -> Sending | None:
    """The write that a record needs; what needs none is settled in the batch."""
    theirs = there.get(record.vendor_id) if record.vendor_id else None
    if record.vendor_id and theirs is None:
        batch.add(plan_gone(record, batch.when))
        return None
    if theirs is None and not flow.create:
        batch.set_aside(record.changed(batch.when.at, pending=False))
        return None
    try:
        sending = plan_out(record, theirs, flow, described, batch.when)
    except Bad as bad:
        fail(record, batch, code=bad.code, field=bad.field, words=bad.words)
        return None
    if sending.write is None:
        batch.set_aside(record.changed(batch.when.at, pending=False))
        return None
    return sending


def _tell(sendings: Sequence[Sending], batch: Batch) -> None:
    for each in sendings:
        write = each.write
        assert write is not None  # noqa: S101 - planned so
        replaced = {name: ("", text) for name, text in write.fields.items()}
        change = Change(
            record_id=each.record.id, vendor_id=write.id, what="sent", before=each.record, sent=replaced
        )
        batch.add(Planned(each.record, change))


async def _write(running: Running, sendings: Sequence[Sending], flow: Flow, batch: Batch) -> None:
    writes = [each.write for each in sendings if each.write is not None]
    written = await running.connector.push(flow.object_type, running.wanted(flow.object_type), writes)
    results = {each.key: each for each in written}
    present = await running.ports.records.these(running.key, [each.record.id for each in sendings])
    now_stored = {each.id: each for each in present}
    for sending in sendings:
        stored = now_stored.get(sending.record.id)
        if stored is not None:
            _after(stored, sending, results[stored.id], flow, batch)


def _after(stored: Record, sending: Sending, written: Written, flow: Flow, batch: Batch) -> None:
    if written.record is not None:
        batch.add(sent(stored, sending, written, flow, batch.when))
        if stored.tries:
            batch.mend(out_failure_id(stored.id))
    elif written.gone:
        batch.add(plan_gone(stored, batch.when))
    else:
        # What changed there since it was read is compared again by the next run.
        fail(stored, batch, code="stale" if written.stale else "refused", words=written.refused or "")


def fail(record: Record, batch: Batch, *, code: str, field: str = "", words: str = "") -> None:
    """Set a record aside that cannot be written, so that the others are."""
    at = batch.when.at
    failed = Failed(
        id=out_failure_id(record.id), object_type=record.object_type, direction="out",
        vendor_id=record.vendor_id, record_id=record.id, field=field, code=code, words=words,
        tries=record.tries + 1, run_id=batch.when.run_id, first_at=at, last_at=at,
    )  # fmt: skip
    batch.fail(failed)
    batch.set_aside(record.changed(at, pending=False, tries=record.tries + 1))
