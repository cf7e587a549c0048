"""Who connected with an organisation or left details on its page, as the organisation has them."""

from contextlib import suppress
from datetime import datetime
from typing import Protocol

from domain.base.errors import NotFound, StaleVersion, Unavailable
from domain.exchange.exchange import Exchange, ExchangeStore
from domain.organisations.connections.connecting import Ports, follow, link_order
from domain.organisations.organisation import Acting


class Connected(ExchangeStore, Protocol):
    async def called(
        self, org_id: str, text: str, limit: int, cursor: str | None
    ) -> tuple[list[Exchange], str | None]:
        """A page of those whose names begin so, in the order of their names."""
        ...


async def read_connected(by: Acting, exchange_id: str, exchanges: ExchangeStore) -> Exchange:
    exchange = await exchanges.get(by.organisation.id, exchange_id)
    if exchange is None or exchange.state != "kept" or exchange.details is None:
        raise NotFound
    return exchange


async def delete_connected(
    by: Acting, exchange_id: str, version: int, *, now: datetime, ports: Ports
) -> None:
    """Delete what somebody gave, at once and for good. Who was connected finds their connection ended."""
    exchange = await read_connected(by, exchange_id, ports.exchanges)
    if exchange.version != version:
        raise StaleVersion
    await ports.exchanges.save(exchange.deleted(now), link_order(exchange, now))
    if exchange.given_by is not None:
        with suppress(Unavailable, StaleVersion):
            await follow(exchange.given_by, exchange.owner_id, exchange.id, now=now, ports=ports)
