"""Items over the wire: point operations, batches, feeds and queries."""

import time
from collections.abc import Iterator
from typing import Any

from local.cosmos import aggregate, batch, charge, fanout, items, limits, paging
from local.cosmos.errors import NOT_FOUND, Refusal, unsupported
from local.cosmos.evaluate import NOW
from local.cosmos.model import Container
from local.cosmos.parser import parse
from local.cosmos.resources import page_size
from local.cosmos.store import Store
from local.cosmos.wire import Call, Reply, parse_json

NEEDS_KEY = (
    "Cross partition query is required but disabled. Please set x-ms-documentdb-query-enablecrosspartition "
    "to true, specify x-ms-documentdb-partitionkey, or revise your query to avoid this exception."
)


def collection(store: Store, call: Call, container: Container) -> Reply:
    """`/docs`: create, upsert, batch, query and the whole feed."""
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
        case "batch":
            return batch.execute(store, container, _key(call, container), call)
        case "query":
            text, params = paging.from_body(call.json())
            return _query(store, call, container, text, params)
        case "list":
            if call.header("a-im"):
                raise unsupported("the change feed")
            return _query(store, call, container, "SELECT * FROM c", {})
    if call.operation == "query_plan":
        fanout.refuse(paging.from_body(call.json())[0])
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


def _query(store: Store, call: Call, container: Container, text: str, params: dict[str, Any]) -> Reply:
    header = call.header("x-ms-documentdb-partitionkey")
    key = limits.key_from_header(header, container.key_paths) if header else None
    if key is None:
        _check_fan_out(call, container, text)
    started = time.perf_counter()
    read_bytes = 0

    def scan(after: int) -> Iterator[tuple[int, Any]]:
        nonlocal read_bytes
        for row in store.scan(container, key, after):
            read_bytes += len(row.body)
            yield row.seq, parse_json(row.body)

    request = paging.Request(
        text,
        params | {NOW: store.clock.now()},
        page_size(call),
        call.header("x-ms-continuation"),
        container.body["indexingPolicy"],
    )
    page = paging.run(request, scan)
    index_only = aggregate.counts_all(parse(text))
    if index_only:
        page.scanned = read_bytes = 0
    body = b'{"_rid":"%s","Documents":[%s],"_count":%d}' % (
        container.rid.encode(), b",".join(page.rows), len(page.rows),
    )  # fmt: skip
    headers = {"x-ms-item-count": str(len(page.rows))}
    if page.continuation:
        headers["x-ms-continuation"] = page.continuation
    if call.flag("x-ms-documentdb-populatequerymetrics"):
        spent = (time.perf_counter() - started) * 1000
        headers["x-ms-documentdb-query-metrics"] = (
            f"totalExecutionTimeInMs={spent:.2f};retrievedDocumentCount={page.scanned};"
            f"retrievedDocumentSize={read_bytes};outputDocumentCount={len(page.rows)};"
            f"outputDocumentSize={len(body)};indexUtilizationRatio={float(index_only or not page.scanned)}"
        )
    cost = charge.query(
        scanned=page.scanned, returned=len(page.rows), scanned_bytes=read_bytes, partitions=int(key is None)
    )
    return Reply(200, body, cost, headers)


def _check_fan_out(call: Call, container: Container, text: str) -> None:
    if call.header("x-ms-start-epk") or call.header("x-ms-end-epk"):
        raise unsupported("queries over a part of a partition-key range")
    ranged = call.header("x-ms-documentdb-partitionkeyrangeid")
    allowed = ranged or call.method == "GET" or call.flag("x-ms-documentdb-query-enablecrosspartition")
    if not allowed and not fanout.pins_key(text, container.key_paths):
        raise Refusal(400, NEEDS_KEY)
    fanout.refuse(text)
