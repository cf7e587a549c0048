"""Cards in their account's partition, with the orders to project them to the public.

A card is of one of three kinds: `card`, `deleted-card` while it can come back, and `erased-card` for the
record of its deletion.
"""

from collections.abc import AsyncIterator
from datetime import datetime

from adapters.cosmos.database import Database, Document, Items, instant
from adapters.cosmos.documents import (
    DELETED_TTL,
    count,
    create_once,
    document,
    from_document,
    newest_first,
    read_creation,
    readable,
)
from adapters.cosmos.work import order_document
from domain.base.idempotency import Creation
from domain.cards.card import PROJECTION, Card
from domain.operations.orders import new_order

_CARDS = ("card", "deleted-card", "erased-card")


def _document(card: Card) -> Document:
    extra: Document = {"createdAt": instant(card.created_at)}
    if not card.deleted:
        return document("card", card.id, card.account_id, card, **extra)
    # With what its handles need to be projected. The store forgets it even where no timer runs.
    extra |= {"ttl": DELETED_TTL}
    if card.kept is None:
        return document("erased-card", card.id, card.account_id, card, **extra)
    return document(
        "deleted-card", card.id, card.account_id, card, expiresAt=instant(card.kept.until), **extra
    )


class CosmosCards:
    def __init__(self, database: Database) -> None:
        self._items = Items(database, "accounts")

    async def get(self, account_id: str, card_id: str) -> Card | None:
        stored = await self._items.read(card_id, account_id)
        return from_document(Card, stored) if stored and stored["kind"] == "card" else None

    async def list_deleted(
        self, account_id: str, limit: int, cursor: str | None
    ) -> tuple[list[Card], str | None]:
        """A page of the deleted cards that are not erased yet, newest first."""
        found, following = await newest_first(self._items, "deleted-card", account_id, limit, cursor)
        return [from_document(Card, stored) for stored in found], following

    async def list(self, account_id: str, limit: int, cursor: str | None) -> tuple[list[Card], str | None]:
        found, following = await newest_first(self._items, "card", account_id, limit, cursor)
        return [from_document(Card, stored) for stored in found], following

    async def to_be_erased(self, now: datetime) -> AsyncIterator[Card]:
        """Deleted cards of all accounts whose time to come back is over."""
        sql = "SELECT * FROM c WHERE c.kind = 'deleted-card' AND c.expiresAt <= @now"
        async for stored in self._items.stored(sql, now=instant(now)):
            if (card := readable(Card, "accounts", stored)) is not None:
                yield card

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
