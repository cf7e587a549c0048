"""Whether the store answers, and how long the oldest order in it has waited."""

from contextlib import aclosing
from datetime import datetime

from adapters.cosmos.database import Database, Items, instant
from domain.operations.health import Waiting
from domain.publishing.repair import PROJECTION_TIME

# Enough to know that many wait; counting on would load a store that is behind already.
_MOST = 100


class CosmosHealth:
    def __init__(self, database: Database) -> None:
        self._published, self._accounts = Items(database, "published"), Items(database, "accounts")

    async def waiting(self, now: datetime) -> Waiting:
        """The orders to show cards that are due, of at most a hundred. Reads as a card's page does first."""
        await self._published.read("health", "health")
        oldest, count = None, 0
        sql = "SELECT c.createdAt FROM c WHERE c.kind = 'projection' AND c.createdAt < @before"
        async with aclosing(self._accounts.sweep(sql, before=instant(now - PROJECTION_TIME))) as found:
            async for order in found:
                at = datetime.fromisoformat(order["createdAt"])
                oldest, count = min(oldest or at, at), count + 1
                if count == _MOST:
                    break
        return Waiting(name="projections", count=count, oldest_at=oldest)
