"""Connections: pairs of accounts that agreed to be connected, kept in each owner's partition."""

from adapters.cosmos.database import Database, Items


class CosmosConnections:
    def __init__(self, database: Database) -> None:
        self._items = Items(database, "relations")

    async def connected(self, owner_id: str, account_id: str) -> bool:
        """Whether the owner has this account as a connection. One point read."""
        return await self._items.read(f"connection-{account_id}", owner_id) is not None

    async def any(self, owner_id: str) -> bool:
        """Whether the owner has any connection."""
        sql = "SELECT TOP 1 c.id FROM c WHERE STARTSWITH(c.id, 'connection-')"
        return bool(await self._items.query(sql, owner_id))
