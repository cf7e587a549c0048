"""Images in the partition of their account or organisation.

`listed` is the sender and the state of an organisation's image, by which those that wait are counted.
"""

from collections.abc import AsyncIterator
from datetime import datetime

from adapters.cosmos.database import Database, Document, Items, instant
from adapters.cosmos.documents import (
    OwnerContainer,
    create_once,
    document,
    from_document,
    newest_first,
    place_of,
    read_creation,
)
from domain.base.idempotency import Creation
from domain.images.image import Image


def _listed(sender: str, state: str) -> str:
    return f"{sender} {state}"


def image_document(image: Image) -> Document:
    listed = {"listed": _listed(image.sender, image.state)} if image.sender else {}
    return document(
        "image",
        image.id,
        image.account_id,
        image,
        partition=place_of(image.account_id)[1],
        createdAt=instant(image.created_at),
        **listed,
    )


class CosmosImages:
    def __init__(self, database: Database) -> None:
        self._containers: dict[OwnerContainer, Items] = {
            "accounts": Items(database, "accounts"),
            "organisations": Items(database, "organisations"),
        }

    def _of(self, owner_id: str) -> Items:
        return self._containers[place_of(owner_id)[0]]

    async def get(self, account_id: str, image_id: str) -> Image | None:
        stored = await self._of(account_id).read(image_id, account_id)
        return from_document(Image, stored) if stored and stored["kind"] == "image" else None

    async def list(self, account_id: str, limit: int, cursor: str | None) -> tuple[list[Image], str | None]:
        found, following = await newest_first(self._of(account_id), "image", account_id, limit, cursor)
        return [from_document(Image, stored) for stored in found], following

    async def count_waiting(self, account_id: str, sender: str | None) -> int:
        if sender is not None:
            sql = "SELECT VALUE COUNT(1) FROM c WHERE c.kind = 'image' AND c.listed = @listed"
            return await self._of(account_id).count(sql, account_id, listed=_listed(sender, "waiting"))
        sql = "SELECT VALUE COUNT(1) FROM c WHERE c.kind = 'image' AND c.body.state = 'waiting'"
        return await self._of(account_id).count(sql, account_id)

    async def create(self, image: Image, creation: "Creation[Image] | None") -> bool:
        items, partition = self._of(image.account_id), place_of(image.account_id)[1]
        return await create_once(
            items, image.account_id, image_document(image), creation, partition=partition
        )

    async def creation(self, account_id: str, key: str) -> "Creation[Image] | None":
        return await read_creation(self._of(account_id), Creation[Image], "image", account_id, key)

    async def save(self, image: Image) -> Image:
        items = self._of(image.account_id)
        return from_document(Image, await items.replace(image_document(image), image.etag or ""))

    async def delete(self, image: Image) -> None:
        """Delete the image unless it changed since it was read."""
        await self._of(image.account_id).delete(image.id, image.account_id, etag=image.etag)

    async def created_before(self, before: datetime) -> AsyncIterator[Image]:
        """The images of all owners that were made before a time."""
        sql = "SELECT * FROM c WHERE c.kind = 'image' AND c.createdAt < @before"
        for items in self._containers.values():
            async for stored in items.sweep(sql, before=instant(before)):
                yield from_document(Image, stored)
