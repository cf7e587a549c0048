"""`/api/v1/organisations/{organisationId}/sources`: connecting systems, and what flows of them."""

from datetime import datetime

import wiring.integrations
from domain.base.limits import LimitReached
from domain.base.model import Closed
from domain.integrations.connecting import (
    Connecting,
    NewSource,
    change_settings,
    connect,
    disconnect,
    pause,
    resume,
    tokens_of,
)
from domain.integrations.connectors import Kind, ObjectName, Type
from domain.integrations.errors import AccessLost, VendorRefused
from domain.integrations.instructions import Instruction, NotAttested, Order, TextChanged, Withdrawal
from domain.integrations.ordering import order, take_back
from domain.integrations.source import (
    Flow,
    PauseReason,
    Source,
    SourceConnected,
    SourceSettings,
    State,
    WrongSourceState,
)
from domain.organisations.roles import NotAllowed
from functions.framework.clock import id_for
from functions.framework.operations import Answer, Call, operation
from functions.integrations.acting import on_source
from functions.organisations.acting import acting_in


class SourceOut(Closed):
    """A connected system. `accountName` is the client's account there."""

    id: str
    kind: Kind
    name: str
    account_id: str
    account_name: str
    state: State
    reason: PauseReason | None
    every: int
    flows: list[Flow]
    instruction_id: str | None
    run_id: str | None
    failed: int
    due_at: datetime | None
    last_done_at: datetime | None
    created_at: datetime


class Sources(Closed):
    data: list[SourceOut]


class InstructionOut(Closed):
    """An order, or its withdrawal: then `withdrawnBy` says by whom, and there are no flows."""

    instruction_id: str
    flows: list[Flow]
    purpose: str
    text_version: str
    by: str
    at: datetime
    withdrawn: bool


class Instructions(Closed):
    data: list[InstructionOut]


class FieldsQuery(Closed):
    object_type: ObjectName = "person"


class VendorFieldOut(Closed):
    """A field there. `ours` is the field here that it is mapped to unless somebody chooses another."""

    name: str
    label: str
    type: Type
    ours: str | None
    read_only: bool
    longest: int | None
    choices: list[str]


class VendorFields(Closed):
    data: list[VendorFieldOut]


def source_out(source: Source) -> SourceOut:
    return SourceOut(
        **source.model_dump(include=SourceOut.model_fields.keys() - {"name", "every", "flows"}),
        name=source.settings.name,
        every=source.settings.every,
        flows=source.settings.flows,
    )


def source_answer(source: Source) -> Answer:
    return Answer(source_out(source), source.version)


@operation("The connected systems of an organisation", answer=Sources, conflicts=(NotAllowed,))
async def list_sources(call: Call) -> Answer:
    by = await acting_in(call, "see_sources")
    found = await wiring.integrations.sources().of(by.organisation.id)
    return Answer(Sources(data=[source_out(each) for each in found if each.state != "disconnected"]))


@operation(
    "Connect a system with a token. Nothing flows before it is ordered",
    body=NewSource,
    answer=SourceOut,
    creates=True,
    fresh=True,
    conflicts=(NotAllowed, SourceConnected, LimitReached),
)
async def post_source(call: Call[NewSource]) -> Answer:
    by = await acting_in(call, "connect_sources")
    ports = wiring.integrations.connect_ports()
    credentials = tokens_of(call.body, ports.descriptions.get(call.body.kind))
    source_id = id_for("source", by.organisation.id, by.member.id, call.key)
    new = Connecting(source_id, call.body.kind, call.body.name, credentials, call.now)
    source = await connect(by, new, ports=ports)
    place = f"organisations/{by.organisation.id}/sources/{source.id}"
    return Answer(source_out(source), source.version, location=place)


@operation("A connected system", answer=SourceOut, conflicts=(NotAllowed,))
async def get_source(call: Call) -> Answer:
    return source_answer((await on_source(call, "see_sources")).source)


@operation(
    "Change its name, how often it syncs, and what is to flow. Flows take effect with the next order",
    body=SourceSettings,
    answer=SourceOut,
    versioned=True,
    conflicts=(NotAllowed,),
)
async def put_source(call: Call[SourceSettings]) -> Answer:
    _by, source = await on_source(call, "connect_sources")
    described = wiring.integrations.descriptions()[source.kind]
    changed = await change_settings(
        source,
        call.body,
        described,
        version=call.version,
        now=call.now,
        sources=wiring.integrations.sources(),
    )
    return source_answer(changed)


@operation(
    "Disconnect it: the access is given up there, and what was imported is erased",
    fresh=True,
    conflicts=(NotAllowed,),
)
async def delete_source(call: Call) -> Answer:
    _by, source = await on_source(call, "connect_sources")
    await disconnect(
        source, now=call.now, sources=wiring.integrations.sources(), works=wiring.integrations.works()
    )
    return Answer()


@operation(
    "Pause it. A run that goes on ends with its present step", conflicts=(NotAllowed, WrongSourceState)
)
async def put_pause(call: Call) -> Answer:
    _by, source = await on_source(call, "run_sources")
    await pause(source, now=call.now, sources=wiring.integrations.sources())
    return Answer()


@operation("Go on with it", conflicts=(NotAllowed, WrongSourceState))
async def delete_pause(call: Call) -> Answer:
    _by, source = await on_source(call, "run_sources")
    await resume(source, now=call.now, sources=wiring.integrations.sources())
    return Answer()


@operation("What was ordered, the latest first", answer=Instructions, conflicts=(NotAllowed,))
async def list_instructions(call: Call) -> Answer:
    _by, source = await on_source(call, "see_sources")
    found = await wiring.integrations.instructions().of(source.org_id, source.id)
    return Answer(Instructions(data=[_instruction_out(each) for each in found]))


def _instruction_out(entry: Instruction | Withdrawal) -> InstructionOut:
    if isinstance(entry, Instruction):
        given = entry.model_dump(include={"flows", "purpose", "text_version", "by", "at"})
        return InstructionOut(instruction_id=entry.id, **given, withdrawn=False)
    return InstructionOut(
        instruction_id=entry.instruction_id, flows=[], purpose="", text_version="", by=entry.by, at=entry.at,
        withdrawn=True,
    )  # fmt: skip


@operation(
    "Order the flows as they are chosen, and state that the organisation may provide the data",
    body=Order,
    answer=SourceOut,
    versioned=True,
    fresh=True,
    conflicts=(NotAllowed, NotAttested, TextChanged, WrongSourceState, AccessLost, VendorRefused),
)
async def put_instruction(call: Call[Order]) -> Answer:
    by, source = await on_source(call, "connect_sources")
    connector = await wiring.integrations.opener().open(source, "")
    ordered = await order(
        by,
        source,
        call.body,
        id_for("instruction", source.id, str(source.version), call.key),
        version=call.version,
        now=call.now,
        connector=connector,
        description=wiring.integrations.descriptions()[source.kind],
        instructions=wiring.integrations.instructions(),
    )
    return source_answer(ordered)


@operation(
    "Take the order back: nothing flows from this moment on",
    versioned=True,
    conflicts=(NotAllowed, WrongSourceState),
)
async def delete_instruction(call: Call) -> Answer:
    by, source = await on_source(call, "connect_sources")
    await take_back(
        by, source, version=call.version, now=call.now, instructions=wiring.integrations.instructions()
    )
    return Answer()


@operation(
    "The fields of an object there, those that the client made as well",
    query=FieldsQuery,
    answer=VendorFields,
    conflicts=(NotAllowed, AccessLost, VendorRefused),
)
async def list_fields(call: Call[None, FieldsQuery]) -> Answer:
    _by, source = await on_source(call, "connect_sources")
    connector = await wiring.integrations.opener().open(source, source.instruction_id or "")
    found = await connector.describe(call.query.object_type)
    return Answer(
        VendorFields(
            data=[VendorFieldOut(**each._asdict() | {"choices": list(each.choices)}) for each in found]
        )
    )
