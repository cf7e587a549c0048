"""Past values of contacts, sealed, in a document beside each contact that has any."""

from datetime import UTC, date, datetime, time
from typing import Any

from adapters.cosmos.database import Database, Document, Items, instant
from adapters.cosmos.relationships.contact_documents import (
    CONTAINER,
    opened_whole,
    readable_whole,
    whole_document,
)
from adapters.cosmos.relationships.creations import key_of
from domain.relationships.history.history import History
from domain.relationships.keys import OwnerKey, OwnerKeys

_KIND = "contact-history"
_NO_DAY = date(2000, 1, 1)


def history_id(contact_id: str) -> str:
    return f"hst_{contact_id.partition('_')[2]}"


class CosmosHistories:
    def __init__(self, database: Database, keys: OwnerKeys | None) -> None:
        self._items, self._keys = Items(database, CONTAINER), keys

    async def of(self, owner_id: str, contact_id: str) -> History:
        stored = await self._items.read(history_id(contact_id), owner_id)
        if stored is None:
            return History(owner_id=owner_id, contact_id=contact_id)
        return opened_whole(History, stored, await key_of(owner_id, self._keys))

    async def page(self, owner_id: str, limit: int, cursor: str | None) -> tuple[list[History], str | None]:
        """A page of the histories, in the order of their contacts' ids; a cursor is the last of these."""
        sql = "SELECT TOP @count * FROM c WHERE c.kind = @kind AND c.contactId > @after ORDER BY c.contactId"
        found = await self._items.query(sql, owner_id, count=limit + 1, kind=_KIND, after=cursor or "")
        key = await key_of(owner_id, self._keys)
        histories = [readable_whole(History, stored, key) for stored in found[:limit]]
        page = [history for history in histories if history is not None]
        return page, found[limit - 1]["contactId"] if len(found) > limit else None

    async def save(self, history: History) -> None:
        await self._items.batch([await self.writing(history)], history.owner_id)

    async def writing(self, history: History) -> tuple[Any, ...]:
        """The operation of a batch that stores a history, unless it was changed meanwhile."""
        new = _history_document(history, await key_of(history.owner_id, self._keys))
        if history.etag is None:
            return ("create", (new,))
        return ("replace", (new["id"], new), {"if_match_etag": history.etag})


def _history_document(history: History, key: OwnerKey) -> Document:
    since = min((past.until for past in history.past), default=_NO_DAY)
    # Where a page of histories continues.
    created = instant(datetime.combine(since, time(), UTC))
    extra = {"contactId": history.contact_id, "createdAt": created}
    return whole_document(_KIND, history_id(history.contact_id), history.owner_id, history, key, **extra)
