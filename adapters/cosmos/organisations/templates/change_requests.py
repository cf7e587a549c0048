"""Requests to change staff cards, in the partition of their organisation. Answered ones expire.

`listed` is the key of the requests for one card, in the order of time.
"""

from datetime import timedelta
from typing import Any, Final

from adapters.cosmos.cards import card_document
from adapters.cosmos.database import Database, Document, Items, instant
from adapters.cosmos.documents import document, from_document, newest_first
from adapters.cosmos.organisations.organisations import CONTAINER, PARTITION
from adapters.cosmos.work import order_document
from domain.cards.card import PROJECTION, Card
from domain.operations.orders import Order, new_order
from domain.organisations.change_requests.requests import ChangeRequest

_WAITING, _ANSWERED = "change-request", "answered-change-request"
# As long as somebody may want to know why their card says what it says.
_TTL: Final = int(timedelta(days=365).total_seconds())


class CosmosChangeRequests:
    def __init__(self, database: Database) -> None:
        self._items = Items(database, CONTAINER)

    async def get(self, org_id: str, request_id: str) -> ChangeRequest | None:
        stored = await self._items.read(request_id, org_id)
        return None if stored is None else from_document(ChangeRequest, stored)

    async def create(self, request: ChangeRequest, order: Order) -> bool:
        try:
            await self._items.batch([("create", (_document(request),)), _upsert(order)], request.org_id)
        except FileExistsError:
            return False
        return True

    async def save(self, request: ChangeRequest, order: Order | None = None) -> ChangeRequest:
        replaced = ("replace", (request.id, _document(request)), {"if_match_etag": request.etag})
        results = await self._items.batch([replaced, *([_upsert(order)] if order else [])], request.org_id)
        return from_document(ChangeRequest, results[0]["resourceBody"])

    async def decide(self, request: ChangeRequest, card: Card, order: Order) -> tuple[ChangeRequest, Card]:
        shown = new_order(PROJECTION, card.account_id, card.id, card.updated_at, container="organisations")
        operations: list[tuple[Any, ...]] = [
            ("replace", (request.id, _document(request)), {"if_match_etag": request.etag}),
            ("replace", (card.id, card_document(card)), {"if_match_etag": card.etag}),
            _upsert(shown),
            _upsert(order),
        ]
        results = await self._items.batch(operations, request.org_id)
        return (
            from_document(ChangeRequest, results[0]["resourceBody"]),
            from_document(Card, results[1]["resourceBody"]),
        )

    async def count_waiting(self, org_id: str) -> int:
        sql = "SELECT VALUE COUNT(1) FROM c WHERE c.kind = @kind"
        return await self._items.count(sql, org_id, kind=_WAITING)

    async def waiting(
        self, org_id: str, limit: int, cursor: str | None
    ) -> tuple[list[ChangeRequest], str | None]:
        found, following = await newest_first(self._items, _WAITING, org_id, limit, cursor)
        return [from_document(ChangeRequest, stored) for stored in found], following

    async def of_card(self, org_id: str, card_id: str, limit: int) -> list[ChangeRequest]:
        found = await self._items.query(
            "SELECT TOP @count * FROM c WHERE (c.kind = @waiting OR c.kind = @answered)"
            " AND STARTSWITH(c.listed, @card) ORDER BY c.listed DESC",
            org_id,
            count=limit,
            waiting=_WAITING,
            answered=_ANSWERED,
            card=f"{card_id} ",
        )
        return [from_document(ChangeRequest, stored) for stored in found]


def _upsert(order: Order) -> tuple[Any, ...]:
    return ("upsert", (order_document(order),))


def _document(request: ChangeRequest) -> Document:
    waits = request.state == "waiting"
    at = instant(request.created_at)
    extra: dict[str, Any] = {"createdAt": at, "listed": f"{request.card_id} {at} {request.id}"}
    extra |= {} if waits else {"ttl": _TTL}
    kind = _WAITING if waits else _ANSWERED
    return document(kind, request.id, request.org_id, request, partition=PARTITION, **extra)
