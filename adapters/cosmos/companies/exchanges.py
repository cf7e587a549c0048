"""What people gave an organisation: exchanges in its partition of `organisations`.

Kinds and states are those of exchanges on people's cards. Nothing is sealed: several people of the
organisation read them, and find them by name, as they do its members. A kept one has `connectedByName`.
"""

from collections.abc import Sequence
from typing import Any

from adapters.cosmos.database import Database, Document, Items, instant
from adapters.cosmos.documents import DELETED_TTL, cursor_at, document, from_document, newest_first, place_in
from adapters.cosmos.exchange.exchanges import KINDS
from adapters.cosmos.work import order_document
from domain.base.folding import fold
from domain.exchange.exchange import Exchange, State
from domain.operations.orders import Order

CONTAINER, PARTITION = "organisations", "orgId"
# As the keys of lists of people are cut.
_MOST_SORTED = 200


def _by_name(exchange: Exchange) -> str:
    name = exchange.details.name if exchange.details else ""
    return f"{fold(name)[:_MOST_SORTED]}\t{exchange.id}"


def _document(exchange: Exchange) -> Document:
    extra: Document = {"createdAt": instant(exchange.given_at), "givenBy": exchange.given_by}
    if exchange.state == "kept":
        extra["connectedByName"] = _by_name(exchange)
    elif exchange.details is None:
        # As long as a restored backup has to be told of it.
        extra["ttl"] = DELETED_TTL
    elif exchange.until is not None:
        extra["ttl"] = max(1, int((exchange.until - exchange.updated_at).total_seconds()))
    return document(
        KINDS[exchange.state], exchange.id, exchange.owner_id, exchange, partition=PARTITION, **extra
    )


def _exchange(stored: Document) -> Exchange:
    return from_document(Exchange, stored).model_copy(update={"given_by": stored["givenBy"]})


class CosmosOrganisationExchanges:
    def __init__(self, database: Database) -> None:
        self._items = Items(database, CONTAINER)

    async def get(self, owner_id: str, exchange_id: str) -> Exchange | None:
        stored = await self._items.read(exchange_id, owner_id)
        return _exchange(stored) if stored and stored["kind"] in KINDS.values() else None

    async def create(self, exchange: Exchange, orders: Sequence[Order]) -> bool:
        try:
            await self._items.batch(
                [("create", (_document(exchange),)), *_upserts(orders)], exchange.owner_id
            )
        except FileExistsError:
            return False
        return True

    async def save(self, exchange: Exchange, orders: Sequence[Order] = ()) -> Exchange:
        replaced = ("replace", (exchange.id, _document(exchange)), {"if_match_etag": exchange.etag})
        results = await self._items.batch([replaced, *_upserts(orders)], exchange.owner_id)
        return _exchange(results[0]["resourceBody"])

    async def of_contact(self, owner_id: str, contact_id: str) -> list[Exchange]:  # noqa: ARG002
        """None: what an organisation gets is nobody's contact."""
        return []

    async def places(self, org_id: str, limit: int, cursor: str | None) -> tuple[int, str | None]:
        """How many stand on a page of the list, and the cursor of the next one, without reading them."""
        found, following = await newest_first(
            self._items, KINDS["kept"], org_id, limit, cursor, fields="c.id, c.createdAt"
        )
        return len(found), following

    async def called(
        self, org_id: str, text: str, limit: int, cursor: str | None
    ) -> tuple[list[Exchange], str | None]:
        """A page of those whose names begin so, by name: one query.

        The cursor says the name of the last one, who may be gone by then. It is sent in bodies only.
        """
        found = await self._items.query(
            "SELECT TOP @count * FROM c WHERE STARTSWITH(c.connectedByName, @text)"
            " AND c.connectedByName > @after ORDER BY c.connectedByName",
            org_id,
            count=limit + 1,
            text=fold(text)[:_MOST_SORTED],
            after="" if cursor is None else place_in(cursor, "/cursor"),
        )
        page = [_exchange(stored) for stored in found[:limit]]
        return page, cursor_at(_by_name(page[-1])) if len(found) > limit else None

    async def list(
        self, owner_id: str, state: State, limit: int, cursor: str | None
    ) -> tuple[list[Exchange], str | None]:
        """A page of them, the newest first: one query."""
        found, following = await newest_first(self._items, KINDS[state], owner_id, limit, cursor)
        return [_exchange(stored) for stored in found], following


def _upserts(orders: Sequence[Order]) -> list[tuple[Any, ...]]:
    return [("upsert", (order_document(order),)) for order in orders]
