"""What the page of relationships asks: strengths of some contacts, who was met, what was dismissed."""

import hashlib
from collections.abc import Sequence
from datetime import date

from adapters.cosmos.database import Database, Document, Items, instant
from adapters.cosmos.documents import document, from_document, newest_first
from adapters.cosmos.relationships.contact_documents import CONTAINER, PARTITION
from domain.base.ids import ID_BYTES, ID_PREFIXES, make_id
from domain.relationships.refine.dismissals import Dismissal
from domain.relationships.strength.strength import Strength, date_of

_DISMISSAL = "dismissal"


class CosmosRefining:
    def __init__(self, database: Database) -> None:
        self._items = Items(database, CONTAINER)

    async def last_days(self, owner_id: str, contact_ids: Sequence[str]) -> dict[str, date]:
        """The day of the last interaction with each of the contacts, where there is one."""
        strengths = await self.strengths_of(owner_id, contact_ids)
        return {
            contact: date_of(strength.sums.last)
            for contact, strength in strengths.items()
            if strength.sums.last is not None
        }

    async def strengths_of(self, owner_id: str, contact_ids: Sequence[str]) -> dict[str, Strength]:
        """The strengths of these contacts, by contact, where there are any."""
        ids = [f"strength-{each}" for each in contact_ids]
        sql = "SELECT * FROM c WHERE ARRAY_CONTAINS(@ids, c.id)"
        found = await self._items.query(sql, owner_id, ids=ids) if ids else []
        strengths = [from_document(Strength, stored) for stored in found]
        return {strength.contact_id: strength for strength in strengths}

    async def days_of(self, owner_id: str, first: date, last: date, most: int) -> list[date]:
        """The days of the owner's interactions between two days, the newest first, at most so many."""
        sql = (
            "SELECT TOP @count c.byDay FROM c WHERE c.byDay >= @first AND c.byDay < @end"
            " ORDER BY c.byDay DESC"
        )
        given = {"first": f"{first}:", "end": f"{last};"}
        found = await self._items.query(sql, owner_id, count=most, **given)
        return [date.fromisoformat(stored["byDay"].partition(":")[0]) for stored in found]

    async def met_lately(self, owner_id: str, first: date, last: date, most: int) -> list[str]:
        """Ids of the contacts that were met at an event between two days, the latest first."""
        sql = (
            "SELECT TOP @count c.id FROM c WHERE c.metOn >= @first AND c.metOn <= @last"
            " AND c.kind = 'contact' ORDER BY c.metOn DESC"
        )
        given = {"first": first.isoformat(), "last": last.isoformat()}
        found = await self._items.query(sql, owner_id, count=most, **given)
        return [stored["id"] for stored in found]

    async def dismissals(self, owner_id: str, contact_ids: Sequence[str]) -> list[Dismissal]:
        sql = "SELECT * FROM c WHERE c.kind = 'dismissal' AND ARRAY_CONTAINS(@ids, c.contactId)"
        found = await self._items.query(sql, owner_id, ids=list(contact_ids)) if contact_ids else []
        return [_dismissal(stored) for stored in found]

    async def dismiss(self, dismissal: Dismissal) -> None:
        """Store it in place of the one before for this contact and kind."""
        item = _id(dismissal.contact_id, dismissal.kind)
        extra = {"contactId": dismissal.contact_id, "createdAt": instant(dismissal.at)}
        new = document(_DISMISSAL, item, dismissal.owner_id, dismissal, partition=PARTITION, **extra)
        await self._items.batch([("upsert", (new,))], dismissal.owner_id)

    async def take_back(self, owner_id: str, contact_id: str, kind: str) -> None:
        await self._items.delete(_id(contact_id, kind), owner_id)

    async def list(self, owner_id: str, limit: int, cursor: str | None) -> tuple[list[Dismissal], str | None]:
        """A page of the dismissals, the latest first."""
        found, following = await newest_first(self._items, _DISMISSAL, owner_id, limit, cursor)
        return [_dismissal(stored) for stored in found], following


def _dismissal(stored: Document) -> Dismissal:
    # A merge of contacts changes whose it is, and nothing else.
    return Dismissal.model_validate({**stored["body"], "contact_id": stored["contactId"]})


def _id(contact_id: str, kind: str) -> str:
    digest = hashlib.sha256(f"{kind} {contact_id}".encode()).digest()
    return make_id(ID_PREFIXES["dismissal"], digest[:ID_BYTES])
