"""The service's limits on items and keys. Sources: "Azure Cosmos DB service quotas", "Time to live"."""

import json
from typing import Any

from local.cosmos.definitions import MAX_TTL
from local.cosmos.errors import KEY_MISMATCH, PARTIAL_KEY, Refusal
from local.cosmos.wire import dump_json

MAX_ITEM = 2 * 1024 * 1024
MAX_ID_BYTES = 1023
MAX_KEY_BYTES = 2048
MAX_NESTING = 128
MAX_BATCH = 100
MAX_PATCH = 10
UNDEFINED_KEY = "[{}]"


def item_id(doc: Any) -> str:
    """Return the id of a document body, or refuse it."""
    if not isinstance(doc, dict):
        raise Refusal(400, "The request payload is invalid. Ensure to provide a valid request payload.")
    value = doc.get("id")
    if value is None:
        raise Refusal(
            400, "The input content is invalid because the required properties - 'id; ' - are missing"
        )
    if not isinstance(value, str) or not value:
        raise Refusal(
            400, "The input content is invalid because the property 'id' must be a non-empty string."
        )
    if any(c in "/\\" for c in value) or any("\ud800" <= c <= "\udfff" for c in value):
        raise Refusal(400, "The resource id contains a character that is not allowed, such as '/' or '\\'.")
    if len(value.encode()) > MAX_ID_BYTES:
        raise Refusal(400, f"The resource id must not be longer than '{MAX_ID_BYTES}' bytes.")
    return value


def item_ttl(doc: dict[str, Any]) -> int | None:
    """Return the item's own time to live in seconds; None when it has none."""
    if "ttl" not in doc:
        return None
    ttl = doc["ttl"]
    if type(ttl) is not int or not (ttl == -1 or 0 < ttl <= MAX_TTL):
        raise Refusal(
            400,
            f"The input ttl '{ttl}' is invalid. Ensure to provide a nonzero positive integer less than or "
            f"equal to '{MAX_TTL}', or -1 for never expiring.",
        )
    return ttl


def body_size(body: bytes) -> None:
    if len(body) > MAX_ITEM:
        raise Refusal(413, "Request size is too large")


def nesting(value: Any, depth: int = 0) -> None:
    if depth > MAX_NESTING:
        raise Refusal(400, f"The document is nested deeper than '{MAX_NESTING}' levels.")
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for child in children:
        nesting(child, depth + 1)


def _canonical(value: Any) -> str:
    # 1 and 1.0 are the same key: the service knows doubles only.
    number = isinstance(value, int | float) and not isinstance(value, bool)
    key = json.dumps([float(value) + 0.0 if number else value])
    if len(key) > MAX_KEY_BYTES and len(dump_json(value)) - 2 > MAX_KEY_BYTES:
        raise Refusal(400, f"The partition key value is longer than {MAX_KEY_BYTES} bytes.")
    return key


def key_from_header(header: str) -> str:
    """Return the canonical form of a complete partition key; hierarchical or empty ones are refused."""
    try:
        values = json.loads(header)
    except ValueError:
        values = None
    if not isinstance(values, list) or len(values) != 1:
        raise Refusal(400, PARTIAL_KEY, substatus=1001)
    if values[0] == {}:
        return UNDEFINED_KEY
    if isinstance(values[0], dict | list):
        raise Refusal(400, PARTIAL_KEY, substatus=1001)
    return _canonical(values[0])


def check_key(doc: dict[str, Any], path: tuple[str, ...], key: str) -> None:
    """Refuse a document whose own partition key is not the one the request names."""
    value: Any = doc
    for name in path:
        if not isinstance(value, dict) or name not in value:
            value = {}
            break
        value = value[name]
    own = UNDEFINED_KEY if value == {} and isinstance(value, dict) else _canonical(value)
    if own != key:
        raise Refusal(400, KEY_MISMATCH, substatus=1001)


def request_size(body: bytes) -> None:
    if len(body) > MAX_ITEM:
        raise Refusal(413, "Request size is too large")
