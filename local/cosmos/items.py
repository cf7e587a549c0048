"""Creating, reading, replacing, patching and deleting one item, alone or as part of a batch."""

import uuid
from dataclasses import dataclass
from typing import Any

from local.cosmos import charge, limits, patch
from local.cosmos.errors import ALREADY_EXISTS, NOT_FOUND, STALE, UNIQUE_VIOLATION, Refusal
from local.cosmos.model import Container, Row
from local.cosmos.store import Store
from local.cosmos.values import canonical
from local.cosmos.wire import dump_json, parse_json
from local.cosmos.write import Write

SYSTEM = ("_rid", "_self", "_etag", "_attachments", "_ts", "_lsn")


@dataclass(frozen=True)
class Outcome:
    status: int
    body: bytes
    etag: str
    charge: float


def read(store: Store, container: Container, key: str, item_id: str, if_none_match: str = "") -> Outcome:
    row = store.get(container, key, item_id)
    if row is None:
        raise Refusal(404, NOT_FOUND)
    cost = charge.read(len(row.body))
    if if_none_match in {row.etag, "*"}:
        return Outcome(304, b"", row.etag, 1.0)
    return Outcome(200, row.body, row.etag, cost)


def create(write: Write, key: str, doc: Any) -> Outcome:
    item_id = limits.item_id(doc)
    if write.store.get(write.container, key, item_id):
        raise Refusal(409, ALREADY_EXISTS)
    return _store(write, key, doc, None, 201)


def upsert(write: Write, key: str, doc: Any, if_match: str = "") -> Outcome:
    """If-Match counts only when the item is there, as in the service."""
    old = write.store.get(write.container, key, limits.item_id(doc))
    if old:
        _check_etag(old, if_match)
    return _store(write, key, doc, old, 200 if old else 201)


def replace(write: Write, key: str, item_id: str, doc: Any, if_match: str = "") -> Outcome:
    old = _existing(write, key, item_id, if_match)
    if limits.item_id(doc) != item_id:  # the service lets a replace rename within the partition
        if write.store.get(write.container, key, doc["id"]):
            raise Refusal(409, ALREADY_EXISTS)
        write.remove(key, item_id)
    return _store(write, key, doc, old, 200)


def delete(write: Write, key: str, item_id: str, if_match: str = "") -> Outcome:
    old = _existing(write, key, item_id, if_match)
    write.remove(key, item_id)
    cost = charge.write(write.container.indexing, parse_json(old.body), len(old.body))
    return Outcome(204, b"", old.etag, cost)


def patched(write: Write, key: str, item_id: str, request: Any, if_match: str = "") -> Outcome:
    old = _existing(write, key, item_id, if_match)
    doc = parse_json(old.body)
    patch.apply(doc, request, key_paths=write.container.key_paths)
    return _store(write, key, doc, old, 200)


def _existing(write: Write, key: str, item_id: str, if_match: str) -> Row:
    row = write.store.get(write.container, key, item_id)
    if row is None:
        raise Refusal(404, NOT_FOUND)
    _check_etag(row, if_match)
    return row


def _check_etag(row: Row, if_match: str) -> None:
    if if_match and if_match not in {row.etag, "*"}:
        raise Refusal(412, STALE)


def _store(write: Write, key: str, doc: dict[str, Any], old: Row | None, status: int) -> Outcome:
    container = write.container
    item_id = limits.item_id(doc)
    limits.nesting(doc)
    limits.check_key(doc, container.key_paths, key)
    ttl = limits.item_ttl(doc)
    seq = old.seq if old else write.next_seq()
    rid = container.item_rid(seq)
    etag, ts = f'"{uuid.uuid4()}"', int(write.now)
    own = {name: value for name, value in doc.items() if name not in SYSTEM}
    system = {
        "_rid": rid, "_self": f"{container.body['_self']}docs/{rid}/", "_etag": etag,
        "_attachments": "attachments/", "_ts": ts,
    }  # fmt: skip
    body = dump_json(own | system)
    limits.body_size(body)
    _put(write, Row(key, item_id, seq, ts, etag, body), own | system, ttl, _unique_values(container, own))
    return Outcome(status, body, etag, charge.write(container.indexing, own, len(body)))


def _put(write: Write, row: Row, doc: dict[str, Any], ttl: int | None, unique: list[str]) -> None:
    while owner := write.put(row, doc, ttl, unique):
        if write.store.get(write.container, row.pk, owner):
            raise Refusal(409, UNIQUE_VIOLATION)
        write.remove(row.pk, owner)  # expired: its unique values are free again


def _unique_values(container: Container, doc: dict[str, Any]) -> list[str]:
    """One text per rule; a missing property counts as null."""

    def value_at(path: tuple[str, ...]) -> Any:
        value: Any = doc
        for name in path:
            value = value.get(name) if isinstance(value, dict) else None
        return value

    return [canonical([value_at(path) for path in rule]) for rule in container.unique_rules]
