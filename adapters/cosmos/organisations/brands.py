"""The brand of each organisation, one document in its partition."""

from typing import Any, Final

from adapters.cosmos.database import Database, Items
from adapters.cosmos.documents import document, from_document
from adapters.cosmos.organisations.organisations import CONTAINER, PARTITION
from adapters.cosmos.work import order_document
from domain.base.errors import StaleVersion
from domain.operations.orders import Order
from domain.organisations.brand.brand import Brand

_ID: Final = "brand"


class CosmosBrands:
    def __init__(self, database: Database) -> None:
        self._items = Items(database, CONTAINER)

    async def get(self, org_id: str) -> Brand:
        stored = await self._items.read(_ID, org_id)
        return Brand(org_id=org_id) if stored is None else from_document(Brand, stored)

    async def save(self, brand: Brand, order: Order) -> Brand:
        new = document(_ID, _ID, brand.org_id, brand, partition=PARTITION)
        write: tuple[Any, ...] = ("create", (new,))
        if brand.etag is not None:
            write = ("replace", (_ID, new), {"if_match_etag": brand.etag})
        try:
            results = await self._items.batch([write, ("upsert", (order_document(order),))], brand.org_id)
        except FileExistsError:
            raise StaleVersion from None
        return from_document(Brand, results[0]["resourceBody"])

    async def pictures(self, org_id: str) -> frozenset[str]:
        return (await self.get(org_id)).content.pictures
