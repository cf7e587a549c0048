"""The client's order for a flow, and its statement that it may provide the data. Both are append-only."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Final, Protocol

from pydantic import Field

from domain.base.errors import Conflict
from domain.base.fields import Text
from domain.base.model import Closed, Model
from domain.base.texts import N_
from domain.integrations.source import Flow, Source

# Raised with every change of the texts that an admin agrees to.
TEXT_VERSION: Final = "2026-11"


class Order(Closed):
    """What an admin orders. `attested` is the statement that the client may provide the data."""

    purpose: Annotated[Text, Field(min_length=3, max_length=500)]
    attested: bool
    text_version: str = TEXT_VERSION


class Instruction(Model):
    """An order, with the flows as they were then. It never changes: taking it back is an entry of its own."""

    id: str
    org_id: str
    source_id: str
    flows: list[Flow]
    purpose: str
    text_version: str
    by: str
    at: datetime


class Withdrawal(Model):
    instruction_id: str
    source_id: str
    by: str
    at: datetime


class NothingOrdered(Conflict):
    code = "nothing_ordered"
    title = N_("Nothing flows before an admin has ordered it")


class NotAttested(Conflict):
    code = "not_attested"
    field = "/attested"
    title = N_("State first that the organisation may provide these data")


class TextChanged(Conflict):
    code = "text_changed"
    field = "/textVersion"
    title = N_("The text has changed. Read it again")


class InstructionStore(Protocol):
    async def get(self, org_id: str, instruction_id: str) -> Instruction | None: ...
    async def give(self, instruction: Instruction, source: Source) -> Source:
        """Store both, or nothing; `StaleVersion` if the source has changed."""
        ...

    async def take_back(self, withdrawal: Withdrawal, source: Source) -> Source: ...
    async def of(self, org_id: str, source_id: str) -> Sequence[Instruction | Withdrawal]:
        """Everything about a source, the latest first."""
        ...


async def ordered(source: Source, *, instructions: InstructionStore) -> Instruction:
    """The order under which a source flows. `NothingOrdered` if there is none."""
    found = await instructions.get(source.org_id, source.instruction_id) if source.instruction_id else None
    if found is None:
        raise NothingOrdered
    return found
