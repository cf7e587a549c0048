"""Cards in the partition of their account or organisation, with the orders to project them to the public.

A card is of one of three kinds: `card`, `deleted-card` while it can come back, and `erased-card` for the
record of its deletion.
"""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Final

from adapters.cosmos.database import Database, Document, Items, instant
from adapters.cosmos.documents import (
    DELETED_TTL,
    OwnerContainer,
    count,
    create_once,
    document,
    from_document,
    newest_first,
    place_of,
    read_creation,
    readable,
)
from adapters.cosmos.work import order_document
from domain.base.folding import fold
from domain.base.idempotency import Creation
from domain.cards.card import PROJECTION, Card, Staff
from domain.operations.orders import new_order

LEFT: Final = "left "
_MOST_SORTED: Final = 200
CARDS = ("card", "deleted-card", "erased-card")


def card_document(card: Card) -> Document:
    extra: Document = {
        "createdAt": instant(card.created_at),
        "partition": place_of(card.account_id)[1],
        **_of_staff(card),
    }
    if not card.deleted:
        return document("card", card.id, card.account_id, card, **extra)
    # With what its handles need to be projected. The store forgets it even where no timer runs.
    extra |= {"ttl": DELETED_TTL}
    if card.kept is None:
        return document("erased-card", card.id, card.account_id, card, **extra)
    return document(
        "deleted-card", card.id, card.account_id, card, expiresAt=instant(card.kept.until), **extra
    )


def _of_staff(card: Card) -> Document:
    """Keys of the lists of an organisation's cards: by template, and by name, of those that are shown or lack
    something as well."""
    if card.staff is None:
        return {}
    place = by_name(card)
    return {
        "listed": _listed(card.staff, card.id),
        "byName": place,
        **({"shownByName": place} if card.is_live else {}),
        **({"lackingByName": place} if card.staff.problems else {}),
    }


def _listed(staff: Staff, card_id: str) -> str:
    """Cards of people who have left follow no template; they are listed by when that was."""
    if staff.left_at is not None:
        return f"{LEFT}{instant(staff.left_at)} {card_id}"
    return listed(staff.template_id, card_id)


def by_name(card: Card) -> str:
    return f"{fold(card.draft.name)[:_MOST_SORTED]}\t{card.id}"


def listed(template_id: str, card_id: str) -> str:
    """Key of the cards that follow a template, in order."""
    return f"{template_id} {card_id}"


class CosmosCards:
    def __init__(self, database: Database) -> None:
        self._containers: dict[OwnerContainer, Items] = {
            "accounts": Items(database, "accounts"),
            "organisations": Items(database, "organisations"),
        }

    def _of(self, owner_id: str) -> Items:
        return self._containers[place_of(owner_id)[0]]

    async def get(self, account_id: str, card_id: str) -> Card | None:
        stored = await self._of(account_id).read(card_id, account_id)
        return from_document(Card, stored) if stored and stored["kind"] == "card" else None

    async def list_deleted(
        self, account_id: str, limit: int, cursor: str | None
    ) -> tuple[list[Card], str | None]:
        """A page of the deleted cards that are not erased yet, newest first."""
        found, following = await newest_first(self._of(account_id), "deleted-card", account_id, limit, cursor)
        return [from_document(Card, stored) for stored in found], following

    async def list(self, account_id: str, limit: int, cursor: str | None) -> tuple[list[Card], str | None]:
        found, following = await newest_first(self._of(account_id), "card", account_id, limit, cursor)
        return [from_document(Card, stored) for stored in found], following

    async def to_be_erased(self, now: datetime) -> AsyncIterator[Card]:
        """Deleted cards of all accounts whose time to come back is over."""
        sql = "SELECT * FROM c WHERE c.kind = 'deleted-card' AND c.expiresAt <= @now"
        for name, items in self._containers.items():
            async for stored in items.stored(sql, now=instant(now)):
                if (card := readable(Card, name, stored)) is not None:
                    yield card

    async def count(self, account_id: str) -> int:
        return await count(self._of(account_id), "card", account_id)

    async def any_in_profile(self, account_id: str, profile_id: str) -> bool:
        sql = "SELECT TOP 1 c.id FROM c WHERE c.kind = 'card' AND c.body.profile_id = @profile"
        return bool(await self._of(account_id).query(sql, account_id, profile=profile_id))

    async def create(self, card: Card, creation: "Creation[Card] | None") -> bool:
        items, partition = self._of(card.account_id), place_of(card.account_id)[1]
        return await create_once(items, card.account_id, card_document(card), creation, partition=partition)

    async def creation(self, account_id: str, key: str) -> "Creation[Card] | None":
        return await read_creation(self._of(account_id), Creation[Card], "card", account_id, key)

    async def save(self, card: Card) -> Card:
        return from_document(
            Card, await self._of(card.account_id).replace(card_document(card), card.etag or "")
        )

    async def save_and_order_projection(self, card: Card) -> Card:
        container = place_of(card.account_id)[0]
        order = new_order(PROJECTION, card.account_id, card.id, card.updated_at, container=container)
        operations = [
            ("replace", (card.id, card_document(card)), {"if_match_etag": card.etag}),
            ("upsert", (order_document(order),)),
        ]
        results = await self._of(card.account_id).batch(operations, card.account_id)
        return from_document(Card, results[0]["resourceBody"])

    async def get_with_deleted(self, account_id: str, card_id: str) -> Card | None:
        stored = await self._of(account_id).read(card_id, account_id)
        return from_document(Card, stored) if stored and stored["kind"] in CARDS else None

    async def forget_creation(self, account_id: str, key: str) -> None:
        """Drop the record of the create that made a card: it holds the card's content."""
        await self._of(account_id).delete(f"card-creation-{key}", account_id)
