"""The tags of an owner in one document of their partition of `relations`."""

from adapters.cosmos.database import Database, Items
from adapters.cosmos.documents import document, from_document
from adapters.cosmos.relationships.contacts import CONTAINER, PARTITION
from domain.base.errors import StaleVersion
from domain.relationships.tags import TagBook

_ID = "contact-tags"


class CosmosTags:
    def __init__(self, database: Database) -> None:
        self._items = Items(database, CONTAINER)

    async def book(self, owner_id: str) -> TagBook:
        stored = await self._items.read(_ID, owner_id)
        return from_document(TagBook, stored) if stored else TagBook(owner_id=owner_id)

    async def save_book(self, book: TagBook) -> None:
        new = document(_ID, _ID, book.owner_id, book, partition=PARTITION)
        if book.etag is not None:
            await self._items.replace(new, book.etag)
        elif not await self._items.create(new):
            raise StaleVersion

    async def any_tagged(self, owner_id: str, tag_id: str) -> bool:
        sql = "SELECT TOP 1 c.id FROM c WHERE ARRAY_CONTAINS(c.tags, @tag)"
        return bool(await self._items.query(sql, owner_id, tag=tag_id))
