"""Repositories of long work and of orders, each in its owner's partition."""

from collections.abc import AsyncIterator, Iterable
from datetime import datetime, timedelta
from typing import Any

from adapters.cosmos.database import SCHEMA_VERSION, Database, Document, Items, instant
from adapters.cosmos.documents import from_document, place_of, readable
from domain.operations.orders import Order, OrderContainer, OrderMessage
from domain.operations.work import SYSTEM, Work

# As long as its results can be downloaded.
_ENDED_TTL = int(timedelta(days=7).total_seconds())
_DUE = "SELECT * FROM c WHERE c.kind = @kind AND c.dueAt < @now"
_OF_KIND = "SELECT * FROM c WHERE c.kind = 'work' AND c.body.kind = @kind"


class CosmosWorks:
    """Work of accounts and of organisations, in their partitions, and work of the system."""

    def __init__(self, database: Database) -> None:
        self._items = {name: Items(database, name) for name in ("accounts", "organisations", "work")}

    async def get(self, owner_id: str, work_id: str) -> Work | None:
        stored = await self._of(owner_id).read(work_id, owner_id)
        return from_document(Work, stored) if stored and stored["kind"] == "work" else None

    async def create(self, work: Work) -> bool:
        return await self._of(work.owner_id).create(work_document(work))

    async def save(self, work: Work) -> Work:
        items = self._of(work.owner_id)
        return from_document(Work, await items.replace(work_document(work), work.etag or ""))

    async def of_kind(self, owner_id: str, kind: str) -> list[Work]:
        found = await self._of(owner_id).query(_OF_KIND, owner_id, kind=kind)
        return _newest_first(found)

    async def all_of(self, owner_id: str) -> list[Work]:
        found = await self._of(owner_id).query("SELECT * FROM c WHERE c.kind = 'work'", owner_id)
        return _newest_first(found)

    async def due(self, now: datetime) -> AsyncIterator[Work]:
        for name, items in self._items.items():
            async for stored in items.stored(_DUE, kind="work", now=instant(now)):
                if (work := readable(Work, name, stored)) is not None:
                    yield work

    def _of(self, owner_id: str) -> Items:
        return self._items[_place_of(owner_id)[0]]


# Property that is the partition key of a container with orders.
_PARTITIONS: dict[OrderContainer, str] = {
    "accounts": "accountId",
    "relations": "ownerId",
    "organisations": "orgId",
}


class CosmosOrders:
    """Orders of accounts. The adapter of the changed document stores them, in the same batch."""

    def __init__(self, database: Database) -> None:
        self._items = {container: Items(database, container) for container in _PARTITIONS}

    async def get(self, message: OrderMessage) -> Order | None:
        stored = await self._items[message.container].read(message.order_id, message.owner_id)
        return from_document(Order, stored) if stored and stored["kind"] == "order" else None

    async def put(self, order: Order) -> None:
        """Store an order that follows no change, in place of an earlier one of the same kind and subject."""
        await self._items[order.container].batch([("upsert", (order_document(order),))], order.owner_id)

    async def save(self, order: Order) -> Order:
        items = self._items[order.container]
        return from_document(Order, await items.replace(order_document(order), order.etag or ""))

    async def delete(self, order: Order) -> None:
        await self._items[order.container].delete(order.id, order.owner_id, etag=order.etag)

    async def due(self, now: datetime) -> AsyncIterator[Order]:
        for container, items in self._items.items():
            async for stored in items.stored(_DUE, kind="order", now=instant(now)):
                if (order := readable(Order, container, stored)) is not None:
                    yield order


def _place_of(owner_id: str) -> tuple[str, str]:
    """Container of an owner's work, and the property that is its partition key."""
    return ("work", "key") if owner_id == SYSTEM else place_of(owner_id)


def order_document(order: Order) -> Document:
    return _document("order", order, _PARTITIONS[order.container])


def work_document(work: Work) -> Document:
    stored = _document("work", work, _place_of(work.owner_id)[1])
    return stored | {"ttl": _ENDED_TTL} if work.is_over else stored


def _document(kind: str, body: Work | Order, partition: str) -> Document:
    stored: dict[str, Any] = {
        "id": body.id,
        partition: body.owner_id,
        "kind": kind,
        "role": "controller",
        "schemaVersion": SCHEMA_VERSION,
        "createdAt": instant(body.created_at),
        "body": body.model_dump(mode="json"),
    }
    # Absent when nothing is due: the query for due documents relies on it.
    return stored if body.due_at is None else stored | {"dueAt": instant(body.due_at)}


def _newest_first(found: Iterable[Document]) -> list[Work]:
    works = [from_document(Work, stored) for stored in found]
    return sorted(works, key=lambda work: work.created_at, reverse=True)
