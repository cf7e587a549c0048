"""Sealed credentials of sources, each in the partition of its source, and erased with it."""

from typing import Final

from adapters.cosmos.database import Database, Document, Items
from adapters.cosmos.documents import from_document
from adapters.cosmos.integrations.records import CONTAINER, client_document
from domain.integrations.connecting import StoredCredentials

_KIND: Final = "credentials"


class CosmosCredentials:
    def __init__(self, database: Database) -> None:
        self._items = Items(database, CONTAINER)

    async def get(self, key: str) -> StoredCredentials | None:
        stored = await self._items.read(_KIND, key)
        return None if stored is None else from_document(StoredCredentials, stored)

    async def create(self, key: str, stored: StoredCredentials) -> bool:
        return await self._items.create(_document(key, stored))

    async def save(self, key: str, stored: StoredCredentials) -> StoredCredentials:
        replaced = await self._items.replace(_document(key, stored), stored.etag or "")
        return from_document(StoredCredentials, replaced)


def _document(key: str, stored: StoredCredentials) -> Document:
    return client_document(_KIND, _KIND, key, stored)
