"""Databases, containers and items as the store hands them out, and their resource ids."""

import base64
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from local.cosmos.indexing import Indexing
from local.cosmos.paths import split_path


class Row(NamedTuple):
    """A stored item; `body` is exactly what a read answers."""

    pk: str
    id: str
    seq: int
    ts: int
    etag: str
    body: bytes


def to_rid(raw: bytes) -> str:
    return base64.b64encode(raw).decode().replace("/", "-")


def from_rid(rid: str) -> bytes:
    try:
        return base64.b64decode(rid.replace("-", "/"), validate=True)
    except ValueError:
        return b""


@dataclass
class Database:
    rid: str
    body: dict[str, Any]

    @property
    def name(self) -> str:
        return str(self.body["id"])


@dataclass
class Container:
    rid: str
    database: Database
    body: dict[str, Any]
    lsn: int = 0
    seq: int = 0
    _indexing: Indexing | None = field(default=None, repr=False)

    @property
    def name(self) -> str:
        return str(self.body["id"])

    @property
    def link(self) -> str:
        return f"dbs/{self.database.name}/colls/{self.name}"

    @property
    def default_ttl(self) -> int | None:
        """None: expiry is off. -1: on, but items live on unless they say otherwise."""
        return self.body.get("defaultTtl")

    @property
    def indexing(self) -> Indexing:
        policy = self.body["indexingPolicy"]
        if self._indexing is None or self._indexing.policy is not policy:
            self._indexing = Indexing(policy)
        return self._indexing

    @cached_property
    def key_paths(self) -> tuple[tuple[str, ...], ...]:
        return tuple(split_path(path) for path in self.body["partitionKey"]["paths"])

    @cached_property
    def unique_rules(self) -> tuple[tuple[tuple[str, ...], ...], ...]:
        rules = self.body["uniqueKeyPolicy"]["uniqueKeys"]
        return tuple(tuple(split_path(path) for path in rule["paths"]) for rule in rules)

    def item_rid(self, seq: int) -> str:
        return to_rid(from_rid(self.rid) + seq.to_bytes(8, "little"))
