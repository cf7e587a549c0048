"""Past values of contacts, sealed, in a document beside each contact that has any."""

from datetime import UTC, date, datetime, time
from typing import Any

from adapters.cosmos.database import Database, Document, Items, instant
from adapters.cosmos.documents import document
from adapters.cosmos.relationships.contact_documents import CONTAINER, PARTITION, Sealed, unsealed
from adapters.cosmos.relationships.creations import key_of
from domain.base.fields import STORED
from domain.relationships.history.history import History
from domain.relationships.keys import OwnerKey, OwnerKeys, Place

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
        return _opened(stored, await key_of(owner_id, self._keys))

    async def page(self, owner_id: str, limit: int, cursor: str | None) -> tuple[list[History], str | None]:
        """A page of the histories, in the order of their contacts' ids; a cursor is the last of these."""
        sql = "SELECT TOP @count * FROM c WHERE c.kind = @kind AND c.contactId > @after ORDER BY c.contactId"
        found = await self._items.query(sql, owner_id, count=limit + 1, kind=_KIND, after=cursor or "")
        key = await key_of(owner_id, self._keys)
        page = [history for stored in found[:limit] if (history := _readable(stored, key)) is not None]
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
    item = history_id(history.contact_id)
    text = key.seal(history.model_dump_json().encode(), Place(_KIND, item))
    since = min((past.until for past in history.past), default=_NO_DAY)
    # Where a page of histories continues.
    created = instant(datetime.combine(since, time(), UTC))
    extra = {"contactId": history.contact_id, "createdAt": created}
    return document(_KIND, item, history.owner_id, Sealed(text=text), partition=PARTITION, **extra)


def _readable(stored: Document, key: OwnerKey) -> History | None:
    plain = unsealed(stored["body"]["text"], Place(_KIND, stored["id"]), key)
    return None if plain is None else _read(stored, plain)


def _opened(stored: Document, key: OwnerKey) -> History:
    return _read(stored, key.unseal(stored["body"]["text"], Place(_KIND, stored["id"])))


def _read(stored: Document, plain: str | bytes) -> History:
    history = History.model_validate_json(plain, context=STORED)
    return history.model_copy(update={"etag": stored["_etag"]})
