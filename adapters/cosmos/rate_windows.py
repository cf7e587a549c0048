"""Counts of rate limits: one small document for each window, which expires with it."""

from adapters.cosmos.database import SCHEMA_VERSION, Database, Items
from domain.base.errors import StaleVersion, Unavailable

_ID = "window"


class CosmosRateWindows:
    def __init__(self, database: Database) -> None:
        self._items = Items(database, "work")

    async def add(self, key: str, count: int, *, ttl: int) -> int:
        partition = f"rate:{key}"
        begun = {
            "id": _ID,
            "key": partition,
            "kind": "rate-window",
            "role": "controller",
            "schemaVersion": SCHEMA_VERSION,
            "count": count,
            "ttl": ttl,
        }
        raising = ("patch", (_ID, [{"op": "incr", "path": "/count", "value": count}]))
        # Another worker may create the window between the first two.
        for operation in (raising, ("create", (begun,)), raising):
            try:
                results = await self._items.batch([operation], partition)
            except (StaleVersion, FileExistsError):
                continue
            return int(results[0]["resourceBody"]["count"])
        raise Unavailable
