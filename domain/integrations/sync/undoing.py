"""Undoing a run: what it changed here and there is put back, where nobody has changed it since.

The latest step is taken back first. A value that is put back stays: it differs from the other side by choice,
until one of the two is changed again.
"""

from collections.abc import Mapping, Sequence

from domain.integrations.connectors import ObjectName, VendorRecord, Write
from domain.integrations.sync.merging import Value
from domain.integrations.sync.planning import Planned
from domain.integrations.sync.pulling import Batch
from domain.integrations.sync.pushing import fail
from domain.integrations.sync.records import Change, Record, What
from domain.integrations.sync.runs import Cursor, Phase
from domain.integrations.sync.syncing import Done, Running


async def undo(running: Running, phase: Phase, cursor: Cursor) -> Done:
    """Take back one step of the run."""
    undone = running.run.undoes or ""
    steps, following = await running.ports.records.steps(
        running.key, undone, 1, cursor.position or None, backwards=True
    )
    if not steps:
        return Done(cursor, over=True)
    step = steps[0]
    batch = Batch(running, phase._replace(object_type=step.object_type), cursor)
    changes = list(reversed(step.changes))
    found = await running.ports.records.these(running.key, [each.record_id for each in changes])
    present = {each.id: each for each in found}
    there = await _written_back(running, step.object_type, changes, present)
    for change in changes:
        found_record = present.get(change.record_id)
        if found_record is None:
            continue
        record = batch.latest(found_record)
        if not _is_as_left(record, change, undone):
            fail(record, batch, code="changed_since")
            continue
        batch.add(_put_back(record, change, there.get(record.id), batch))
    return await batch.store(following or "", over=following is None)


def _is_as_left(record: Record, change: Change, undone: str) -> bool:
    """Whether the record is as the run left it, or as this undoing has put it back so far."""
    return record.version == change.after or record.put_back == _mark(undone, change.after, record.version)


def _mark(undone: str, version: int, now: int) -> str:
    return f"{undone} {version} {now}"


def _put_back(record: Record, change: Change, shown: VendorRecord | None, batch: Batch) -> Planned:
    at, before = batch.when.at, change.before
    if change.what == "sent":
        after = record.changed(
            at, values=_as_there(record, shown), archived=before is None or record.archived
        )
    elif before is None:
        after = record.changed(at, archived=True, pending=False)
    else:
        kept = {name: _kept(value, record.values.get(name)) for name, value in before.values.items()}
        after = record.changed(
            at,
            values={**record.values, **kept},
            archived=before.archived,
            vendor_id=before.vendor_id,
            vendor_ids=before.vendor_ids,
        )
    version = 0 if before is None else before.version
    after = after.model_copy(update={"put_back": _mark(batch.undone, version, after.version)})
    what: What = "archived" if after.archived and not record.archived else "changed"
    return Planned(
        after,
        Change(
            record_id=record.id, vendor_id=record.vendor_id, what=what, before=record, after=after.version
        ),
    )


def _kept(before: Value, now: Value | None) -> Value:
    """The earlier value; what is shown there now is known, and so is no change."""
    base = before.base_theirs if now is None else now.base_theirs
    return Value(ours=before.ours, at=before.at, base_ours=before.ours, base_theirs=base)


def _as_there(record: Record, shown: VendorRecord | None) -> dict[str, Value]:
    if shown is None:
        return record.values
    known = dict(record.values)
    for name, text in shown.fields.items():
        if name in known:
            known[name] = known[name].model_copy(update={"base_ours": known[name].ours, "base_theirs": text})
    return known


async def _written_back(
    running: Running, of: ObjectName, changes: Sequence[Change], present: Mapping[str, Record]
) -> dict[str, VendorRecord]:
    """Put back what was written there, where it still shows what the run wrote. The records, in our words."""
    sent = {each.vendor_id: each for each in changes if each.what == "sent" and each.vendor_id}
    sent = {
        key: each
        for key, each in sent.items()
        if each.record_id in present and _is_as_left(present[each.record_id], each, running.run.undoes or "")
    }
    if not sent:
        return {}
    flow = running.run.flow(of)
    names = running.wanted(of)
    shown = {each.id: each for each in await running.connector.get(of, names, list(sent))}
    writes = [
        write for key, each in sent.items() if key in shown and (write := _back(each, shown[key])) is not None
    ]
    written = await running.connector.push(of, names, writes) if writes else []
    results = {each.key: each.record for each in written if each.record is not None}
    ours = {each.theirs: each.ours for each in flow.fields}
    return {
        key: record._replace(
            fields={ours[name]: text for name, text in record.fields.items() if name in ours}
        )
        for key, record in results.items()
    }


def _back(change: Change, shown: VendorRecord) -> Write | None:
    if change.before is not None and change.before.vendor_id is None:
        # The run made it there.
        same = all(shown.fields.get(name) == after for name, (_, after) in change.sent.items())
        return Write(change.record_id, shown.id, {}, shown.version, archive=True) if same else None
    fields = {
        name: before for name, (before, after) in change.sent.items() if shown.fields.get(name) == after
    }
    return Write(change.record_id, shown.id, fields, shown.version) if fields else None
