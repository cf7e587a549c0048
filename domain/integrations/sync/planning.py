"""What a run would do with one record. A dry run and a real one plan by the same functions."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, Literal, NamedTuple

from domain.integrations.connectors import ObjectName, VendorField, VendorRecord, Write, Written
from domain.integrations.source import Flow
from domain.integrations.sync.merging import Sides, Value, settled
from domain.integrations.sync.records import Change, Lost, Match, Record, What, match_keys

LONGEST_VALUE: Final = 10_000


class Bad(Exception):
    """A value that cannot be stored or written. `field` is the field here."""

    def __init__(self, field: str, code: str, words: str) -> None:
        super().__init__(f"{field}: {words}")
        self.field, self.code, self.words = field, code, words


class Ambiguous(Exception):
    """Several records here could be this one."""

    def __init__(self, candidates: Sequence[str]) -> None:
        super().__init__("ambiguous")
        self.candidates = list(candidates)


class Found(NamedTuple):
    """The record here that a vendor's record is, and others that were merged into it."""

    record: Record | None
    match: Match | None
    merged: Sequence[Record] = ()


class Planned(NamedTuple):
    """The record as it is to be stored, what that changes, and what a rule gives up. No change: None.

    `quiet`: nothing that anybody sees changes, but what is known of the other side does.
    """

    record: Record
    change: Change | None
    lost: tuple[Lost, ...] = ()
    quiet: bool = False


class When(NamedTuple):
    run_id: str
    number: int
    at: datetime


def find(of: ObjectName, theirs: VendorRecord, known: Sequence[Record]) -> Found:
    """The record here that is this one: by its id, else by its addresses, else by its numbers."""
    ids = {theirs.id, *theirs.merged}
    by_id = [each for each in known if each.object_type == of and ids.intersection(each.vendor_ids)]
    if by_id:
        # The one that has the present id, else the oldest, goes on; the others are merged into it.
        first = min(
            by_id, key=lambda each: (each.vendor_id != theirs.id, each.archived, each.created_at, each.id)
        )
        return Found(first, "id", [each for each in by_id if each is not first])
    unlinked = [
        each for each in known if each.object_type == of and each.vendor_id is None and not each.archived
    ]
    for match in ("email", "phone"):
        wanted = {key for key in match_keys(of, theirs.fields) if key.startswith((match, "domain"))}
        fitting = [each for each in unlinked if wanted.intersection(each.keys)]
        if len(fitting) > 1:
            raise Ambiguous([each.id for each in fitting])
        if fitting:
            return Found(fitting[0], match)
    return Found(None, None)


def in_our_words(theirs: VendorRecord, flow: Flow) -> VendorRecord:
    """The record with the names of our fields."""
    fields = {each.ours: theirs.fields.get(each.theirs) or "" for each in flow.fields}
    return theirs._replace(fields=fields)


def plan_in(found: Found, record_id: str, theirs: VendorRecord, flow: Flow, when: When) -> Planned:
    """The record after what is there came in. `theirs` has our names; raise `Bad` for what does not fit."""
    for name, text in theirs.fields.items():
        if len(text) > LONGEST_VALUE:
            raise Bad(name, "too_long", f"has {len(text)} characters, and {LONGEST_VALUE} fit")
    before = found.record
    record = before or Record(
        id=record_id, object_type=flow.object_type, created_at=when.at, updated_at=when.at
    )
    values, lost, fields = _taken(record, theirs, flow, when)
    gives = any(_gives(values.get(each.ours) or Value(), theirs, flow, each.ours) for each in flow.fields)
    ids = dict.fromkeys(
        [
            theirs.id,
            *record.vendor_ids,
            *(i for each in found.merged for i in each.vendor_ids),
            *theirs.merged,
        ]
    )
    after = record.model_copy(
        update={
            "values": values,
            "vendor_id": theirs.id,
            "vendor_ids": list(ids),
            "vendor_version": theirs.version,
            "changed_there_at": theirs.changed_at or record.changed_there_at,
            "owner": theirs.owner,
            "links": dict(theirs.links),
            "match": record.match if found.match == "id" else record.match or found.match,
            "archived": theirs.archived,
            "pending": gives and not theirs.archived,
        }
    )
    if before is not None:
        known = {"vendor_version": before.vendor_version, "changed_there_at": before.changed_there_at}
        if after.model_copy(update=known) == before:
            return Planned(before, None)
        seen = {"vendor_id": after.vendor_id, "archived": after.archived, "links": after.links}
        if not fields and before.model_copy(update=seen) == before:
            return Planned(after, None, quiet=True)
    after = after.model_copy(
        update={"version": record.version + (before is not None), "updated_at": when.at, "seen": when.number}
    )
    return Planned(after, _change(before, after, fields, found.match), lost)


def _taken(
    record: Record, theirs: VendorRecord, flow: Flow, when: When
) -> tuple[dict[str, Value], tuple[Lost, ...], list[str]]:
    values, lost, fields = dict(record.values), list[Lost](), list[str]()
    for each in flow.fields:
        value, shown = values.get(each.ours) or Value(), theirs.fields[each.ours]
        outcome = settled(value, Sides(shown, theirs.changed_at), each.rule, each.direction)
        if outcome.take is not None:
            value = Value(ours=shown, at=theirs.changed_at or when.at, base_ours=shown, base_theirs=shown)
            fields.append(each.ours)
            if outcome.lost:
                lost.append(_lost(record, each.ours, outcome.lost, "ours", when))
        elif value.ours == shown and each.rule != "never":
            value = value.model_copy(update={"base_ours": shown, "base_theirs": shown})
        values[each.ours] = value
    return values, tuple(lost), fields


def _gives(value: Value, theirs: VendorRecord, flow: Flow, ours: str) -> bool:
    each = flow.map_of(ours)
    if each is None or flow.direction == "in":
        return False
    outcome = settled(value, Sides(theirs.fields[ours], theirs.changed_at), each.rule, each.direction)
    return outcome.give is not None


def _lost(record: Record, field: str, value: str, side: Literal["ours", "theirs"], when: When) -> Lost:
    return Lost(record_id=record.id, field=field, value=value, side=side, run_id=when.run_id, at=when.at)


def _change(before: Record | None, after: Record, fields: list[str], match: Match | None) -> Change:
    what: What = "changed"
    if before is None:
        what = "created"
    elif after.archived != before.archived:
        what = "archived" if after.archived else "restored"
    elif before.vendor_id is None:
        what = "linked"
    return Change(
        record_id=after.id, vendor_id=after.vendor_id, what=what, before=before, after=after.version,
        fields=fields, match=match,
    )  # fmt: skip


def plan_gone(record: Record, when: When, *, merged_into: str | None = None) -> Planned:
    """The record after it has gone there: put away here, with everything that was known of it."""
    update: dict[str, object] = {"archived": True, "pending": False}
    if merged_into is not None:
        update |= {"vendor_ids": [], "vendor_id": None}
    after = record.changed(when.at, **update)
    what: What = "archived" if merged_into is None else "merged"
    change = Change(
        record_id=record.id, vendor_id=record.vendor_id, what=what, before=record, after=after.version
    )
    return Planned(after, change)


class Sending(NamedTuple):
    """A write that a record needs; without one, it is in line already. `shown` is what is there now."""

    record: Record
    write: Write | None
    lost: tuple[Lost, ...] = ()
    shown: Mapping[str, str] = {}


def plan_out(
    record: Record, theirs: VendorRecord | None, flow: Flow, described: Mapping[str, VendorField], when: When
) -> Sending:
    """What is to be written there. `theirs` has our names, and is None for a record that is to be made."""
    wanted, lost = dict[str, str](), list[Lost]()
    for each in flow.fields:
        value = record.values.get(each.ours) or Value()
        shown = "" if theirs is None else theirs.fields[each.ours]
        sides = Sides(shown, None if theirs is None else theirs.changed_at)
        outcome = settled(value, sides, each.rule, each.direction)
        if outcome.give is None:
            continue
        _fits(each.ours, outcome.give, described.get(each.theirs))
        wanted[each.theirs] = outcome.give
        if outcome.lost:
            lost.append(_lost(record, each.ours, outcome.lost, "theirs", when))
    if not wanted and record.vendor_id is not None:
        return Sending(record, None)
    version = None if theirs is None else theirs.version
    write = Write(record.id, record.vendor_id, wanted, version)
    return Sending(record, write, tuple(lost), {} if theirs is None else theirs.fields)


def _fits(ours: str, text: str, field: VendorField | None) -> None:
    if field is None:
        raise Bad(ours, "no_such_field", "is mapped to a field that is no longer there")
    if field.read_only:
        raise Bad(ours, "read_only", f"is mapped to {field.label}, which cannot be written")
    if field.longest is not None and len(text) > field.longest:
        raise Bad(ours, "too_long", f"has {len(text)} characters, and {field.label} takes {field.longest}")
    if text and field.choices and text not in field.choices:
        raise Bad(ours, "no_such_choice", f"is none of the choices of {field.label}")
    if text and field.type == "number" and not _is_number(text):
        raise Bad(ours, "wrong_type", f"is no number, and {field.label} takes numbers")


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def sent(record: Record, sending: Sending, written: Written, flow: Flow, when: When) -> Planned:
    """The record after a write. `record` is as it is stored now: it may have changed since it was sent."""
    assert written.record is not None and sending.write is not None  # noqa: S101, PT018 - told by the caller
    shown = in_our_words(written.record, flow)
    values, fields = dict(record.values), list[str]()
    replaced = dict[str, tuple[str, str]]()
    for each in flow.fields:
        value = values.get(each.ours) or Value()
        if each.theirs not in sending.write.fields:
            if each.rule != "never" and value.ours == shown.fields[each.ours]:
                values[each.ours] = value.model_copy(
                    update={"base_ours": value.ours, "base_theirs": value.ours}
                )
            continue
        gave = sending.write.fields[each.theirs]
        values[each.ours] = value.model_copy(
            update={"base_ours": gave, "base_theirs": shown.fields[each.ours]}
        )
        replaced[each.theirs] = (sending.shown.get(each.ours, ""), written.record.fields.get(each.theirs, ""))
        fields.append(each.ours)
    after = record.changed(
        when.at,
        values=values,
        vendor_id=shown.id,
        vendor_ids=list(dict.fromkeys([shown.id, *record.vendor_ids])),
        vendor_version=shown.version,
        changed_there_at=shown.changed_at or record.changed_there_at,
        # Changed here meanwhile: it is compared once more.
        pending=record.version != sending.record.version,
        tries=0,
    )
    change = Change(
        record_id=record.id, vendor_id=shown.id, what="sent", before=record, after=after.version,
        fields=fields, sent=replaced,
    )  # fmt: skip
    return Planned(after, change, sending.lost)
