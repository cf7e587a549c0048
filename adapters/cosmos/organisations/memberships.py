"""The organisations of each account, one document in its partition of `accounts`."""

from typing import Final

from adapters.cosmos.database import Database, Items
from adapters.cosmos.documents import document, from_document
from domain.base.errors import StaleVersion
from domain.organisations.memberships import Memberships

_ID: Final = "memberships"


class CosmosMemberships:
    def __init__(self, database: Database) -> None:
        self._items = Items(database, "accounts")

    async def get(self, account_id: str) -> Memberships:
        stored = await self._items.read(_ID, account_id)
        return Memberships(account_id=account_id) if stored is None else from_document(Memberships, stored)

    async def save(self, memberships: Memberships) -> None:
        new = document(_ID, _ID, memberships.account_id, memberships)
        if memberships.etag is not None:
            await self._items.replace(new, memberships.etag)
        elif not await self._items.create(new):
            raise StaleVersion
