"""Runs of a source: where they stand, and what came of them."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, Literal, NamedTuple, Protocol, Self

from pydantic import Field

from domain.base.model import Model
from domain.integrations.connectors import OBJECTS, ObjectName
from domain.integrations.source import Flow
from domain.integrations.sync.records import Counts

RUNS_KEPT: Final = timedelta(days=365)

# `dry` plans and writes nothing; `replay` tries failed records again; `undo` takes another run back.
RunKind = Literal["sync", "dry", "replay", "undo"]
RunState = Literal["running", "done", "stopped", "undone"]
PhaseName = Literal["retry", "pull", "sweep", "push", "undo"]
# Written there in this order: a person may belong to a company.
_PUSHED: Final[tuple[ObjectName, ...]] = ("company", "person", "activity")


class Phase(NamedTuple):
    name: PhaseName
    object_type: ObjectName


class Run(Model):
    """`undoes` is the run that an undoing one takes back, and `failures` are those that a replay tries again;
    none of them: all. `words` says why it stopped.
    """

    id: str
    org_id: str
    source_id: str
    number: int
    kind: RunKind = "sync"
    instruction_id: str
    flows: list[Flow]
    state: RunState = "running"
    undoes: str | None = None
    failures: list[str] = Field(default=[])
    counts: Counts = Field(default_factory=Counts)
    by: str | None = None
    words: str = ""
    started_at: datetime
    ended_at: datetime | None = None
    etag: str | None = Field(default=None, exclude=True)

    @property
    def phases(self) -> list[Phase]:
        if self.kind == "undo":
            return [Phase("undo", "person")]
        flows = {each.object_type: each for each in self.flows}
        known = [name for name in OBJECTS if name in flows]
        incoming = [name for name in known if flows[name].direction != "out"]
        outgoing = [name for name in _PUSHED if name in flows and flows[name].direction != "in"]
        retried = [Phase("retry", name) for name in incoming]
        sent = [Phase("push", name) for name in outgoing]
        if self.kind == "replay":
            return [*retried, *sent]
        pulled = [Phase(step, name) for name in incoming for step in ("pull", "sweep")]
        return [*retried, *pulled, *sent]

    def flow(self, of: ObjectName) -> Flow:
        return next(each for each in self.flows if each.object_type == of)


class Cursor(NamedTuple):
    """Where a run stands. `number` is that of the next step; `counts` are those of all steps before it."""

    phase: int = 0
    position: str = ""
    number: int = 0
    counts: Counts = Counts()

    @classmethod
    def read(cls, text: str) -> Self:
        if not text:
            return cls()
        phase, position, number, counts = json.loads(text)
        return cls(phase, position, number, Counts.model_validate(counts))

    def __str__(self) -> str:
        return json.dumps([self.phase, self.position, self.number, self.counts.model_dump()])

    def next_phase(self, position: str = "") -> Self:
        return self._replace(phase=self.phase + 1, position=position)


class RunStore(Protocol):
    async def get(self, key: str, run_id: str) -> Run | None: ...
    async def create(self, key: str, run: Run) -> bool: ...
    async def save(self, key: str, run: Run) -> Run: ...
    async def list(self, key: str, limit: int, cursor: str | None) -> tuple[Sequence[Run], str | None]: ...
