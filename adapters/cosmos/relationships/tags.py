"""The tags of an owner in one document of their partition of `relations`, sealed with the owner's key."""

from adapters.cosmos.database import Database, Items
from adapters.cosmos.relationships.contact_documents import CONTAINER, readable_whole, whole_document
from domain.base.errors import StaleVersion
from domain.relationships.keys import OwnerKey, OwnerKeys
from domain.relationships.tags import TagBook

_ID = "contact-tags"


class CosmosTags:
    def __init__(self, database: Database, keys: OwnerKeys) -> None:
        self._items, self._keys = Items(database, CONTAINER), keys

    async def key(self, owner_id: str) -> OwnerKey:
        return await self._keys.of(owner_id)

    async def book(self, owner_id: str) -> TagBook:
        stored = await self._items.read(_ID, owner_id)
        if stored is None:
            return TagBook(owner_id=owner_id)
        book = readable_whole(TagBook, stored, await self._keys.of(owner_id))
        # Contacts have their tags themselves: a damaged book keeps nobody from them, and is begun anew.
        return book or TagBook(owner_id=owner_id, etag=stored["_etag"])

    async def save_book(self, book: TagBook) -> None:
        new = whole_document(_ID, _ID, book.owner_id, book, await self._keys.of(book.owner_id))
        if book.etag is not None:
            await self._items.replace(new, book.etag)
        elif not await self._items.create(new):
            raise StaleVersion

    async def any_tagged(self, owner_id: str, tag_id: str) -> bool:
        sql = "SELECT TOP 1 c.id FROM c WHERE ARRAY_CONTAINS(c.tags, @tag)"
        return bool(await self._items.query(sql, owner_id, tag=tag_id))
