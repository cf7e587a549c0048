"""Items over the wire: point operations, batches, feeds and queries."""

import asyncio
import time
from dataclasses import dataclass
from sqlite3 import Connection

from local.cosmos import batch, charge, fanout, items, limits, metrics, paging
from local.cosmos.asked import EVERYTHING, Asked, asked
from local.cosmos.errors import NOT_FOUND, Refusal, unsupported
from local.cosmos.fetch import Fetch, Used
from local.cosmos.indexing import Path
from local.cosmos.model import Container
from local.cosmos.reader import Reader, Work
from local.cosmos.resources import page_size
from local.cosmos.store import Store
from local.cosmos.wire import Call, Reply

FEW = 300  # items of a partition that are read at once, without leaving the loop

NEEDS_KEY = (
    "Cross partition query is required but disabled. Please set x-ms-documentdb-query-enablecrosspartition "
    "to true, specify x-ms-documentdb-partitionkey, or revise your query to avoid this exception."
)


def collection(store: Store, call: Call, container: Container) -> Reply:
    """`/docs`: create, upsert, batch and query plans."""
    limits.request_size(call.body)
    match call.operation:
        case "create" | "upsert":
            key = _key(call, container)
            with store.write(container) as write:
                if call.operation == "create":
                    done = items.create(write, key, call.json())
                else:
                    done = items.upsert(write, key, call.json(), call.header("if-match"))
            return _written(call, done)
        case "batch" | "read_batch":
            return batch.execute(store, container, _key(call, container), call)
    if call.operation == "query_plan":
        fanout.refuse(asked(call.body).text)
        raise unsupported("query plans")
    raise Refusal(405, "The requested verb is not supported.")


def item(store: Store, call: Call, container: Container, ref: str) -> Reply:
    """`/docs/{id}`: read, replace, patch, delete."""
    limits.request_size(call.body)
    key = _key(call, container)
    item_id = store.id_of(container, ref) if call.by_rid else ref
    if item_id is None:
        raise Refusal(404, NOT_FOUND)
    if call.operation == "read":
        return _written(call, items.read(store, container, key, item_id, call.header("if-none-match")))
    if_match = call.header("if-match")
    with store.write(container) as write:
        match call.operation:
            case "replace":
                done = items.replace(write, key, item_id, call.json(), if_match)
            case "patch":
                done = items.patched(write, key, item_id, call.json(), if_match)
            case "delete":
                done = items.delete(write, key, item_id, if_match)
            case _:
                raise Refusal(405, "The requested verb is not supported.")
    return _written(call, done)


def _key(call: Call, container: Container) -> str:
    header = call.header("x-ms-documentdb-partitionkey")
    if not header:
        raise Refusal(400, "PartitionKey value must be supplied for this operation.")
    if call.header("if-none-match") and call.operation in {"upsert", "replace", "patch", "delete"}:
        raise unsupported("If-None-Match on a write")
    for trigger in ("x-ms-documentdb-pre-trigger-include", "x-ms-documentdb-post-trigger-include"):
        if call.header(trigger):
            raise unsupported("triggers")
    return limits.key_from_header(header, container.key_paths)


def _written(call: Call, done: items.Outcome) -> Reply:
    minimal = call.header("prefer").lower() == "return=minimal" and call.method != "GET"
    return Reply(
        done.status, b"" if minimal else done.body, done.charge, {"etag": done.etag} if done.etag else {}
    )


async def query(store: Store, call: Call, container: Container) -> Reply:
    """One page of a query or of the whole feed; a query that may read many items runs in a thread."""
    limits.request_size(call.body)
    if call.header("a-im"):
        raise unsupported("the change feed")
    wanted = EVERYTHING if call.operation == "list" else asked(call.body)
    header = call.header("x-ms-documentdb-partitionkey")
    key = limits.key_from_header(header, container.key_paths) if header else None
    if key is None:
        _check_fan_out(call, container, wanted.text)
    request = paging.Request(
        wanted.text,
        wanted.params,
        page_size(call),
        call.header("x-ms-continuation"),
        container.indexing,
        store.clock.now(),
    )
    work = _Work(request, wanted, container.key_paths)
    reader = store.reader(container, key)
    if reader.items <= FEW:
        answer = work.answer(reader)
    else:
        async with store.beside:
            sql = store.file.snapshot()
            reader = store.reader(container, key, sql)
            answer = await asyncio.to_thread(work.beside, store, sql, reader)
    return _reply(call, container, answer, partitions=int(key is None))


@dataclass(frozen=True)
class _Answer:
    page: paging.Page
    work: Work
    used: Used
    seconds: float


@dataclass(frozen=True)
class _Work:
    request: paging.Request
    asked: Asked
    key_paths: tuple[Path, ...]

    def answer(self, reader: Reader) -> _Answer:
        started = time.perf_counter()
        fetch = Fetch(reader, self.key_paths, self.asked)
        page = paging.run(self.request, fetch.reader.scan, fetch)
        return _Answer(page, reader.work, fetch.used, time.perf_counter() - started)

    def beside(self, store: Store, sql: Connection, reader: Reader) -> _Answer:
        """Answer in a thread, which releases the snapshot itself because the caller may be cancelled."""
        try:
            return self.answer(reader)
        finally:
            store.file.release(sql)


def _reply(call: Call, container: Container, answer: _Answer, *, partitions: int) -> Reply:
    page, work = answer.page, answer.work
    body = b'{"_rid":"%s","Documents":[%s],"_count":%d}' % (
        container.rid.encode(), b",".join(page.rows), len(page.rows),
    )  # fmt: skip
    headers = {"x-ms-item-count": str(len(page.rows))}
    if page.continuation:
        headers["x-ms-continuation"] = page.continuation
    if call.flag("x-ms-documentdb-populatequerymetrics"):
        headers["x-ms-documentdb-query-metrics"] = (
            f"totalExecutionTimeInMs={answer.seconds * 1000:.2f};"
            f"retrievedDocumentCount={work.loaded + work.scanned};"
            f"retrievedDocumentSize={work.loaded_bytes + work.scanned_bytes};"
            f"outputDocumentCount={len(page.rows)};outputDocumentSize={len(body)};"
            f"indexUtilizationRatio={float(not work.scanned)}"
        )
    if call.flag("x-ms-cosmos-populateindexmetrics") and page.rows:  # the service is silent without a row
        headers["x-ms-cosmos-index-utilization"] = metrics.utilization(answer.used)
    cost = charge.query(work, returned=len(page.rows), partitions=partitions)
    return Reply(200, body, cost, headers)


def _check_fan_out(call: Call, container: Container, text: str) -> None:
    if call.header("x-ms-start-epk") or call.header("x-ms-end-epk"):
        raise unsupported("queries over a part of a partition-key range")
    ranged = call.header("x-ms-documentdb-partitionkeyrangeid")
    allowed = ranged or call.method == "GET" or call.flag("x-ms-documentdb-query-enablecrosspartition")
    if not allowed and not fanout.pins_key(text, container.key_paths):
        raise Refusal(400, NEEDS_KEY)
    fanout.refuse(text)
