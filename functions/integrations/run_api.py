"""Runs of a source, its failures and its records."""

from datetime import datetime
from typing import Literal

from pydantic import Field

import wiring.integrations
from domain.base.errors import NotFound
from domain.base.model import Closed
from domain.integrations.connectors import ObjectName
from domain.integrations.instructions import NothingOrdered, ordered
from domain.integrations.sync.editing import RecordChange, change_record
from domain.integrations.sync.records import Change, Counts, Failed, Record
from domain.integrations.sync.runs import Run, RunKind, RunState
from domain.integrations.sync.starting import NewRun, NothingToUndo, RunGoesOn, start_run, undoable
from domain.organisations.roles import NotAllowed
from functions.framework.clock import id_for
from functions.framework.operations import Answer, Call, Page, operation
from functions.integrations.acting import on_source


class NewSyncRun(Closed):
    """`dry` only says what a run would do. `replay` tries failed records again, all of them unless `failures`
    names some. `undo` takes the run back that `undoes` names.
    """

    kind: RunKind = "sync"
    undoes: str | None = None
    failures: list[str] = Field([], max_length=100)


class SyncCountsOut(Closed):
    seen: int
    created: int
    changed: int
    archived: int
    sent: int
    skipped: int
    failed: int
    lost: int


class SyncRunOut(Closed):
    id: str
    number: int
    kind: RunKind
    state: RunState
    instruction_id: str
    undoes: str | None
    counts: SyncCountsOut
    words: str
    started_at: datetime
    ended_at: datetime | None


class SyncRuns(Closed):
    data: list[SyncRunOut]
    page: Page


class SyncChangeOut(Closed):
    """What a run did with a record, or would do. `sent` are the names of fields there that were written."""

    record_id: str
    vendor_id: str | None
    what: str
    match: str | None
    fields: list[str]
    sent: list[str]


class SyncChanges(Closed):
    data: list[SyncChangeOut]
    page: Page


class SyncFailureOut(Closed):
    """`words` are those of the system. `candidates` are records here, one of which a person has to choose."""

    id: str
    object_type: ObjectName
    direction: Literal["in", "out"]
    vendor_id: str | None
    record_id: str | None
    field: str
    code: str
    words: str
    candidates: list[str]
    tries: int
    first_at: datetime
    last_at: datetime


class SyncFailures(Closed):
    data: list[SyncFailureOut]
    page: Page


class RecordsQuery(Closed):
    object_type: ObjectName = "person"


class ClientRecordOut(Closed):
    id: str
    object_type: ObjectName
    vendor_id: str | None
    values: dict[str, str]
    archived: bool
    pending: bool
    match: str | None
    updated_at: datetime


class ClientRecords(Closed):
    data: list[ClientRecordOut]
    page: Page


class LostOut(Closed):
    field: str
    value: str
    side: Literal["ours", "theirs"]
    at: datetime


class OneClientRecord(ClientRecordOut):
    """`lost` are values that a rule gave up in the last 30 days."""

    lost: list[LostOut]


def counts_out(counts: Counts) -> SyncCountsOut:
    return SyncCountsOut(**counts.model_dump())


async def run_out(run: Run) -> SyncRunOut:
    given = run.model_dump(include=SyncRunOut.model_fields.keys() - {"counts"})
    return SyncRunOut(**given, counts=counts_out(await wiring.integrations.counts_of(run)))


def record_out(record: Record) -> ClientRecordOut:
    given = record.model_dump(include=ClientRecordOut.model_fields.keys() - {"values"})
    return ClientRecordOut(**given, values={name: each.ours for name, each in record.values.items()})


def change_out(change: Change) -> SyncChangeOut:
    given = change.model_dump(include={"record_id", "vendor_id", "what", "match", "fields"})
    return SyncChangeOut(**given, sent=sorted(change.sent))


def failure_out(failed: Failed) -> SyncFailureOut:
    return SyncFailureOut(**failed.model_dump(include=set(SyncFailureOut.model_fields)))


@operation(
    "Start a run: a sync, one that only says what it would do, a replay of failures, or an undoing",
    body=NewSyncRun,
    answer=SyncRunOut,
    creates=True,
    conflicts=(NotAllowed, NothingOrdered, RunGoesOn, NothingToUndo),
)
async def post_run(call: Call[NewSyncRun]) -> Answer:
    by, source = await on_source(call, "run_sources")
    instruction = await ordered(source, instructions=wiring.integrations.instructions())
    body, ports = call.body, wiring.integrations.ports()
    if body.kind == "undo":
        await undoable(source, body.undoes, runs=ports.runs)
    run_id = id_for("run", source.id, call.account_id, call.key)
    new = NewRun(run_id, body.kind, by.member.id, body.undoes, tuple(body.failures))
    run = await start_run(source, instruction, new, ports=ports, works=wiring.integrations.works())
    place = f"organisations/{source.org_id}/sources/{source.id}/runs/{run.id}"
    return Answer(await run_out(run), 1, location=place)


@operation("Runs of a source, the latest first", answer=SyncRuns, lists=True, conflicts=(NotAllowed,))
async def list_runs(call: Call) -> Answer:
    _by, source = await on_source(call, "see_sources")
    found, following = await wiring.integrations.runs().list(source.key, call.limit, call.cursor)
    return Answer(SyncRuns(data=[await run_out(each) for each in found], page=Page(next=following)))


@operation("A run, with its counts so far", answer=SyncRunOut, conflicts=(NotAllowed,))
async def get_run(call: Call) -> Answer:
    _by, source = await on_source(call, "see_sources")
    run = await wiring.integrations.runs().get(source.key, call.params["runId"])
    if run is None:
        raise NotFound
    return Answer(await run_out(run))


@operation(
    "What a run did, or a dry one would do, record by record",
    answer=SyncChanges,
    lists=True,
    conflicts=(NotAllowed,),
)
async def list_changes(call: Call) -> Answer:
    _by, source = await on_source(call, "see_client_data")
    steps, following = await wiring.integrations.records().steps(
        source.key, call.params["runId"], 1, call.cursor
    )
    data = [change_out(change) for each in steps for change in each.changes]
    return Answer(SyncChanges(data=data, page=Page(next=following)))


@operation("Records that failed, with why", answer=SyncFailures, lists=True, conflicts=(NotAllowed,))
async def list_failures(call: Call) -> Answer:
    _by, source = await on_source(call, "see_client_data")
    found, following = await wiring.integrations.records().failed(source.key, call.limit, call.cursor)
    return Answer(SyncFailures(data=[failure_out(each) for each in found], page=Page(next=following)))


@operation(
    "Records of a source, the latest first",
    query=RecordsQuery,
    answer=ClientRecords,
    lists=True,
    conflicts=(NotAllowed,),
)
async def list_records(call: Call[None, RecordsQuery]) -> Answer:
    _by, source = await on_source(call, "see_client_data")
    found, following = await wiring.integrations.records().list(
        source.key, call.query.object_type, call.limit, call.cursor
    )
    return Answer(ClientRecords(data=[record_out(each) for each in found], page=Page(next=following)))


@operation("A record, with the values that a rule gave up", answer=OneClientRecord, conflicts=(NotAllowed,))
async def get_record(call: Call) -> Answer:
    _by, source = await on_source(call, "see_client_data")
    record = await wiring.integrations.records().get(source.key, call.params["recordId"])
    if record is None:
        raise NotFound
    lost = await wiring.integrations.records().lost_of(source.key, record.id)
    given = [LostOut(**each.model_dump(include=set(LostOut.model_fields))) for each in lost]
    return Answer(OneClientRecord(**record_out(record).model_dump(), lost=given), record.version)


@operation(
    "Change a record here. It is written there by the rules of its fields",
    body=RecordChange,
    answer=ClientRecordOut,
    versioned=True,
    conflicts=(NotAllowed,),
)
async def put_record(call: Call[RecordChange]) -> Answer:
    _by, source = await on_source(call, "change_client_data")
    record = await wiring.integrations.records().get(source.key, call.params["recordId"])
    if record is None:
        raise NotFound
    records = wiring.integrations.records()
    changed = await change_record(
        source, record, call.body, version=call.version, now=call.now, records=records
    )
    await wiring.integrations.look_soon(source)
    return Answer(record_out(changed), changed.version)
