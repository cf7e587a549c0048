"""Imports of an owner, and the lock by which one of them is written at a time.

An import carries no names: what the file says is in sealed pieces. A change that begins long work is stored
with the order to start it.
"""

from typing import Any, Final, Literal

from adapters.cosmos.database import Database, Document, Items, instant
from adapters.cosmos.documents import document, from_document, newest_first
from adapters.cosmos.relationships.contact_documents import CONTAINER, PARTITION
from adapters.cosmos.work import order_document
from domain.operations.orders import new_order
from domain.relationships.transfer.imports import LISTED, START_IMPORT, Import, ImportUnderWay

_KIND: Final = "import"
_LOCK: Final = "import-lock"
_TTL: Final = int(LISTED.total_seconds())


class CosmosImports:
    def __init__(self, database: Database) -> None:
        self._items = Items(database, CONTAINER)

    async def get(self, owner_id: str, import_id: str) -> Import | None:
        stored = await self._items.read(import_id, owner_id)
        return from_document(Import, stored) if stored and stored["kind"] == _KIND else None

    async def create(self, new: Import) -> bool:
        try:
            await self._items.batch([("create", (_document(new),)), *_orders(new)], new.owner_id)
        except FileExistsError:
            return False
        return True

    async def save(self, changed: Import, *, lock: Literal["", "take", "release"] = "") -> Import:
        operations: list[tuple[Any, ...]] = [
            ("replace", (changed.id, _document(changed)), {"if_match_etag": changed.etag}),
            *_orders(changed),
        ]
        if lock == "take":
            operations.append(("create", (_lock(changed),)))
        elif lock == "release" and await self._items.read(_LOCK, changed.owner_id):
            operations.append(("delete", (_LOCK,)))
        try:
            await self._items.batch(operations, changed.owner_id)
        except FileExistsError:
            raise ImportUnderWay from None
        stored = await self._items.read(changed.id, changed.owner_id)
        return from_document(Import, stored) if stored else changed

    async def list(self, owner_id: str, limit: int, cursor: str | None) -> tuple[list[Import], str | None]:
        found, following = await newest_first(self._items, _KIND, owner_id, limit, cursor)
        return [from_document(Import, stored) for stored in found], following


def _document(found: Import) -> Document:
    extra: Document = {"createdAt": instant(found.created_at), "ttl": _TTL}
    return document(_KIND, found.id, found.owner_id, found, partition=PARTITION, **extra)


def _lock(found: Import) -> Document:
    """Held while an import is written; like the import, it is forgotten even where nothing releases it."""
    return document(_LOCK, _LOCK, found.owner_id, found.named(), partition=PARTITION, ttl=_TTL)


def _orders(found: Import) -> list[tuple[Any, ...]]:
    if not found.is_busy:
        return []
    order = new_order(START_IMPORT, found.owner_id, found.id, found.updated_at, container="relations")
    return [("upsert", (order_document(order),))]
