"""Cards in their account's partition, with the orders to project them to the public."""

from adapters.cosmos.database import Database, Document, Items, instant
from adapters.cosmos.documents import (
    DELETED_TTL,
    count,
    create_once,
    document,
    from_document,
    newest_first,
    read_creation,
)
from adapters.cosmos.work import order_document
from domain.base.idempotency import Creation
from domain.cards.card import PROJECTION, Card
from domain.operations.orders import new_order

_CARDS = ("card", "deleted-card")


def _document(card: Card) -> Document:
    extra = {"createdAt": instant(card.created_at)}
    if card.deleted:
        # With what its handles need to be projected.
        return document("deleted-card", card.id, card.account_id, card, ttl=DELETED_TTL, **extra)
    return document("card", card.id, card.account_id, card, **extra)


class CosmosCards:
    def __init__(self, database: Database) -> None:
        self._items = Items(database, "accounts")

    async def get(self, account_id: str, card_id: str) -> Card | None:
        stored = await self._items.read(card_id, account_id)
        return from_document(Card, stored) if stored and stored["kind"] == "card" else None

    async def list(self, account_id: str, limit: int, cursor: str | None) -> tuple[list[Card], str | None]:
        found, following = await newest_first(self._items, "card", account_id, limit, cursor)
        return [from_document(Card, stored) for stored in found], following

    async def count(self, account_id: str) -> int:
        return await count(self._items, "card", account_id)

    async def any_in_profile(self, account_id: str, profile_id: str) -> bool:
        sql = "SELECT TOP 1 c.id FROM c WHERE c.kind = 'card' AND c.body.profile_id = @profile"
        return bool(await self._items.query(sql, account_id, profile=profile_id))

    async def create(self, card: Card, creation: "Creation[Card] | None") -> bool:
        return await create_once(self._items, card.account_id, _document(card), creation)

    async def creation(self, account_id: str, key: str) -> "Creation[Card] | None":
        return await read_creation(self._items, Creation[Card], "card", account_id, key)

    async def save(self, card: Card) -> Card:
        return from_document(Card, await self._items.replace(_document(card), card.etag or ""))

    async def save_and_order_projection(self, card: Card) -> Card:
        order = new_order(PROJECTION, card.account_id, card.id, card.updated_at)
        operations = [
            ("replace", (card.id, _document(card)), {"if_match_etag": card.etag}),
            ("upsert", (order_document(order),)),
        ]
        results = await self._items.batch(operations, card.account_id)
        return from_document(Card, results[0]["resourceBody"])

    async def get_with_deleted(self, account_id: str, card_id: str) -> Card | None:
        stored = await self._items.read(card_id, account_id)
        return from_document(Card, stored) if stored and stored["kind"] in _CARDS else None

    async def forget_creation(self, account_id: str, key: str) -> None:
        """Drop the record of the create that made a card: it holds the card's content."""
        await self._items.delete(f"card-creation-{key}", account_id)
