"""Connections of people with organisations."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from wiring import accounts, cards, connections, database, exchange, once, relationships

if TYPE_CHECKING:
    from adapters.cosmos.organisations.connections.exchanges import CosmosOrganisationExchanges
    from adapters.cosmos.organisations.connections.links import CosmosCompanyLinks
    from domain.operations.orders import Effect, Order
    from domain.organisations.connections.connecting import Ports


@once
def exchanges() -> "CosmosOrganisationExchanges":
    from adapters.cosmos.organisations.connections.exchanges import CosmosOrganisationExchanges

    return CosmosOrganisationExchanges(database())


@once
def links() -> "CosmosCompanyLinks":
    from adapters.cosmos.organisations.connections.links import CosmosCompanyLinks

    return CosmosCompanyLinks(database())


@once
def ports() -> "Ports":
    from domain.organisations.connections.connecting import Ports
    from wiring import organisations

    return Ports(
        links(),
        exchanges(),
        organisations.store(),
        cards.store(),
        connections.take_card,
        exchange.giver(),
        relationships.book(),
        accounts.limiter(),
    )


def effects() -> "dict[str, Effect]":
    from domain.organisations.connections.link import COMPANY_LINK, LEAVE_COMPANIES

    return {COMPANY_LINK: _follow, LEAVE_COMPANIES: _end_all}


async def _follow(order: "Order") -> None:
    from domain.organisations.connections.connecting import carry_out_link

    await carry_out_link(order, now=datetime.now(UTC), ports=ports())


async def _end_all(order: "Order") -> None:
    from domain.organisations.connections.connecting import end_all

    await end_all(order, now=datetime.now(UTC), ports=ports())
