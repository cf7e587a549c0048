"""The domains of each organisation, one document in its partition. `dueAt` is there while one is proven."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any, Final

from adapters.cosmos.database import Database, Items, instant
from adapters.cosmos.documents import document, from_document
from adapters.cosmos.organisations.organisations import CONTAINER, PARTITION
from adapters.cosmos.work import order_document
from domain.base.errors import StaleVersion
from domain.operations.orders import Order
from domain.organisations.domains import Domains

_ID: Final = "domains"
_DUE: Final = "SELECT c.id, c.orgId FROM c WHERE c.kind = 'domains' AND c.dueAt < @now"


class CosmosDomains:
    def __init__(self, database: Database) -> None:
        self._items = Items(database, CONTAINER)

    async def get(self, org_id: str) -> Domains:
        stored = await self._items.read(_ID, org_id)
        return Domains(org_id=org_id) if stored is None else from_document(Domains, stored)

    async def any_proven(self, org_id: str) -> bool:
        return bool((await self.get(org_id)).proven)

    async def save(self, domains: Domains, order: Order | None = None) -> None:
        due = {} if domains.due_at is None else {"dueAt": instant(domains.due_at)}
        new = document(_ID, _ID, domains.org_id, domains, partition=PARTITION, **due)
        write: tuple[Any, ...] = ("create", (new,))
        if domains.etag is not None:
            write = ("replace", (_ID, new), {"if_match_etag": domains.etag})
        orders = [] if order is None else [("upsert", (order_document(order),))]
        try:
            await self._items.batch([write, *orders], domains.org_id)
        except FileExistsError:
            raise StaleVersion from None

    async def due(self, now: datetime) -> AsyncIterator[str]:
        async for stored in self._items.stored(_DUE, now=instant(now)):
            yield str(stored["orgId"])
