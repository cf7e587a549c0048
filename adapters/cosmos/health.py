"""Whether the store answers, and how long the oldest work in it has waited."""

from collections.abc import AsyncIterator, Iterable
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
        self._system, self._organisations = Items(database, "work"), Items(database, "organisations")
        self._relations = Items(database, "relations")

    async def look(self) -> None:
        """Ask one partition, as a card's page does; reading an item would not notice a missing container."""
        await self._published.query("SELECT TOP 1 c.id FROM c", "health")

    async def waiting(self, now: datetime) -> list[Waiting]:
        """Orders that nobody carried out and work that nobody goes on with, of each at most a hundred."""
        before = now - PATIENCE
        return [
            await _oldest(
                [self._accounts, self._organisations, self._relations],
                "order",
                "createdAt",
                "orders not done",
                before,
            ),
            # Work of nobody in particular is elsewhere.
            await _oldest(
                [self._accounts, self._organisations, self._system],
                "work",
                "dueAt",
                "work not gone on with",
                before,
            ),
        ]


async def _oldest(containers: Iterable[Items], kind: str, field: str, name: str, before: datetime) -> Waiting:
    times = [at for items in containers async for at in _times(items, kind, field, before)]
    return Waiting(name=name, count=min(len(times), _MOST), oldest_at=min(times, default=None))


async def _times(items: Items, kind: str, field: str, before: datetime) -> AsyncIterator[datetime]:
    sql = f"SELECT c.{field} FROM c WHERE c.kind = @kind AND c.{field} < @before"  # noqa: S608 - our own names
    count = 0
    async with aclosing(items.sweep(sql, kind=kind, before=instant(before))) as found:
        async for stored in found:
            yield datetime.fromisoformat(stored[field])
            count += 1
            if count == _MOST:
                break
