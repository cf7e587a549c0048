"""Withdrawals to repeat in a restored database, without the keys of owners (see `release/erase_again.py`)."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import NamedTuple

from adapters.cosmos.database import Database, Document, Items
from adapters.cosmos.exchange.exchanges import KINDS, CosmosProofs
from adapters.cosmos.relationships.contact_documents import CONTAINER
from adapters.cosmos.work import order_document
from domain.exchange.exchange import CONTACT
from domain.operations.orders import new_order


class Withdrawn(NamedTuple):
    """A withdrawn exchange as it is stored, without what the person said."""

    stored: Document

    @property
    def id(self) -> str:
        return str(self.stored["id"])


class CosmosWithdrawals:
    def __init__(self, database: Database) -> None:
        self._items, self.proofs = Items(database, CONTAINER), CosmosProofs(database)

    async def all(self) -> AsyncIterator[Withdrawn]:
        """Every withdrawal of the last weeks, of all owners."""
        sql = "SELECT * FROM c WHERE c.kind = @kind"
        async for stored in self._items.stored(sql, kind=KINDS["withdrawn"]):
            yield Withdrawn(stored)

    async def is_open(self, gone: Withdrawn) -> bool:
        """Whether this database still has what was withdrawn."""
        stored = await self._items.read(gone.id, gone.stored["ownerId"])
        return stored is not None and stored["kind"] != KINDS["withdrawn"]

    async def repeat(self, gone: Withdrawn, old: "CosmosWithdrawals", now: datetime) -> None:
        """Withdraw here what was withdrawn in the old database.

        What the contact has of it is taken out by an order, once the app runs, because that needs keys.
        """
        owner = gone.stored["ownerId"]
        here = await self._items.read(gone.id, owner)
        if here is None:
            return
        sealed = here["private"].get("in_contact")
        body = {
            **gone.stored["body"],
            # What is sealed opens with the version that it was sealed for.
            "version": here["body"]["version"],
            "contact_id": here.get("contactId"),
        }
        new = {name: value for name, value in gone.stored.items() if not name.startswith("_")}
        new |= {"body": body, "private": {"in_contact": sealed} if sealed else {}}
        order = new_order(CONTACT, owner, gone.id, now, container="relations")
        await self._items.batch(
            [
                ("replace", (gone.id, new), {"if_match_etag": here["_etag"]}),
                ("upsert", (order_document(order),)),
            ],
            owner,
        )
        if (proof := await old.proofs.get(body["link"])) is not None:
            await self.proofs.put(proof)
