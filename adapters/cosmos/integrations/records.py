"""Records, steps, failures and runs of sources, in a container that only the processor's identity opens.

`keys` are what a record is found by, `waits` is set while it waits to be written there, and `listed` is the
place of something among its kind.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from pydantic import BaseModel

from adapters.cosmos.database import Database, Document, Items, instant
from adapters.cosmos.documents import cursor_at, document, from_document, newest_first, place_in
from domain.base.errors import StaleVersion
from domain.integrations.connectors import ObjectName
from domain.integrations.sync.records import JOURNAL_KEPT, LOST_KEPT, Failed, Lost, Record, Step, StepWrites
from domain.integrations.sync.runs import RUNS_KEPT, Run

CONTAINER: Final = "client_data"
_RECORD, _STEP, _FAILED, _LOST, _RUN = "record", "sync-step", "sync-failure", "lost-value", "run"
_THESE: Final = "SELECT * FROM c WHERE ARRAY_CONTAINS(@ids, c.id)"


class CosmosRecords:
    """`key` is `orgId:sourceId`, the partition."""

    def __init__(self, database: Database) -> None:
        self._items = Items(database, CONTAINER)

    async def get(self, key: str, record_id: str) -> Record | None:
        stored = await self._items.read(record_id, key)
        return next(iter(_records([stored])), None) if stored else None

    async def _read[M: BaseModel](self, model: type[M], kind: str, key: str, item: str) -> M | None:
        stored = await self._items.read(item, key)
        return from_document(model, stored) if stored and stored["kind"] == kind else None

    async def these(self, key: str, record_ids: Sequence[str]) -> Sequence[Record]:
        if not record_ids:
            return []
        return _records(await self._items.query(_THESE, key, ids=list(dict.fromkeys(record_ids))))

    async def known_by(self, key: str, keys: Sequence[str]) -> Sequence[Record]:
        names = {f"k{number}": each for number, each in enumerate(dict.fromkeys(keys))}
        if not names:
            return []
        wanted = " OR ".join(f"ARRAY_CONTAINS(c.keys, @{name})" for name in names)
        return _records(await self._items.query(f"SELECT * FROM c WHERE {wanted}", key, **names))  # noqa: S608 - names of ours

    async def pending(self, key: str, of: ObjectName, count: int, *, after: str = "") -> Sequence[Record]:
        found = await self._items.query(
            "SELECT TOP @count * FROM c WHERE c.waits > @after AND c.waits < @last ORDER BY c.waits",
            key,
            count=count,
            after=f"{of} {after}",
            last=f"{of} ~",
        )
        return _records(found)

    async def unseen(self, key: str, of: ObjectName, run: int, count: int) -> Sequence[Record]:
        return _records(
            await self._items.query(
                "SELECT TOP @count * FROM c WHERE c.listed = @of AND c.seen < @run",
                key,
                count=count,
                of=f"there {of}",
                run=run,
            )
        )

    async def list(
        self, key: str, of: ObjectName, limit: int, cursor: str | None
    ) -> tuple[Sequence[Record], str | None]:
        found, following = await newest_first(self._items, f"{_RECORD} {of}", key, limit, cursor)
        return _records(found), following

    async def save(self, key: str, record: Record) -> Record:
        return from_document(
            Record, await self._items.replace(_record_document(key, record), record.etag or "")
        )

    async def create(self, key: str, record: Record) -> bool:
        return await self._items.create(_record_document(key, record))

    async def do(self, key: str, writes: StepWrites) -> bool:
        # A step that is overtaken by the erasure of its source stores nothing.
        operations: list[tuple[Any, ...]] = [
            ("read", (writes.step.run_id,)),
            ("create", (_step_document(key, writes.step),)),
        ]
        for record in writes.records:
            new = _record_document(key, record)
            if record.etag is None:
                operations.append(("create", (new,)))
            else:
                operations.append(("replace", (new["id"], new), {"if_match_etag": record.etag}))
        operations += [("upsert", (_lost_document(key, each),)) for each in writes.lost]
        operations += [("upsert", (_failed_document(key, each),)) for each in writes.failed]
        there = await self._items.query(_THESE, key, ids=list(writes.mended)) if writes.mended else []
        operations += [("delete", (each["id"],)) for each in there]
        try:
            await self._items.batch(operations, key)
        except FileExistsError:
            if await self.step(key, writes.step.id) is None:
                raise StaleVersion from None
            return False
        return True

    async def step(self, key: str, step_id: str) -> Step | None:
        return await self._read(Step, _STEP, key, step_id)

    async def steps(
        self, key: str, run_id: str, limit: int, cursor: str | None, *, backwards: bool = False
    ) -> tuple[Sequence[Step], str | None]:
        compare, order, begin = ("<", "DESC", f"{run_id} ~") if backwards else (">", "ASC", f"{run_id} ")
        found = await self._items.query(
            f"SELECT TOP @count * FROM c WHERE c.listed {compare} @begin AND STARTSWITH(c.listed, @run)"  # noqa: S608
            f" ORDER BY c.listed {order}",
            key,
            count=limit + 1,
            begin=place_in(cursor) if cursor else begin,
            run=f"{run_id} ",
        )
        steps = [from_document(Step, each) for each in found[:limit]]
        return steps, cursor_at(found[limit - 1]["listed"]) if len(found) > limit else None

    async def failed(self, key: str, limit: int, cursor: str | None) -> tuple[Sequence[Failed], str | None]:
        found, following = await newest_first(self._items, _FAILED, key, limit, cursor)
        return [from_document(Failed, each) for each in found], following

    async def lost_of(self, key: str, record_id: str) -> Sequence[Lost]:
        found = await self._items.query(
            "SELECT TOP 100 * FROM c WHERE c.listed = @of", key, of=f"lost {record_id}"
        )
        lost = [Lost.model_validate(each["body"]) for each in found]
        return sorted(lost, key=lambda each: each.at, reverse=True)

    async def erase(self, key: str, count: int) -> int:
        found = await self._items.query("SELECT TOP @count c.id FROM c", key, count=count)
        await self._items.batch([("delete", (each["id"],)) for each in found], key)
        return len(found)


class CosmosRuns:
    def __init__(self, database: Database) -> None:
        self._items = Items(database, CONTAINER)

    async def get(self, key: str, run_id: str) -> Run | None:
        stored = await self._items.read(run_id, key)
        return from_document(Run, stored) if stored and stored["kind"] == _RUN else None

    async def create(self, key: str, run: Run) -> bool:
        return await self._items.create(_run_document(key, run))

    async def save(self, key: str, run: Run) -> Run:
        return from_document(Run, await self._items.replace(_run_document(key, run), run.etag or ""))

    async def list(self, key: str, limit: int, cursor: str | None) -> tuple[Sequence[Run], str | None]:
        found, following = await newest_first(self._items, _RUN, key, limit, cursor)
        return [from_document(Run, each) for each in found], following


def _records(found: Iterable[Document]) -> Sequence[Record]:
    return [from_document(Record, each) for each in found if each["kind"].startswith(f"{_RECORD} ")]


def client_document(kind: str, item: str, key: str, body: BaseModel, **extra: Any) -> Document:
    """Document of data of which the client is the controller."""
    return document(kind, item, key, body, partition="sourceKey", role="processor", **extra)


def _record_document(key: str, record: Record) -> Document:
    of = record.object_type
    there = {} if record.vendor_id is None or record.archived else {"listed": f"there {of}"}
    waits = {"waits": f"{of} {record.id}"} if record.pending else {}
    return client_document(
        f"{_RECORD} {of}", record.id, key, record, keys=record.keys, seen=record.seen,
        createdAt=instant(record.created_at), **there, **waits,
    )  # fmt: skip


def _step_document(key: str, step: Step) -> Document:
    ttl = int(JOURNAL_KEPT.total_seconds())
    return client_document(_STEP, step.id, key, step, listed=f"{step.run_id} {step.number:06}", ttl=ttl)


def _lost_document(key: str, lost: Lost) -> Document:
    item = f"lost-{lost.record_id}-{lost.run_id}-{lost.field}"
    ttl = int(LOST_KEPT.total_seconds())
    return client_document(_LOST, item, key, lost, listed=f"lost {lost.record_id}", ttl=ttl)


def _failed_document(key: str, failed: Failed) -> Document:
    return client_document(_FAILED, failed.id, key, failed, createdAt=instant(failed.first_at))


def _run_document(key: str, run: Run) -> Document:
    ttl = int(RUNS_KEPT.total_seconds())
    return client_document(_RUN, run.id, key, run, createdAt=instant(run.started_at), ttl=ttl)
