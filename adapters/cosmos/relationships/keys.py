"""The wrapped keys of an owner: one document in the owner's partition of `relations`."""

from adapters.cosmos.database import Database, Document, Items
from adapters.cosmos.documents import document, from_document
from adapters.cosmos.relationships.contact_documents import CONTAINER, PARTITION
from domain.relationships.keys import WrappedKeys

_ID = "owner-key"


class CosmosWrappedKeys:
    def __init__(self, database: Database) -> None:
        self._items = Items(database, CONTAINER)

    async def get(self, owner_id: str) -> WrappedKeys | None:
        stored = await self._items.read(_ID, owner_id)
        return from_document(WrappedKeys, stored) if stored else None

    async def create(self, keys: WrappedKeys) -> bool:
        return await self._items.create(_document(keys))

    async def save(self, keys: WrappedKeys) -> WrappedKeys:
        return from_document(WrappedKeys, await self._items.replace(_document(keys), keys.etag or ""))

    async def delete(self, owner_id: str) -> None:
        await self._items.delete(_ID, owner_id)


def _document(keys: WrappedKeys) -> Document:
    return document(_ID, _ID, keys.owner_id, keys, partition=PARTITION, master=keys.master)
