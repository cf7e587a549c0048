"""What people were told of requests by mail, in the partition of their organisation; and who decides."""

from typing import Final

from adapters.cosmos.database import Database, Items
from adapters.cosmos.documents import DELETED_TTL, document, from_document
from adapters.cosmos.organisations.inviting.by_id import members_after
from adapters.cosmos.organisations.organisations import CONTAINER, PARTITION
from domain.base.errors import StaleVersion
from domain.organisations.change_requests.told import Told
from domain.organisations.organisation import Member, MemberFilter
from domain.organisations.roles import Role

_KIND: Final = "request-told"


class CosmosTold:
    def __init__(self, database: Database) -> None:
        self._items = Items(database, CONTAINER)

    async def get(self, org_id: str, subject_id: str) -> Told | None:
        stored = await self._items.read(_id(subject_id), org_id)
        return None if stored is None else from_document(Told, stored)

    async def save(self, told: Told) -> Told:
        new = document(_KIND, _id(told.subject_id), told.org_id, told, partition=PARTITION, ttl=DELETED_TTL)
        if told.etag is not None:
            return from_document(Told, await self._items.replace(new, told.etag))
        try:
            [created] = await self._items.batch([("create", (new,))], told.org_id)
        except FileExistsError:
            raise StaleVersion from None
        return from_document(Told, created["resourceBody"])

    async def with_role(self, org_id: str, role: Role, limit: int, after: str) -> list[Member]:
        return await members_after(self._items, org_id, MemberFilter(role=role), limit, after)


def _id(subject_id: str) -> str:
    return f"{_KIND}-{subject_id}"
