"""Zips of photos, in the partition of the organisation: whose each file is stands in pages of their own."""

from collections.abc import Sequence
from typing import Any, Final

from adapters.cosmos.database import Database, Document, Items, instant
from adapters.cosmos.documents import document, from_document, newest_first
from adapters.cosmos.images import image_document
from adapters.cosmos.organisations.organisations import CONTAINER, PARTITION
from adapters.cosmos.work import order_document
from domain.base.errors import StaleVersion
from domain.images.image import Image
from domain.organisations.imports.imports import LISTED
from domain.organisations.photos.photos import CardRule, Photos, Rows, start_order

_KIND: Final = "people-photos"
_PAGE: Final = "photos-page"
_TTL: Final = int(LISTED.total_seconds())
_RULES: Final = (
    "SELECT c.id, c.body.staff.template_id AS template, c.body.staff.number AS number FROM c"
    " WHERE c.kind = 'card' AND ARRAY_CONTAINS(@ids, c.id)"
)


class CosmosPhotos:
    def __init__(self, database: Database) -> None:
        self._items = Items(database, CONTAINER)

    async def get(self, org_id: str, photos_id: str) -> Photos | None:
        stored = await self._items.read(photos_id, org_id)
        return from_document(Photos, stored) if stored and stored["kind"] == _KIND else None

    async def create(self, new: Photos) -> bool:
        return await self._items.create(_document(new))

    async def save(self, changed: Photos) -> Photos:
        new, order = _document(changed), start_order(changed)
        operations: list[tuple[Any, ...]] = [("replace", (new["id"], new), {"if_match_etag": changed.etag})]
        if order is not None:
            operations.append(("upsert", (order_document(order),)))
        results = await self._items.batch(operations, changed.org_id)
        return from_document(Photos, results[0]["resourceBody"])

    async def put(self, pages: Sequence[Rows]) -> None:
        await self._items.batch([("upsert", (_page(each),)) for each in pages], pages[0].org_id)

    async def replace(self, changed: Rows, new: Sequence[Image] = ()) -> Rows:
        page = _page(changed)
        operations: list[tuple[Any, ...]] = [
            ("replace", (page["id"], page), {"if_match_etag": changed.etag}),
            *[("create", (image_document(image),)) for image in new],
        ]
        try:
            results = await self._items.batch(operations, changed.org_id)
        except FileExistsError:
            raise StaleVersion from None
        return from_document(Rows, results[0]["resourceBody"])

    async def page(self, of: Photos, page: int) -> Rows | None:
        stored = await self._items.read(_page_id(of.id, page), of.org_id)
        return from_document(Rows, stored) if stored else None

    async def rules(self, org_id: str, card_ids: Sequence[str]) -> dict[str, CardRule]:
        found = await self._items.query(_RULES, org_id, ids=list(card_ids)) if card_ids else []
        return {each["id"]: CardRule(each["template"], each["number"]) for each in found}

    async def list(self, org_id: str, limit: int, cursor: str | None) -> tuple[list[Photos], str | None]:
        found, following = await newest_first(self._items, _KIND, org_id, limit, cursor)
        return [from_document(Photos, stored) for stored in found], following


def _page_id(photos_id: str, page: int) -> str:
    return f"{photos_id}-rows-{page:04}"


def _page(rows: Rows) -> Document:
    place = _page_id(rows.photos_id, rows.page)
    return document(_PAGE, place, rows.org_id, rows, partition=PARTITION, ttl=_TTL)


def _document(found: Photos) -> Document:
    return document(
        _KIND,
        found.id,
        found.org_id,
        found,
        partition=PARTITION,
        createdAt=instant(found.created_at),
        ttl=_TTL,
    )
