"""The heads of search indexes, and batches that tell the index of what they change.

Whoever writes what can be found sends its operations through `IndexedItems.batch` with the changes: they are
appended to the owner's head in the same batch, so that neither is stored without the other.
"""

import os
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

from adapters.cosmos.database import Database, Document, Items
from adapters.cosmos.documents import count, document, from_document
from adapters.cosmos.relationships.contact_documents import CONTAINER, PARTITION
from domain.base.errors import StaleVersion
from domain.relationships.keys import OwnerKeys
from domain.relationships.search.entry import Change
from domain.relationships.search.head import MOST_BYTES, Head, told
from domain.relationships.search.upkeep import wants_compaction

_ID = "search-head"


class CosmosSearchHeads:
    def __init__(self, database: Database) -> None:
        self._items = Items(database, CONTAINER)

    async def get(self, owner_id: str) -> Head | None:
        stored = await self._items.read(_ID, owner_id)
        return from_document(Head, stored) if stored else None

    async def create(self, head: Head) -> bool:
        return await self._items.create(_document(head))

    async def replace(self, head: Head) -> Head:
        return from_document(Head, await self._items.replace(_document(head), head.etag or ""))


def _document(head: Head) -> Document:
    return document(_ID, _ID, head.owner_id, head, partition=PARTITION)


class IndexedItems:
    """`full` is called for an owner whose head has so many changes that it is time for a snapshot.

    Without `keys`, as tools of operators have it, nothing can be told: the index is built anew.
    """

    def __init__(
        self, database: Database, keys: OwnerKeys | None, full: Callable[[str], Awaitable[None]] | None
    ) -> None:
        self._items, self._heads = Items(database, CONTAINER), CosmosSearchHeads(database)
        self._keys, self._full = keys, full

    async def batch(
        self, operations: Sequence[tuple[Any, ...]], owner_id: str, changes: Sequence[Change]
    ) -> list[Document]:
        """Do all operations or none, as `Items.batch`, and tell the index. One operation is added."""
        change = await self._operation(owner_id, changes)
        try:
            results = await self._items.batch([*operations, change], owner_id)
        except StaleVersion:
            if await self._heads.get(owner_id) is not None:
                raise
            await self._begin(owner_id)
            results = await self._items.batch([*operations, change], owner_id)
        await self._look(owner_id, results[-1].get("resourceBody"), changes)
        return results[:-1]

    def writing(
        self, owner_id: str, changes: Sequence[Change]
    ) -> Callable[[list[tuple[Any, ...]]], Awaitable[list[Document]]]:
        """`batch` for operations to come."""
        return partial(self.batch, owner_id=owner_id, changes=changes)

    async def _operation(self, owner_id: str, changes: Sequence[Change]) -> tuple[Any, ...]:
        if self._keys is None:
            patch = [{"op": "set", "path": "/body/ready", "value": False}]
        else:
            delta = told(changes, await self._keys.of(owner_id), os.urandom(12).hex())
            patch = [
                {"op": "incr", "path": "/body/sequence", "value": 1},
                {"op": "add", "path": "/body/deltas/-", "value": delta.model_dump()},
            ]
        return ("patch", (_ID, patch))

    async def _begin(self, owner_id: str) -> None:
        """Store the first head: there is nothing to build for who has no contacts yet."""
        empty = await count(self._items, "contact", owner_id) == 0
        await self._heads.create(Head(owner_id=owner_id, epoch=os.urandom(12).hex(), ready=empty))

    async def _look(self, owner_id: str, stored: Document | None, changes: Sequence[Change]) -> None:
        if stored is None or self._full is None:
            return
        head = from_document(Head, stored)
        erases = any(change.state == "erased" or (change.words is None and change.note) for change in changes)
        if wants_compaction(len(head.deltas)) or erases:
            await self._full(owner_id)
        if sum(len(delta.text) for delta in head.deltas) > MOST_BYTES:
            # Nobody made it smaller, and it must not keep its owner from writing.
            given_up = head.model_copy(update={"ready": False, "deltas": [], "base": head.sequence})
            with suppress(StaleVersion):  # another writer has seen it, too
                await self._heads.replace(given_up)
