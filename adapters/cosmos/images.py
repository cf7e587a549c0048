"""Images in their account's partition."""

from collections.abc import AsyncIterator
from datetime import datetime

from adapters.cosmos.database import Database, Document, Items, instant
from adapters.cosmos.documents import create_once, document, from_document, newest_first, read_creation
from domain.base.idempotency import Creation
from domain.images.image import Image


def _document(image: Image) -> Document:
    return document("image", image.id, image.account_id, image, createdAt=instant(image.created_at))


class CosmosImages:
    def __init__(self, database: Database) -> None:
        self._items = Items(database, "accounts")

    async def get(self, account_id: str, image_id: str) -> Image | None:
        stored = await self._items.read(image_id, account_id)
        return from_document(Image, stored) if stored and stored["kind"] == "image" else None

    async def list(self, account_id: str, limit: int, cursor: str | None) -> tuple[list[Image], str | None]:
        found, following = await newest_first(self._items, "image", account_id, limit, cursor)
        return [from_document(Image, stored) for stored in found], following

    async def count_waiting(self, account_id: str) -> int:
        sql = "SELECT VALUE COUNT(1) FROM c WHERE c.kind = 'image' AND c.body.state = 'waiting'"
        return await self._items.count(sql, account_id)

    async def create(self, image: Image, creation: "Creation[Image] | None") -> bool:
        return await create_once(self._items, image.account_id, _document(image), creation)

    async def creation(self, account_id: str, key: str) -> "Creation[Image] | None":
        return await read_creation(self._items, Creation[Image], "image", account_id, key)

    async def save(self, image: Image) -> Image:
        return from_document(Image, await self._items.replace(_document(image), image.etag or ""))

    async def delete(self, image: Image) -> None:
        """Delete the image unless it changed since it was read."""
        await self._items.delete(image.id, image.account_id, etag=image.etag)

    async def created_before(self, before: datetime) -> AsyncIterator[Image]:
        """The images of all accounts that were made before a time."""
        sql = "SELECT * FROM c WHERE c.kind = 'image' AND c.createdAt < @before"
        async for stored in self._items.sweep(sql, before=instant(before)):
            yield from_document(Image, stored)
