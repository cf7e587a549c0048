"""Exchanges in the partition of the card's owner in `relations`; what proves the consent to them in `trust`.

The kind of an exchange is its state, so that the list of those that wait is one range of an index. The store
erases what nobody keeps, by its `ttl`. What the person said is sealed with the owner's key. A kept one
has `contactId`: it is erased with its contact, and follows it when contacts are merged.
"""

import logging
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from adapters.cosmos.database import SCHEMA_VERSION, Database, Document, Items, instant
from adapters.cosmos.documents import DELETED_TTL, count, document, from_document, newest_first
from adapters.cosmos.work import order_document
from domain.base.fields import STORED
from domain.exchange.details import Details
from domain.exchange.exchange import Exchange, Proof, State
from domain.operations.orders import Order
from domain.relationships.keys import OwnerKey, OwnerKeys, Place, Unreadable

log = logging.getLogger("izwop.cosmos")

CONTAINER, PARTITION = "relations", "ownerId"

KINDS: dict[State, str] = {
    "unconfirmed": "unconfirmed-exchange",
    "waiting": "exchange",
    "kept": "kept-exchange",
    "dismissed": "dismissed-exchange",
    "withdrawn": "withdrawn-exchange",
}
_SEALED = ("details", "in_contact")
# Longer than a claim for damages lasts in most places: who has the details has to show the consent to them.
_PROOF_TTL = int(timedelta(days=3 * 365).total_seconds())
_PROOFS, _PROOF, _KEYS = "trust", "exchange-proof", "receipt-keys"
# Written about a contact beside it, but not by its owner.
_NOT_THE_OWNERS = ("kept-exchange", "strength")
_LOGGED = "interaction"


def _place(exchange: Exchange, name: str) -> Place:
    return Place(f"exchange-{name}", exchange.id, exchange.version)


def _exchange_document(exchange: Exchange, key: OwnerKey) -> Document:
    extra: Document = {"createdAt": instant(exchange.given_at), "private": {}}
    if exchange.state == "kept":
        extra["contactId"] = exchange.contact_id
    if exchange.state == "withdrawn":
        # As long as a restored backup has to be told of it.
        extra["ttl"] = DELETED_TTL
    elif exchange.until is not None:
        extra["ttl"] = max(1, int((exchange.until - exchange.updated_at).total_seconds()))
    for name in _SEALED:
        said: Details | None = getattr(exchange, name)
        if said is not None:
            plain = said.model_dump_json().encode()
            extra["private"][name] = key.seal(plain, _place(exchange, name))
    stored = document(
        KINDS[exchange.state], exchange.id, exchange.owner_id, exchange, partition=PARTITION, **extra
    )
    stored["body"] |= dict.fromkeys(_SEALED)
    return stored


def _opened(stored: Document, key: OwnerKey) -> Exchange:
    exchange = from_document(Exchange, stored)
    update: dict[str, Any] = {
        name: Details.model_validate_json(key.unseal(text, _place(exchange, name)), context=STORED)
        for name, text in stored["private"].items()
    }
    # A merge of contacts points it at the one that remains.
    if "contactId" in stored:
        update["contact_id"] = stored["contactId"]
    return exchange.model_copy(update=update)


def _readable(found: list[Document], key: OwnerKey) -> list[Exchange]:
    """Those of the exchanges that open: a damaged one must not hide the others."""
    exchanges: list[Exchange] = []
    for stored in found:
        try:
            exchanges.append(_opened(stored, key))
        except Unreadable:
            log.error("sealed_unreadable kind=%s id=%s", stored["kind"], stored["id"])  # noqa: TRY400 - no values
    return exchanges


class CosmosExchanges:
    def __init__(self, database: Database, keys: OwnerKeys) -> None:
        self._items, self._keys = Items(database, CONTAINER), keys

    async def get(self, owner_id: str, exchange_id: str) -> Exchange | None:
        stored = await self._items.read(exchange_id, owner_id)
        if stored is None or stored["kind"] not in KINDS.values():
            return None
        return _opened(stored, await self._keys.of(owner_id))

    async def create(self, exchange: Exchange, orders: Sequence[Order]) -> bool:
        key = await self._keys.of(exchange.owner_id)
        operations = [("create", (_exchange_document(exchange, key),)), *_upserts(orders)]
        try:
            await self._items.batch(operations, exchange.owner_id)
        except FileExistsError:
            return False
        return True

    async def save(self, exchange: Exchange, orders: Sequence[Order] = ()) -> Exchange:
        key = await self._keys.of(exchange.owner_id)
        new = _exchange_document(exchange, key)
        operations = [
            ("replace", (exchange.id, new), {"if_match_etag": exchange.etag}),
            *_upserts(orders),
        ]
        results = await self._items.batch(operations, exchange.owner_id)
        return _opened(results[0]["resourceBody"], key)

    async def count(self, owner_id: str, state: State) -> int:
        return await count(self._items, KINDS[state], owner_id)

    async def of_contact(self, owner_id: str, contact_id: str) -> list[Exchange]:
        sql = "SELECT TOP 100 * FROM c WHERE c.contactId = @contact AND c.kind = 'kept-exchange'"
        found = await self._items.query(sql, owner_id, contact=contact_id)
        key = await self._keys.of(owner_id) if found else None
        return [_opened(stored, key) for stored in found if key]

    async def has_more(self, owner_id: str, contact_id: str) -> bool:
        """Whether the owner wrote something about a contact; one interaction is the exchange itself."""
        sql = (
            "SELECT TOP 2 c.kind FROM c WHERE c.contactId = @of"
            " AND NOT ARRAY_CONTAINS(@without, c.kind) AND NOT STARTSWITH(c.kind, 'erased-')"
        )
        found = await self._items.query(sql, owner_id, of=contact_id, without=list(_NOT_THE_OWNERS))
        kinds = [each["kind"] for each in found]
        return bool(kinds) and kinds != [_LOGGED]

    async def list(
        self, owner_id: str, state: State, limit: int, cursor: str | None
    ) -> tuple[list[Exchange], str | None]:
        found, following = await newest_first(self._items, KINDS[state], owner_id, limit, cursor)
        key = await self._keys.of(owner_id) if found else None
        return (_readable(found, key) if key else []), following


def _upserts(orders: Sequence[Order]) -> list[tuple[Any, ...]]:
    return [("upsert", (order_document(order),)) for order in orders]


class CosmosProofs:
    """Proofs by the hash of a link, each in a partition of its own, and the public keys of receipts."""

    def __init__(self, database: Database) -> None:
        self._items = Items(database, _PROOFS)
        self._remembered: set[str] = set()

    async def get(self, link: str) -> Proof | None:
        stored = await self._items.read(_PROOF, f"{_PROOF}:{link}")
        return Proof.model_validate(stored["body"], context=STORED) if stored else None

    async def put(self, proof: Proof) -> None:
        """Store a proof; that of a withdrawal follows the one of the gift, never the other way round."""
        partition = f"{_PROOF}:{proof.link}"
        new = document(_PROOF, _PROOF, partition, proof, partition="key", ttl=_PROOF_TTL)
        if await self._items.create(new) or proof.withdrawn_at is None:
            return
        unknown = "where IS_NULL(c.body.withdrawn_at)"
        await self._items.patch(_PROOF, partition, {"body": new["body"]}, where=unknown)

    async def remember_key(self, key: dict[str, str]) -> None:
        """Keep a public key for as long as there are receipts that it can check; a worker does so once."""
        if key["kid"] in self._remembered:
            return
        await self._items.create(
            {
                "id": key["kid"],
                "key": _KEYS,
                "kind": "receipt-key",
                "role": "controller",
                "schemaVersion": SCHEMA_VERSION,
                "body": key,
            }
        )
        self._remembered.add(key["kid"])

    async def keys(self) -> "list[dict[str, str]]":
        found = await self._items.query("SELECT TOP 100 c.body FROM c", _KEYS)
        return [stored["body"] for stored in found]
