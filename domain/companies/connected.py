"""Who connected with an organisation or left details on its page, as the organisation has them."""

from datetime import datetime
from typing import Protocol

from domain.base.errors import NotFound, StaleVersion
from domain.companies.link import COMPANY_LINK
from domain.exchange.exchange import Exchange, ExchangeStore, order_for
from domain.organisations.organisation import Acting, Settle


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
    by: Acting, exchange_id: str, version: int, *, now: datetime, exchanges: ExchangeStore, settle: Settle
) -> None:
    """Delete what somebody gave, at once and for good. Who was connected finds their connection ended."""
    exchange = await read_connected(by, exchange_id, exchanges)
    if exchange.version != version:
        raise StaleVersion
    orders = [order_for(COMPANY_LINK, exchange.owner_id, exchange.id, now)] if exchange.given_by else []
    await exchanges.save(exchange.deleted(now), orders)
    for order in orders:
        await settle(order)
