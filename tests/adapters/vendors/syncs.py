"""A source of a test: the engine with its real store and a connector, run slice by slice."""

import secrets
from datetime import UTC, datetime
from typing import Any

from adapters.cosmos.database import Database
from adapters.cosmos.integrations.records import CosmosRecords, CosmosRuns
from adapters.cosmos.integrations.sources import CosmosInstructions, CosmosSources
from domain.base.ids import ID_PREFIXES, make_id
from domain.integrations.instructions import TEXT_VERSION, Instruction
from domain.integrations.source import FieldMap, Flow, Source, SourceSettings
from domain.integrations.sync.merging import Value
from domain.integrations.sync.pulling import pull, retry, sweep
from domain.integrations.sync.pushing import push
from domain.integrations.sync.records import Failed, Record
from domain.integrations.sync.runs import Run
from domain.integrations.sync.starting import work_id
from domain.integrations.sync.syncing import SYNC, SyncJob, SyncPorts
from domain.integrations.sync.undoing import undo
from domain.operations.slices import Slice
from domain.operations.work import new_work

STEPS = {"pull": pull, "sweep": sweep, "retry": retry, "push": push, "undo": undo}
MOST_SLICES = 2000


def an_id(name: str) -> str:
    return make_id(ID_PREFIXES[name], secrets.token_bytes(16))


def flow(*fields: tuple[str, str], rule: str = "theirs", direction: str = "both", of: str = "person") -> Flow:
    """A flow of these pairs of fields, ours and theirs."""
    maps = [
        FieldMap.model_validate({"ours": ours, "theirs": theirs, "direction": direction, "rule": rule})
        for ours, theirs in fields
    ]
    return Flow.model_validate(
        {"object_type": of, "direction": direction, "create": direction != "in", "fields": maps}
    )


class Opened:
    def __init__(self, connector: Any) -> None:
        self.connector = connector

    async def open(self, source: Source, instruction_id: str) -> Any:  # noqa: ARG002 - as the engine calls it
        return self.connector


class Nobody:
    async def member_at(self, org_id: str, address: str) -> str | None:  # noqa: ARG002
        return None


class Syncing:
    """One source, which is made by `begin`."""

    def __init__(self, database: Database, connector: Any) -> None:
        self.sources, self.runs = CosmosSources(database), CosmosRuns(database)
        self.records, self.instructions = CosmosRecords(database), CosmosInstructions(database)
        self.at: datetime | None = None
        self.told: list[Source] = []
        self.ports = SyncPorts(
            self.sources, self.records, self.runs, self.instructions, Opened(connector), Nobody(), self.now,
            self.tell, lambda _source, _run: None,
        )  # fmt: skip
        self.job = SyncJob(self.ports, STEPS)
        self.source_id = self.org_id = ""

    def now(self) -> datetime:
        return self.at or datetime.now(UTC)

    async def tell(self, source: Source) -> None:
        self.told.append(source)

    async def begin(self, *flows: Flow) -> None:
        at = self.now()
        self.org_id, self.source_id = an_id("organisation"), an_id("source")
        source = Source(
            id=self.source_id, org_id=self.org_id, kind="hubspot", state="running",
            settings=SourceSettings.model_validate({"name": "HubSpot", "flows": [*flows]}),
            created_at=at, updated_at=at,
        )  # fmt: skip
        await self.sources.create(source)
        instruction = Instruction(
            id=an_id("instruction"), org_id=self.org_id, source_id=self.source_id, flows=[*flows],
            purpose="Test", text_version=TEXT_VERSION, by="acc_a", at=at,
        )  # fmt: skip
        stored = await self.source()
        await self.instructions.give(instruction, stored.changed(at, instruction_id=instruction.id))

    async def source(self) -> Source:
        found = await self.sources.get(self.org_id, self.source_id)
        assert found is not None
        return found

    @property
    def key(self) -> str:
        return f"{self.org_id}:{self.source_id}"

    async def run(
        self, kind: str = "sync", *, items: int = 500, dies: bool = False, undoes: str | None = None
    ) -> Run:
        """Do a whole run. With `dies`, every other slice is lost after what it did."""
        source, at = await self.source(), self.now()
        instruction = await self.instructions.get(self.org_id, source.instruction_id or "")
        assert instruction is not None
        run = Run.model_validate(
            {
                "id": an_id("run"), "org_id": self.org_id, "source_id": self.source_id,
                "number": source.runs + 1, "kind": kind,
                "instruction_id": instruction.id, "flows": instruction.flows, "undoes": undoes,
                "started_at": at,
            }
        )  # fmt: skip
        await self.sources.save(source.changed(at, run_id=run.id, runs=run.number))
        await self.runs.create(self.key, run)
        work = new_work(SYNC, self.org_id, work_id(run.id), at, key=f"{self.key}:{run.id}")
        for number in range(MOST_SLICES):
            progress = await self.job.slice(work, Slice(lambda: 0.0, items=items))
            if dies and number % 2 == 0 and not progress.over:
                continue
            work = work.advanced(progress, self.now())
            if work.is_over:
                break
        ended = await self.runs.get(self.key, run.id)
        assert ended is not None
        return ended

    async def all(self, of: str = "person") -> list[Record]:
        """Every record, also those that are put away."""
        found, cursor = list[Record](), None
        while True:
            some, cursor = await self.records.list(self.key, of, 100, cursor)
            found += some
            if cursor is None:
                return found

    async def by_email(self) -> dict[str, Record]:
        return {each.ours("email"): each for each in await self.all() if not each.archived}

    async def failures(self) -> list[Failed]:
        return [*(await self.records.failed(self.key, 100, None))[0]]

    async def edit(self, record_id: str, **values: str) -> Record:
        """What a member changes here."""
        at = self.now()
        found = await self.records.get(self.key, record_id)
        assert found is not None
        changed = {
            name: found.values.get(name, Value()).model_copy(update={"ours": text, "at": at})
            for name, text in values.items()
        }
        return await self.records.save(
            self.key, found.changed(at, values={**found.values, **changed}, pending=True)
        )

    async def add(self, **values: str) -> Record:
        """What a member marks for the organisation."""
        at = self.now()
        record = Record(
            id=an_id("record"), object_type="person", pending=True, created_at=at, updated_at=at,
            values={name: Value(ours=text, at=at) for name, text in values.items()},
        )  # fmt: skip
        assert await self.records.create(self.key, record)
        return record
