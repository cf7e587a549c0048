"""What people withdrew from organisations, or organisations deleted, to repeat in a restored database."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import NamedTuple

from adapters.cosmos.companies.exchanges import CONTAINER, PARTITION
from adapters.cosmos.database import Database, Document, Items
from adapters.cosmos.exchange.exchanges import KINDS, CosmosProofs
from adapters.cosmos.work import order_document
from domain.companies.link import COMPANY_LINK
from domain.exchange.exchange import order_for

_HERE = (KINDS["kept"], KINDS["unconfirmed"])


class Ended(NamedTuple):
    """What is stored of an exchange that is over: nothing that anybody said."""

    stored: Document

    @property
    def id(self) -> str:
        return str(self.stored["id"])


class CosmosEndings:
    def __init__(self, database: Database) -> None:
        self._items, self.proofs = Items(database, CONTAINER), CosmosProofs(database)

    async def all(self) -> AsyncIterator[Ended]:
        """Those of the last weeks, of all organisations."""
        for state in ("withdrawn", "dismissed"):
            sql = "SELECT * FROM c WHERE c.kind = @kind"
            async for stored in self._items.stored(sql, kind=KINDS[state]):
                yield Ended(stored)

    async def is_open(self, gone: Ended) -> bool:
        """Whether this database still has what was given."""
        stored = await self._items.read(gone.id, gone.stored[PARTITION])
        return stored is not None and stored["kind"] in _HERE

    async def repeat(self, gone: Ended, old: "CosmosEndings", now: datetime) -> None:
        """End it here as it was ended in the old database; who was connected follows by an order."""
        org_id = gone.stored[PARTITION]
        here = await self._items.read(gone.id, org_id)
        if here is None:
            return
        new = {name: value for name, value in gone.stored.items() if not name.startswith("_")}
        order = order_for(COMPANY_LINK, org_id, gone.id, now)
        await self._items.batch(
            [
                ("replace", (gone.id, new), {"if_match_etag": here["_etag"]}),
                ("upsert", (order_document(order),)),
            ],
            org_id,
        )
        if (proof := await old.proofs.get(gone.stored["body"]["link"])) is not None:
            await self.proofs.put(proof)
