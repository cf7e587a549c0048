"""Many contacts of an owner written in batches of up to a hundred: by imports, and by their undo."""

import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, Final

from adapters.cosmos.database import Database, Document, Items
from adapters.cosmos.relationships.contact_documents import CONTAINER, contact_document, sealed_part
from domain.base.errors import StaleVersion
from domain.relationships.contact import Contact
from domain.relationships.keys import OwnerKeys

# A batch may have 100 operations and 2 MB; what goes around the documents needs room, too.
_MOST_OPERATIONS: Final = 100
_MOST_BYTES: Final = 1_200_000
_FOUND: Final = 1_000

_Write = tuple[Any, ...]


class CosmosBulk:
    def __init__(self, database: Database, keys: OwnerKeys) -> None:
        self._items, self._keys = Items(database, CONTAINER), keys

    async def create_many(self, contacts: list[Contact]) -> None:
        """Store new contacts; one that is there already, also as deleted, stays as it is."""
        for some in _batches([("create", (await self._document(each),)) for each in contacts]):
            try:
                await self._items.batch(some, contacts[0].owner_id)
            except FileExistsError:
                for _, (document,) in some:
                    await self._items.create(document)

    async def delete_many(self, contacts: list[Contact]) -> None:
        """Store contacts that are deleted; one that was changed meanwhile is left alone."""
        writes: list[_Write] = []
        for each in contacts:
            replaced = (each.id, await self._document(each))
            writes.append(("replace", replaced, {"if_match_etag": each.etag}))
        for some in _batches(writes):
            try:
                await self._items.batch(some, contacts[0].owner_id)
            except StaleVersion:
                for _, (_, document), condition in some:
                    with suppress(StaleVersion):
                        await self._items.replace(document, condition["if_match_etag"])

    async def with_dependents(self, owner_id: str, contact_ids: list[str]) -> set[str]:
        """Those of the contacts to which something was added: a note, an interaction."""
        sql = "SELECT TOP @most c.contactId FROM c WHERE ARRAY_CONTAINS(@ids, c.contactId)"
        found: set[str] = set()
        while left := [item for item in contact_ids if item not in found]:
            rows = await self._items.query(sql, owner_id, ids=left, most=_FOUND)
            found |= {row["contactId"] for row in rows}
            if len(rows) < _FOUND:
                break
        return found

    async def merged(self, owner_id: str, contact_ids: list[str]) -> set[str]:
        """Those of the contacts that were merged into others."""
        sql = "SELECT c.id FROM c WHERE ARRAY_CONTAINS(@ids, c.id) AND c.kind = 'merged-contact'"
        return {row["id"] for row in await self._items.query(sql, owner_id, ids=contact_ids)}

    async def _document(self, contact: Contact) -> Document:
        key = await self._keys.of(contact.owner_id)
        return contact_document(contact, sealed_part(contact, key))


def _batches(writes: list[_Write]) -> Iterator[list[_Write]]:
    """The writes in batches that the store takes."""
    batch: list[_Write] = []
    size = 0
    for write in writes:
        more = len(json.dumps(write[1][-1]).encode())
        if batch and (len(batch) == _MOST_OPERATIONS or size + more > _MOST_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(write)
        size += more
    if batch:
        yield batch
