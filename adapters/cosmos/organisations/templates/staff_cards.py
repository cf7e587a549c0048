"""Cards of the people of an organisation that follow one template, many at once."""

from collections.abc import Sequence
from typing import Any, Final

from adapters.cosmos.cards import LEFT, by_name, card_document, listed
from adapters.cosmos.database import Database, Items
from adapters.cosmos.documents import from_document, newest_first
from adapters.cosmos.organisations.organisations import CONTAINER
from adapters.cosmos.work import order_document
from domain.base.errors import Fault, InvalidInput
from domain.base.folding import fold
from domain.cards.card import PROJECTION, Card
from domain.operations.orders import new_order
from domain.organisations.staff_cards.lists import CardFilter, Which

_KEYS: Final[dict[Which, str]] = {"all": "byName", "shown": "shownByName", "lacking": "lackingByName"}
_OF_TEMPLATE: Final = "c.kind = 'card' AND STARTSWITH(c.listed, @of)"


class CosmosStaffCards:
    def __init__(self, database: Database) -> None:
        self._items = Items(database, CONTAINER)

    async def get(self, account_id: str, card_id: str) -> Card | None:
        stored = await self._items.read(card_id, account_id)
        return from_document(Card, stored) if stored and stored["kind"] == "card" else None

    async def find(self, org_id: str, ids: list[str]) -> list[Card]:
        if len(ids) == 1:
            card = await self.get(org_id, ids[0])
            return [card] if card else []
        sql = "SELECT * FROM c WHERE c.kind = 'card' AND ARRAY_CONTAINS(@ids, c.id)"
        return [from_document(Card, stored) for stored in await self._items.query(sql, org_id, ids=ids)]

    async def page(
        self, org_id: str, wanted: CardFilter, limit: int, cursor: str | None
    ) -> tuple[list[Card], str | None]:
        key, where, values = _KEYS[wanted.which], "", dict[str, str]()
        if wanted.template_id:
            where += " AND STARTSWITH(c.listed, @of)"
            values["of"] = f"{wanted.template_id} "
        if wanted.text:
            where += f" AND STARTSWITH(c.{key}, @text)"
            values["text"] = fold(wanted.text)
        found = await self._items.query(
            f"SELECT TOP @count * FROM c WHERE c.kind = 'card'{where}"  # noqa: S608 - conditions of ours
            f" AND c.{key} > @after ORDER BY c.{key}",
            org_id,
            count=limit + 1,
            after="" if cursor is None else await self._place(org_id, cursor),
            **values,
        )
        page = [from_document(Card, stored) for stored in found[:limit]]
        return page, page[-1].id if len(found) > limit else None

    async def _place(self, org_id: str, cursor: str) -> str:
        """Where the last card of the page before stands now. Its name is in no address."""
        last = await self.get(org_id, cursor)
        if last is None:
            raise InvalidInput([Fault("cursor", "invalid_cursor", "is not a cursor that a page gave")])
        return by_name(last)

    async def count_lacking(self, org_id: str) -> int:
        sql = "SELECT VALUE COUNT(1) FROM c WHERE c.kind = 'card' AND c.lackingByName > ''"
        return await self._items.count(sql, org_id)

    async def of_template(self, org_id: str, template_id: str, limit: int, after: str) -> list[Card]:
        found = await self._items.query(
            f"SELECT TOP @count * FROM c WHERE {_OF_TEMPLATE}"  # noqa: S608 - a condition of ours
            " AND c.listed > @after ORDER BY c.listed",
            org_id,
            count=limit,
            of=f"{template_id} ",
            after=listed(template_id, after),
        )
        return [from_document(Card, stored) for stored in found]

    async def count_of_template(self, org_id: str, template_id: str) -> int:
        sql = f"SELECT VALUE COUNT(1) FROM c WHERE {_OF_TEMPLATE}"  # noqa: S608 - a condition of ours
        return await self._items.count(sql, org_id, of=f"{template_id} ")

    async def newest(self, org_id: str, limit: int, cursor: str | None) -> tuple[list[Card], str | None]:
        found, following = await newest_first(self._items, "card", org_id, limit, cursor)
        return [from_document(Card, stored) for stored in found], following

    async def left(self, org_id: str, limit: int, cursor: str | None) -> tuple[list[Card], str | None]:
        """A page of the cards of people who have left, the latest first."""
        found = await self._items.query(
            "SELECT TOP @count * FROM c WHERE c.kind = 'card' AND STARTSWITH(c.listed, @of)"
            " AND c.listed < @before ORDER BY c.listed DESC",
            org_id,
            count=limit + 1,
            of=LEFT,
            before=f"{LEFT}~" if cursor is None else await self._place_of_left(org_id, cursor),
        )
        page = [from_document(Card, stored) for stored in found[:limit]]
        return page, page[-1].id if len(found) > limit else None

    async def _place_of_left(self, org_id: str, cursor: str) -> str:
        """Where the last card of the page before stands; without it, at the beginning."""
        last = await self.get(org_id, cursor)
        if last is None or last.staff is None or last.staff.left_at is None:
            raise InvalidInput([Fault("cursor", "invalid_cursor", "is not a cursor that a page gave")])
        return str(card_document(last)["listed"])

    async def save_and_order_all(self, cards: Sequence[Card]) -> list[Card]:
        orders = [
            new_order(PROJECTION, card.account_id, card.id, card.updated_at, container=CONTAINER)
            for card in cards
        ]
        upserts = [("upsert", (order_document(order),)) for order in orders]
        return await self._saved(cards, upserts)

    async def save_all(self, cards: Sequence[Card]) -> list[Card]:
        return await self._saved(cards, [])

    async def _saved(self, cards: Sequence[Card], orders: Sequence[tuple[Any, ...]]) -> list[Card]:
        if not cards:
            return []
        operations = [
            ("replace", (card.id, card_document(card)), {"if_match_etag": card.etag}) for card in cards
        ]
        results = await self._items.batch([*operations, *orders], cards[0].account_id)
        return [from_document(Card, result["resourceBody"]) for result in results[: len(cards)]]
