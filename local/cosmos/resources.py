"""Account, databases, containers, offers and partition-key ranges over the wire."""

import math
from typing import Any

from local.cosmos import definitions, paging, vectors
from local.cosmos.asked import asked
from local.cosmos.errors import NOT_FOUND, Refusal, unsupported
from local.cosmos.model import Container, Database
from local.cosmos.store import Store
from local.cosmos.wire import Call, Reply, dump_json, parse_json

MIN_THROUGHPUT = 400
AUTOSCALE_STEP = 1000
MAX_KB = 50 * 1024 * 1024  # of a physical range
DEFAULT_OFFER = {"offerThroughput": MIN_THROUGHPUT}  # what a container gets that asks for none
ENGINE = (
    '{"maxSqlQueryInputLength":524288,"maxJoinsPerSqlQuery":10,"maxLogicalAndPerSqlQuery":2000,'
    '"maxLogicalOrPerSqlQuery":2000,"maxUdfRefPerSqlQuery":0,"maxInExpressionItemsCount":16000,'
    '"queryMaxInMemorySortDocumentCount":500,"maxQueryRequestTimeoutFraction":0.9,"sqlAllowNonFiniteNumbers":false,'
    '"sqlAllowAggregateFunctions":true,"sqlAllowSubQuery":true,"sqlAllowScalarSubQuery":true,'
    '"allowNewKeywords":true,"sqlAllowLike":true,"sqlAllowGroupByClause":false,"sqlAllowTop":true}'
)


def account(call: Call) -> Reply:
    """The endpoint is the one the client used, because the SDK sends everything else there."""
    here = [{"name": "Local", "databaseAccountEndpoint": f"{call.origin}/"}]
    body = {
        "_self": "", "id": "local", "_rid": "local", "media": "//media/", "addresses": "//addresses/",
        "_dbs": "//dbs/", "writableLocations": here, "readableLocations": here,
        "enableMultipleWriteLocations": False, "continuousBackupEnabled": False,
        "userReplicationPolicy": {"asyncReplication": False, "minReplicaSetSize": 1, "maxReplicasetSize": 4},
        "userConsistencyPolicy": {"defaultConsistencyLevel": "Session"},
        "systemReplicationPolicy": {"minReplicaSetSize": 1, "maxReplicasetSize": 4},
        "readPolicy": {"primaryReadCoefficient": 1, "secondaryReadCoefficient": 1},
        "queryEngineConfiguration": ENGINE,
    }  # fmt: skip
    return Reply(200, dump_json(body))


def _document(status: int, body: dict[str, Any], headers: dict[str, str] | None = None) -> Reply:
    return Reply(status, dump_json(body), headers={"etag": body["_etag"]} | (headers or {}))


def feed(name: str, rid: str, call: Call, bodies: list[dict[str, Any]]) -> Reply:
    """A page of a feed; a query over a feed runs on the same engine as one over items."""
    text: str = "SELECT * FROM r"
    params: dict[str, Any] = {}
    if call.operation in {"query", "query_plan"}:
        given = asked(call.body)
        text, params = given.text, given.params
    request = paging.Request(text, params, page_size(call), call.header("x-ms-continuation"))
    page = paging.run(request, lambda after: list(enumerate(bodies, 1))[after:])
    body = b'{"_rid":"%s","%s":[%s],"_count":%d}' % (
        rid.encode(), name.encode(), b",".join(page.rows), len(page.rows),
    )  # fmt: skip
    headers = {"x-ms-item-count": str(len(page.rows))}
    if page.continuation:
        headers["x-ms-continuation"] = page.continuation
    return Reply(200, body, headers=headers)


def page_size(call: Call) -> int:
    """Rows wanted; -1 lets the server choose."""
    text = call.header("x-ms-max-item-count")
    try:
        wanted = int(text or paging.DEFAULT_PAGE)
    except ValueError:
        wanted = 0
    if wanted == 0 or wanted < -1:
        raise Refusal(400, f"Invalid value '{text}' specified for max item count. It must be -1 or positive.")
    return paging.MAX_PAGE if wanted == -1 else min(wanted, paging.MAX_PAGE)


def databases(store: Store, call: Call) -> Reply:
    if call.operation == "create":
        body = call.json()
        with_throughput = _throughput(call)
        database = store.add_database(definitions.resource_name(body))
        _add_offer(store, database.body, with_throughput)
        return _document(201, database.body)
    return feed("Databases", "", call, [database.body for database in store.databases.values()])


def database(store: Store, call: Call, found: Database) -> Reply:
    _check_etag(call, found.body)
    if call.method == "DELETE":
        store.drop_database(found)
        return Reply(204)
    return _read(call, found.body)


def containers(store: Store, call: Call, parent: Database) -> Reply:
    if call.operation == "create":
        with_throughput = _throughput(call)
        container = store.add_container(parent, definitions.container_definition(call.json()))
        shared = any(offer["resource"] == parent.body["_self"] for offer in store.offers.values())
        _add_offer(store, container.body, with_throughput or (None if shared else DEFAULT_OFFER))
        return _document(201, container.body, {"x-ms-alt-content-path": f"dbs/{parent.name}"})
    bodies = [container.body for container in store.containers_of(parent)]
    return feed("DocumentCollections", parent.rid, call, bodies)


def container(store: Store, call: Call, found: Container) -> Reply:
    _check_etag(call, found.body)
    if call.method == "DELETE":
        store.drop_container(found)
        return Reply(204)
    headers = {"x-ms-alt-content-path": f"dbs/{found.database.name}"}
    if call.method == "PUT":
        wanted = definitions.container_definition(call.json())
        if "uniqueKeyPolicy" not in call.json():  # the SDK never sends it here
            wanted["uniqueKeyPolicy"] = found.body["uniqueKeyPolicy"]
        for fixed in ("id", "partitionKey", "uniqueKeyPolicy"):
            if wanted[fixed] != found.body[fixed]:
                raise Refusal(400, f"The {fixed} of a container cannot be changed.")
        vectors.check_unchanged(found.body, wanted)
        store.change_container(found, wanted)
        return _document(200, found.body, headers)
    headers["x-ms-documentdb-collection-index-transformation-progress"] = "100"
    body = found.body
    if call.flag("x-ms-documentdb-populatepartitionstatistics"):
        count, kilobytes = _usage(store, found)
        # The service, too, names no partition keys but very large ones.
        range_ = {"id": "0", "sizeInKB": kilobytes, "documentCount": count, "partitionKeys": []}
        body = body | {"statistics": [range_]}
    if call.flag("x-ms-documentdb-populatequotainfo"):
        count, kilobytes = _usage(store, found)
        quota, used = f"{MAX_KB};documentsCount=-1;", f"{kilobytes};documentsCount={count};"
        headers["x-ms-resource-quota"] = f"documentsSize={MAX_KB};collectionSize={quota}"
        headers["x-ms-resource-usage"] = f"documentsSize={kilobytes};collectionSize={used}"
    reply = _read(call, body)
    reply.headers |= headers
    return reply


def _usage(store: Store, found: Container) -> tuple[int, int]:
    count, size = store.usage(found)
    return count, math.ceil(size / 1024)


def _read(call: Call, body: dict[str, Any]) -> Reply:
    if call.header("if-none-match") == body["_etag"]:
        return Reply(304, headers={"etag": body["_etag"]})
    return _document(200, body)


def _check_etag(call: Call, body: dict[str, Any]) -> None:
    if call.header("if-match") not in {"", "*", body["_etag"]}:
        raise Refusal(412, "One of the specified pre-condition is not met.")


def key_ranges(call: Call, found: Container) -> Reply:
    """One physical range. Answering 200 for ever would keep the SDK reading: it stops at 304 only."""
    etag = f'"ranges-{found.rid}"'
    if call.header("if-none-match") == etag:
        return Reply(304, headers={"etag": etag})
    only = {
        "_rid": found.rid, "id": "0", "_etag": etag, "minInclusive": "", "maxExclusive": "FF", "parents": [],
        "ridPrefix": 0, "_self": f"{found.body['_self']}pkranges/0/", "throughputFraction": 1,
        "status": "online", "_ts": found.body["_ts"],
    }  # fmt: skip
    body = {"_rid": found.rid, "PartitionKeyRanges": [only], "_count": 1}
    return Reply(200, dump_json(body), headers={"etag": etag, "x-ms-item-count": "1"})


# offers


def _throughput(call: Call) -> dict[str, Any] | None:
    manual, automatic = (
        call.header("x-ms-offer-throughput"),
        call.header("x-ms-cosmos-offer-autopilot-settings"),
    )
    if automatic:
        wanted = parse_json(automatic.encode())
        return _checked({"offerAutopilotSettings": wanted})
    return _checked({"offerThroughput": int(manual)}) if manual.isdigit() else None


def _checked(content: dict[str, Any]) -> dict[str, Any]:
    settings = content.get("offerAutopilotSettings")
    if isinstance(settings, dict):
        most = _amount(settings.get("maxThroughput"), AUTOSCALE_STEP, AUTOSCALE_STEP)
        return {"offerThroughput": most // 10, "offerAutopilotSettings": settings}
    return {"offerThroughput": _amount(content.get("offerThroughput"), MIN_THROUGHPUT, 100)}


def _amount(value: Any, least: int, step: int) -> int:
    if type(value) is not int or value < least:
        raise Refusal(400, f"Requested throughput {value} is less than required minimum throughput {least}.")
    if value % step:
        raise Refusal(400, f"The offer should have a throughput in increments of {step}.")
    return value


def _add_offer(store: Store, owner: dict[str, Any], content: dict[str, Any] | None) -> None:
    if content:
        offer = {
            "offerVersion": "V2", "offerType": "Invalid", "content": content, "resource": owner["_self"],
            "offerResourceId": owner["_rid"],
        }  # fmt: skip
        store.keep_offer(None, offer)


def offers(store: Store, call: Call) -> Reply:
    return feed("Offers", "", call, list(store.offers.values()))


def offer(store: Store, call: Call, rid: str) -> Reply:
    found = store.offers.get(rid)
    if found is None:
        raise Refusal(404, NOT_FOUND)
    if call.method == "PUT":
        body = call.json()
        content = body.get("content") if isinstance(body, dict) else None
        if not isinstance(content, dict):
            raise Refusal(400, "The offer has no content.")
        settings = content.get("offerAutopilotSettings")
        if bool(settings) != bool(found["content"].get("offerAutopilotSettings")):
            raise unsupported("changing between manual and autoscale throughput")
        found = store.keep_offer(rid, {**found, "content": _checked(content)})
    return _document(200, found)
