"""What an account has in its partition, counted for a copy of it."""

from adapters.cosmos.database import Database, Items


class CosmosCounts:
    def __init__(self, database: Database) -> None:
        self._items = Items(database, "accounts")

    async def count(self, account_id: str, kind: str) -> int:
        return await self._items.count("c.kind = @kind", account_id, kind=kind)
