"""The service's limits on items and keys. Sources: "Azure Cosmos DB service quotas", "Time to live"."""

import json
from typing import Any

from local.cosmos.definitions import MAX_TTL
from local.cosmos.errors import KEY_MISMATCH, PARTIAL_KEY, Refusal
from local.cosmos.values import is_number
from local.cosmos.wire import dump_json

MAX_ITEM = 2 * 1024 * 1024
MAX_ID_BYTES = 1023
MAX_KEY_BYTES = 2048
MAX_NESTING = 128
MAX_BATCH = 100
MAX_PATCH = 10

KeyPaths = tuple[tuple[str, ...], ...]


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
        raise Refusal(
            400, f"Ensure to provide a unique non-empty string less than '{MAX_ID_BYTES + 1}' characters."
        )
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


def _canonical(values: list[Any]) -> str:
    # 1 and 1.0 are the same key: the service knows doubles only.
    key = json.dumps([float(v) + 0.0 if is_number(v) else v for v in values])
    if len(key) > MAX_KEY_BYTES and any(len(dump_json(v)) - 2 > MAX_KEY_BYTES for v in values):
        raise Refusal(400, f"The partition key value is longer than {MAX_KEY_BYTES} bytes.")
    return key


def key_from_header(header: str, paths: KeyPaths) -> str:
    """Return the canonical form of a complete partition key; a prefix of a hierarchical one is refused."""
    try:
        values = json.loads(header)
    except ValueError:
        values = None
    if not isinstance(values, list) or len(values) != len(paths):
        raise Refusal(400, PARTIAL_KEY, substatus=1001)
    if any(isinstance(value, dict | list) and value != {} for value in values):
        raise Refusal(400, PARTIAL_KEY, substatus=1001)
    return _canonical(values)


def check_key(doc: dict[str, Any], paths: KeyPaths, key: str) -> None:
    """Refuse a document whose own partition key is not the one the request names.

    A hierarchical key needs a value at every level: the SDK writes null for a level that the document lacks,
    and null is not what the document has.
    """
    values = [_value_at(doc, path) for path in paths]
    if _canonical(values) != key or (len(values) > 1 and {} in values):
        raise Refusal(400, KEY_MISMATCH, substatus=1001)


def _value_at(doc: Any, path: tuple[str, ...]) -> Any:
    """Return the value, or `{}` (undefined on the wire) when there is none or it is no scalar."""
    for name in path:
        if not isinstance(doc, dict) or name not in doc:
            return {}
        doc = doc[name]
    return {} if isinstance(doc, dict | list) else doc


def request_size(body: bytes) -> None:
    if len(body) > MAX_ITEM:
        raise Refusal(413, "Request size is too large")
