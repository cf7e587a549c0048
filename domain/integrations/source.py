"""A source: one system of one organisation, how it is mapped, when it syncs, and in which state it is."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Final, Literal, Protocol, Self

from pydantic import Field, StrictBool, model_validator
from pydantic_core import PydanticCustomError

from domain.base.errors import Conflict, NotFound
from domain.base.fields import Name
from domain.base.limits import MOST_MAPPED_FIELDS
from domain.base.model import Closed, Model
from domain.base.texts import N_
from domain.integrations.connectors import Direction, Kind, ObjectName
from domain.integrations.sync.merging import Rule

# A source that has not been told anything else syncs so often.
EVERY: Final = 15
# Who looks for changes has this long, before another one does.
TURN: Final = timedelta(minutes=5)
MOST_WAIT: Final = timedelta(hours=1)
_MOST_DOUBLINGS: Final = 6
# After so many faults in a row, about an hour, its admins are told.
TOLD_AFTER: Final = 6
_FIELD: Final = "^[A-Za-z0-9_.:-]{1,100}$"

# `open`: credentials are there, nothing flows before an instruction. `paused` has a reason.
State = Literal["open", "running", "paused", "disconnecting", "disconnected"]
PauseReason = Literal["person", "access_lost", "refused", "withdrawn", "closed"]


class FieldMap(Closed):
    """One field here and one there. `rule` decides where both differ."""

    ours: Annotated[str, Field(pattern=_FIELD)]
    theirs: Annotated[str, Field(pattern=_FIELD)]
    direction: Direction = "in"
    rule: Rule = "theirs"


class Flow(Closed):
    """What flows of one object. A new record of here is created there only if `create` is chosen."""

    object_type: ObjectName
    direction: Direction = "in"
    create: StrictBool = False
    fields: list[FieldMap] = Field([], max_length=MOST_MAPPED_FIELDS)

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        for side in ("ours", "theirs"):
            names = [getattr(each, side) for each in self.fields]
            if len(set(names)) != len(names):
                raise PydanticCustomError("mapped_twice", "maps a field twice")
        return self

    def map_of(self, ours: str) -> FieldMap | None:
        return next((each for each in self.fields if each.ours == ours), None)


class SourceSettings(Closed):
    """What people choose about a source. `every` is in minutes."""

    name: Name
    every: Annotated[int, Field(strict=True, ge=5, le=1440)] = EVERY
    flows: list[Flow] = Field([], max_length=10)

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        if len({each.object_type for each in self.flows}) != len(self.flows):
            raise PydanticCustomError("flows_twice", "names an object twice")
        return self

    def flow(self, of: ObjectName) -> Flow | None:
        return next((each for each in self.flows if each.object_type == of), None)


class Source(Model):
    """One integrated system of one organisation.

    `account` is the client's account at the vendor. `instruction_id` is the order under which it flows, and
    `runs` the number of runs so far; `run_id` is the present or latest one. `due_at` is when the next run
    begins; None while it is not running. `positions` are where the next run begins to read. `failing` counts
    faults in a row of a system that does not answer, and `failed` the records that wait to be tried again.
    """

    id: str
    org_id: str
    kind: Kind
    account_id: str = ""
    account_name: str = ""
    settings: SourceSettings
    state: State = "open"
    reason: PauseReason | None = None
    instruction_id: str | None = None
    runs: int = 0
    run_id: str | None = None
    positions: dict[ObjectName, str] = Field(default={})
    due_at: datetime | None = None
    failing: int = 0
    failed: int = 0
    last_done_at: datetime | None = None
    version: int = 1
    created_at: datetime
    updated_at: datetime
    etag: str | None = Field(default=None, exclude=True)

    @property
    def key(self) -> str:
        """Partition of its imported data."""
        return source_key(self.org_id, self.id)

    def changed(self, at: datetime, **update: object) -> "Source":
        return self.model_copy(update={"version": self.version + 1, "updated_at": at, **update})

    def paused(self, reason: PauseReason, at: datetime) -> "Source":
        return self.changed(at, state="paused", reason=reason, due_at=None)

    def due_again(self, at: datetime, **update: object) -> "Source":
        """State after a run that came to its end, or found nothing to do."""
        due_at = at + timedelta(minutes=self.settings.every) if self.state == "running" else None
        return self.changed(at, due_at=due_at, failing=0, last_done_at=at, **update)

    def put_off(self, at: datetime) -> "Source":
        """State while somebody looks for its changes."""
        return self.changed(at, due_at=at + TURN)

    @property
    def wait(self) -> timedelta:
        """How long to leave a system alone that does not answer."""
        return min(timedelta(minutes=2 ** min(self.failing, _MOST_DOUBLINGS)), MOST_WAIT)


def source_key(org_id: str, source_id: str) -> str:
    return f"{org_id}:{source_id}"


class SourceConnected(Conflict):
    code = "source_connected"
    title = N_("This account of the system is connected to the organisation already")


class WrongSourceState(Conflict):
    code = "wrong_source_state"
    title = N_("The source is not in a state where this can be done")


class SourceStore(Protocol):
    async def get(self, org_id: str, source_id: str) -> Source | None: ...
    async def of(self, org_id: str) -> Sequence[Source]:
        """All sources of an organisation, which are few."""
        ...

    async def create(self, source: Source) -> bool: ...
    async def save(self, source: Source) -> Source:
        """Store it; `StaleVersion` if somebody else did meanwhile."""
        ...

    def due(self, now: datetime) -> AsyncIterator[Source]:
        """Sources of all organisations that are to sync now."""
        ...


async def found_source(org_id: str, source_id: str, *, sources: SourceStore) -> Source:
    source = await sources.get(org_id, source_id)
    if source is None or source.state == "disconnected":
        raise NotFound
    return source
