"""Transactional batches: all operations are applied or none."""

import json
from typing import Any

from local.cosmos import items
from local.cosmos.errors import Refusal
from local.cosmos.limits import MAX_BATCH
from local.cosmos.model import Container
from local.cosmos.store import Store
from local.cosmos.wire import Call, Reply, dump_json
from local.cosmos.write import Write


class _Failed(Exception):
    """Carries the answer out of the transaction, which it undoes."""

    def __init__(self, position: int, refusal: Refusal) -> None:
        super().__init__(refusal.message)
        self.position = position
        self.refusal = refusal


def execute(store: Store, container: Container, key: str, call: Call) -> Reply:
    """200 with one result per operation; 207 when one was refused and therefore none was applied."""
    operations = call.json()
    if not isinstance(operations, list) or not operations:
        raise Refusal(400, "Batch request has no operations.")
    if len(operations) > MAX_BATCH:
        raise Refusal(400, "Batch request has more operations than what is supported.")
    results: list[dict[str, Any]] = []
    try:
        with store.write(container) as write:
            for position, operation in enumerate(operations):
                try:
                    outcome = _one(write, key, operation)
                except Refusal as refusal:
                    raise _Failed(position, refusal) from refusal
                results.append(_result(outcome))
    except _Failed as failed:
        return _refused(failed, len(operations))
    total = round(sum(result["requestCharge"] for result in results), 2)
    return Reply(200, dump_json(results), total)


def _one(write: Write, key: str, operation: Any) -> items.Outcome:
    if not isinstance(operation, dict):
        raise Refusal(400, "A batch operation must be an object.")
    kind = operation.get("operationType")
    body = operation.get("resourceBody")
    if_match = str(operation.get("ifMatch") or "")
    if kind == "Create":
        return items.create(write, key, body)
    if kind == "Upsert":
        return items.upsert(write, key, body, if_match)
    item_id = operation.get("id")
    if not isinstance(item_id, str) or not item_id:
        raise Refusal(400, f"The batch operation '{kind}' needs an id.")
    match kind:
        case "Read":
            none_match = str(operation.get("ifNoneMatch") or "")
            return items.read(write.store, write.container, key, item_id, none_match)
        case "Replace":
            return items.replace(write, key, item_id, body, if_match)
        case "Patch":
            return items.patched(write, key, item_id, body, if_match)
        case "Delete":
            return items.delete(write, key, item_id, if_match)
        case _:
            raise Refusal(400, f"The batch operation '{kind}' is not supported.")


def _result(outcome: items.Outcome) -> dict[str, Any]:
    result: dict[str, Any] = {"statusCode": outcome.status, "requestCharge": outcome.charge}
    if outcome.status != 204:  # noqa: PLR2004 - a deleted item has neither etag nor body
        result["eTag"] = outcome.etag
    if outcome.body:
        result["resourceBody"] = json.loads(outcome.body)
    return result


def _refused(failed: _Failed, count: int) -> Reply:
    results = [{"statusCode": 424, "requestCharge": 0.0} for _ in range(count)]
    results[failed.position] = {
        "statusCode": failed.refusal.status,
        "subStatusCode": failed.refusal.substatus,
        "requestCharge": failed.refusal.charge,
    }
    return Reply(207, dump_json(results), failed.refusal.charge)
