"""Connections with organisations in the partition of the account, in `relations`.

The contact is named in the body only: who erases the contact does not end the connection. What was ended goes
after some weeks.
"""

from adapters.cosmos.database import Database, Document, Items, instant
from adapters.cosmos.documents import DAY, DELETED_TTL, count, document, from_document, newest_first
from domain.base.errors import StaleVersion
from domain.companies.link import CompanyLink

CONTAINER, PARTITION = "relations", "ownerId"
_HERE, _ENDED = "company-connection", "company-connection-ended"


class CosmosCompanyLinks:
    def __init__(self, database: Database) -> None:
        self._items = Items(database, CONTAINER)

    async def get(self, owner_id: str, link_id: str) -> CompanyLink | None:
        stored = await self._items.read(link_id, owner_id)
        return from_document(CompanyLink, stored) if stored and stored["kind"] in (_HERE, _ENDED) else None

    async def save(self, link: CompanyLink) -> CompanyLink:
        new = _document(link)
        if link.etag is not None:
            return from_document(CompanyLink, await self._items.replace(new, link.etag))
        if not await self._items.create(new):
            raise StaleVersion
        stored = await self._items.read(link.id, link.owner_id)
        if stored is None:
            raise StaleVersion
        return from_document(CompanyLink, stored)

    async def count(self, owner_id: str) -> int:
        return await count(self._items, _HERE, owner_id)

    async def page(
        self, owner_id: str, limit: int, cursor: str | None, *, ended: bool = False
    ) -> tuple[list[CompanyLink], str | None]:
        kind = _ENDED if ended else _HERE
        found, following = await newest_first(self._items, kind, owner_id, limit, cursor)
        return [from_document(CompanyLink, stored) for stored in found], following


def _document(link: CompanyLink) -> Document:
    extra: Document = {"createdAt": instant(link.since)}
    if link.state == "ended":
        # Longer than what is left of the exchange: until then its number must not be used again.
        extra["ttl"] = DELETED_TTL + DAY
    kind = _ENDED if link.state == "ended" else _HERE
    return document(kind, link.id, link.owner_id, link, partition=PARTITION, **extra)
