"""What people took back, as a database knows it.

After a restore it is read from the account that was, to be done again (`release/erase_again.py`).
"""

from collections.abc import AsyncIterator
from datetime import datetime

from pydantic import BaseModel

from adapters.cosmos.database import Database, Items, instant
from adapters.cosmos.owned import from_document
from domain.cards import Card


class OwnedId(BaseModel):
    account_id: str
    id: str


class CosmosLedger:
    """Sweeps over all partitions: for maintenance, never for a request."""

    def __init__(self, database: Database) -> None:
        self._items = Items(database, "accounts")

    async def deleted_cards(self) -> AsyncIterator[OwnedId]:
        async for found in self._ids("deleted-card"):
            yield found

    async def deleted_profiles(self) -> AsyncIterator[OwnedId]:
        async for found in self._ids("deleted-profile"):
            yield found

    async def sessions(self) -> AsyncIterator[OwnedId]:
        async for found in self._ids("session"):
            yield OwnedId(account_id=found.account_id, id=found.id.removeprefix("session-"))

    async def reconsidered(self, since: datetime) -> AsyncIterator[Card]:
        """The cards that are paused, taken from the public, or published anew since a time."""
        sql = (
            "SELECT * FROM c WHERE c.kind = 'card' AND c.body.was_published = true"
            " AND (c.body.paused = true OR IS_NULL(c.body.published) OR c.body.published_at >= @since)"
        )
        async for stored in self._items.sweep(sql, since=instant(since)):
            yield from_document(Card, stored)

    async def _ids(self, kind: str) -> AsyncIterator[OwnedId]:
        sql = "SELECT c.id, c.accountId FROM c WHERE c.kind = @kind"
        async for stored in self._items.sweep(sql, kind=kind):
            yield OwnedId(account_id=stored["accountId"], id=stored["id"])
