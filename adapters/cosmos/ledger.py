"""What people took back, as a database knows it.

After a restore it is read from the account that was, to be done again (`release/erase_again.py`). Of a card
only its state is read, so that one which cannot be read as a card is found as well.
"""

from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import datetime

from pydantic import BaseModel

from adapters.cosmos.database import Database, Items, instant


class OwnedId(BaseModel):
    account_id: str
    id: str


class Reconsidered(OwnedId):
    paused: bool
    withdrawn: bool
    published_at: datetime | None


class CosmosLedger:
    """Sweeps over all partitions: for maintenance, never for a request."""

    def __init__(self, database: Database) -> None:
        self._items = Items(database, "accounts")

    async def ids(self, kind: str) -> AsyncIterator[OwnedId]:
        """Every document of a kind, such as `deleted-card`."""
        sql = "SELECT c.id, c.accountId FROM c WHERE c.kind = @kind"
        async for stored in self._items.sweep(sql, kind=kind):
            yield OwnedId(account_id=stored["accountId"], id=stored["id"])

    async def was_used_since(self, since: datetime) -> bool:
        """Whether anybody who is signed in was seen after a time."""
        sql = "SELECT c.id FROM c WHERE c.kind = 'session' AND c.seenAt > @since"
        async with aclosing(self._items.sweep(sql, since=instant(since))) as sessions:
            return await anext(sessions, None) is not None

    async def reconsidered(self, since: datetime) -> AsyncIterator[Reconsidered]:
        """The cards that are paused, taken from the public, or published anew since a time."""
        sql = (
            "SELECT c.id, c.accountId, c.body.paused, c.body.published_at,"
            " IS_NULL(c.body.published) AS withdrawn FROM c"
            " WHERE c.kind = 'card' AND c.body.was_published = true"
            " AND (c.body.paused = true OR IS_NULL(c.body.published) OR c.body.published_at >= @since)"
        )
        async for stored in self._items.sweep(sql, since=instant(since)):
            yield Reconsidered(account_id=stored["accountId"], **stored)
