"""The wrapped keys of an owner: one document in the owner's partition of `relations`."""

from collections.abc import AsyncIterator
from datetime import datetime

from adapters.cosmos.database import Database, Document, Items, instant
from adapters.cosmos.documents import DELETED_TTL, document, from_document, readable
from adapters.cosmos.relationships.contact_documents import CONTAINER, PARTITION
from domain.base.errors import StaleVersion
from domain.base.model import Model
from domain.relationships.keys import WrappedKeys

_ID = "owner-key"
_ERASED = "erased-owner-key"
_DUE = (
    "SELECT * FROM c WHERE c.kind = 'owner-key'"
    " AND (c.master != @master OR NOT IS_DEFINED(c.dueAt) OR c.dueAt <= @now)"
)
_TRIES = 4


class _Nothing(Model):
    """What is left of deleted keys."""


class CosmosWrappedKeys:
    def __init__(self, database: Database) -> None:
        self._items = Items(database, CONTAINER)

    async def get(self, owner_id: str) -> WrappedKeys | None:
        stored = await self._items.read(_ID, owner_id)
        return from_document(WrappedKeys, stored) if stored and stored["kind"] == _ID else None

    async def create(self, keys: WrappedKeys) -> bool:
        return await self._items.create(_document(keys))

    async def save(self, keys: WrappedKeys) -> WrappedKeys:
        return from_document(WrappedKeys, await self._items.replace(_document(keys), keys.etag or ""))

    async def delete(self, owner_id: str) -> None:
        """Put a record in the place of the keys, for a restore, and so that nobody makes new ones."""
        record = document(_ERASED, _ID, owner_id, _Nothing(), partition=PARTITION, ttl=DELETED_TTL)
        for left in reversed(range(_TRIES)):
            stored = await self._items.read(_ID, owner_id)
            if stored is not None and stored["kind"] == _ERASED:
                return
            try:
                if stored is not None:
                    await self._items.replace(record, stored["_etag"])
                    return
                if await self._items.create(record):
                    return
            except StaleVersion:
                if not left:
                    raise

    async def due(self, master: str, now: datetime) -> AsyncIterator[WrappedKeys]:
        """Keys of all owners that another master key wrapped, or whose next step is due."""
        async for stored in self._items.stored(_DUE, master=master, now=instant(now)):
            if (keys := readable(WrappedKeys, CONTAINER, stored)) is not None:
                yield keys

    async def every(self) -> AsyncIterator[WrappedKeys]:
        """The keys of all owners."""
        async for stored in self._items.stored("SELECT * FROM c WHERE c.kind = 'owner-key'"):
            if (keys := readable(WrappedKeys, CONTAINER, stored)) is not None:
                yield keys


def _document(keys: WrappedKeys) -> Document:
    extra = {} if keys.due_at is None else {"dueAt": instant(keys.due_at)}
    return document(_ID, _ID, keys.owner_id, keys, partition=PARTITION, master=keys.master, **extra)
