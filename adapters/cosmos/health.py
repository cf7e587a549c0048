"""Whether the store answers, and how long the oldest work in it has waited."""

from contextlib import aclosing
from datetime import datetime

from adapters.cosmos.database import Database, Items, instant
from domain.operations.health import Waiting
from domain.operations.orders import PATIENCE

# Enough to know that many wait; counting on would load a store that is behind already.
_MOST = 100


class CosmosHealth:
    def __init__(self, database: Database) -> None:
        self._published, self._accounts = Items(database, "published"), Items(database, "accounts")

    async def waiting(self, now: datetime) -> list[Waiting]:
        """Orders that nobody carried out and long work that nobody goes on with, of each at most a hundred.

        Reads as a card's page does first.
        """
        await self._published.read("health", "health")
        before = now - PATIENCE
        return [
            await self._oldest("order", "createdAt", "orders not done", before),
            await self._oldest("work", "dueAt", "work not gone on with", before),
        ]

    async def _oldest(self, kind: str, field: str, name: str, before: datetime) -> Waiting:
        oldest, count = None, 0
        sql = f"SELECT c.{field} FROM c WHERE c.kind = @kind AND c.{field} < @before"  # noqa: S608 - our own names
        async with aclosing(self._accounts.sweep(sql, kind=kind, before=instant(before))) as found:
            async for stored in found:
                at = datetime.fromisoformat(stored[field])
                oldest, count = min(oldest or at, at), count + 1
                if count == _MOST:
                    break
        return Waiting(name=name, count=count, oldest_at=oldest)
