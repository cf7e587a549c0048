"""Ordering a flow, and taking the order back."""

from datetime import datetime

from domain.base.errors import Fault, InvalidInput, StaleVersion
from domain.base.texts import N_
from domain.integrations.connecting import check_mapping
from domain.integrations.connectors import Connector, Description, ObjectName
from domain.integrations.instructions import (
    TEXT_VERSION,
    Instruction,
    InstructionStore,
    NotAttested,
    Order,
    TextChanged,
    Withdrawal,
)
from domain.integrations.source import Source, WrongSourceState
from domain.organisations.organisation import Acting


async def order(
    by: Acting, source: Source, wanted: Order, instruction_id: str, *, version: int, now: datetime,
    connector: Connector, description: Description, instructions: InstructionStore,
) -> Source:  # fmt: skip
    """Order the flows as they are chosen now: from this moment on they flow, until it is taken back."""
    if source.version != version:
        raise StaleVersion
    if source.state in ("disconnecting", "disconnected"):
        raise WrongSourceState
    if not wanted.attested:
        raise NotAttested
    if wanted.text_version != TEXT_VERSION:
        raise TextChanged
    await _refuse_unfit(source, connector, description)
    instruction = Instruction(
        id=instruction_id,
        org_id=source.org_id,
        source_id=source.id,
        flows=source.settings.flows,
        purpose=wanted.purpose,
        text_version=wanted.text_version,
        by=by.member.id,
        at=now,
    )
    changed = source.changed(
        now,
        instruction_id=instruction_id,
        state="running",
        reason=None,
        due_at=now,
        failing=0,
        positions=await _kept_positions(source, instructions),
    )
    return await instructions.give(instruction, changed)


async def _kept_positions(source: Source, instructions: InstructionStore) -> dict[ObjectName, str]:
    """Where reading goes on: what flows otherwise than before is read from its beginning."""
    before = None
    if source.instruction_id is not None:
        before = await instructions.get(source.org_id, source.instruction_id)
    same = (
        [] if before is None else [each.object_type for each in before.flows if each in source.settings.flows]
    )
    return {of: position for of, position in source.positions.items() if of in same}


async def _refuse_unfit(source: Source, connector: Connector, description: Description) -> None:
    flows = source.settings.flows
    if not flows or not any(each.fields for each in flows):
        raise InvalidInput([Fault("/flows", "required", N_("Choose first what flows"))])
    faults = list[Fault]()
    granted = await connector.scopes()
    for number, flow in enumerate(flows):
        at = f"/flows/{number}"
        faults += await check_mapping(flow, connector, at)
        of = description.object_type(flow.object_type)
        needed = (
            set() if of is None else {*of.read_scopes, *(of.write_scopes if flow.direction != "in" else ())}
        )
        for missing in sorted(needed - granted) if granted is not None else ():
            faults.append(
                Fault(
                    at + "/objectType",
                    "scope_missing",
                    N_("needs the scope %(scope)s, which the system did not grant", scope=missing),
                )
            )
    if faults:
        raise InvalidInput(faults)


async def take_back(
    by: Acting, source: Source, *, version: int, now: datetime, instructions: InstructionStore
) -> Source:
    """Take the order back: nothing flows from this moment on."""
    if source.version != version:
        raise StaleVersion
    if source.instruction_id is None:
        raise WrongSourceState
    withdrawal = Withdrawal(
        instruction_id=source.instruction_id, source_id=source.id, by=by.member.id, at=now
    )
    paused = source.paused("withdrawn", now).model_copy(update={"instruction_id": None})
    return await instructions.take_back(withdrawal, paused)
