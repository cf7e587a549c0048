"""Connections in the partition of each of the two, what of a card they let an account see, and what was seen.

The kind of a connection's document says its state, so that a list is one range of an index. `createdAt` is
when that state began.
"""

from typing import Any, Final

from adapters.cosmos.database import Database, Document, Items, instant
from adapters.cosmos.documents import count, document, from_document, newest_first
from adapters.cosmos.work import order_document
from domain.base.errors import StaleVersion
from domain.base.fields import STORED
from domain.base.folding import fold
from domain.base.ids import is_organisation
from domain.companies.link import company_link_id
from domain.connections.link import Access, Link, State
from domain.connections.seen import Linked
from domain.operations.orders import Order

CONTAINER, PARTITION = "relations", "ownerId"
# As the keys of contacts' lists are cut.
_MOST_SORTED = 200
_KINDS: Final[dict[State, str]] = {
    "connected": "connection",
    "waiting": "connection-request",
    "asked": "connection-asked",
    "blocked": "connection-blocked",
    "declined": "connection-ended",
    "ended": "connection-ended",
}


class CosmosConnections:
    def __init__(self, database: Database) -> None:
        self._items = Items(database, CONTAINER)

    async def connected(self, owner_id: str, profile_id: str, account_id: str) -> bool:
        """Whether the account is connected with this profile, or with this organisation. One point read."""
        if is_organisation(owner_id):
            stored = await self._items.read(company_link_id(account_id, owner_id), account_id)
            return stored is not None and stored["body"].get("state") == "connected"
        return (await self.access(owner_id, profile_id, account_id)).connected

    async def any(self, owner_id: str) -> bool:
        """Whether the owner has any connection."""
        sql = "SELECT TOP 1 c.id FROM c WHERE c.kind = 'connection'"
        return bool(await self._items.query(sql, owner_id))

    async def get(self, owner_id: str, link_id: str) -> Link | None:
        stored = await self._items.read(link_id, owner_id)
        return from_document(Link, stored) if stored and stored["kind"] in _KINDS.values() else None

    async def page(
        self, owner_id: str, state: State, limit: int, cursor: str | None
    ) -> tuple[list[Link], str | None]:
        found, following = await newest_first(self._items, _KINDS[state], owner_id, limit, cursor)
        return [from_document(Link, stored) for stored in found], following

    async def count(self, owner_id: str, state: State) -> int:
        return await count(self._items, _KINDS[state], owner_id)

    async def access(self, owner_id: str, profile_id: str, account_id: str) -> Access:
        stored = await self._items.read(_access_id(profile_id, account_id), owner_id)
        if stored is None:
            return Access(owner_id=owner_id, profile_id=profile_id, account_id=account_id)
        return from_document(Access, stored)

    async def save(self, link: Link, access: Access | None = None, order: Order | None = None) -> Link:
        operations = [_write(_link_document(link), link.etag)]
        if access is not None:
            operations.append(_write(_access_document(access), access.etag))
        if order is not None:
            operations.append(("upsert", (order_document(order),)))
        try:
            results = await self._items.batch(operations, link.owner_id)
        except FileExistsError:
            raise StaleVersion from None
        return from_document(Link, results[0]["resourceBody"])

    async def linked(self, owner_id: str, link_id: str) -> Linked | None:
        stored = await self._items.read(_linked_id(link_id), owner_id)
        return None if stored is None else _linked(stored)

    async def linked_with(self, owner_id: str, contact_id: str, most: int) -> list[Linked]:
        """What was seen of the connections that a contact stands for, the first `most` of them."""
        sql = "SELECT TOP @most * FROM c WHERE c.contactId = @contact AND c.kind = 'connection-seen'"
        found = await self._items.query(sql, owner_id, contact=contact_id, most=most)
        return [_linked(stored) for stored in found]

    async def called(self, owner_id: str, name: str, most: int) -> list[str]:
        """Ids of the first `most` contacts in use that have this name, but for capitals and accents."""
        sql = "SELECT TOP @most c.id FROM c WHERE STARTSWITH(c.byName, @key) ORDER BY c.byName"
        found = await self._items.query(sql, owner_id, key=f"used:{fold(name)[:_MOST_SORTED]}\t", most=most)
        return [stored["id"] for stored in found]

    async def save_linked(self, linked: Linked) -> Linked:
        stored = document(
            "connection-seen",
            _linked_id(linked.link_id),
            linked.owner_id,
            linked,
            partition=PARTITION,
            contactId=linked.contact_id,
        )
        if linked.etag is not None:
            return _linked(await self._items.replace(stored, linked.etag))
        if await self._items.create(stored):
            return linked
        found = await self.linked(linked.owner_id, linked.link_id)
        if found is None:
            raise StaleVersion
        return found


def _write(stored: Document, etag: str | None) -> tuple[Any, ...]:
    if etag is None:
        return ("create", (stored,))
    return ("replace", (stored["id"], stored), {"if_match_etag": etag})


def _link_document(link: Link) -> Document:
    kind = _KINDS[link.state]
    return document(kind, link.id, link.owner_id, link, partition=PARTITION, createdAt=instant(link.since))


def _access_document(access: Access) -> Document:
    item = _access_id(access.profile_id, access.account_id)
    return document("connection-access", item, access.owner_id, access, partition=PARTITION)


def _access_id(profile_id: str, account_id: str) -> str:
    return f"access-{profile_id}-{account_id}"


def _linked_id(link_id: str) -> str:
    return f"seen-{link_id}"


def _linked(stored: Document) -> Linked:
    # Outside of the body: where two contacts become one, it is changed for all their documents alike.
    known = {"contact_id": stored["contactId"], "etag": stored["_etag"]}
    return Linked.model_validate({**stored["body"], **known}, context=STORED)
