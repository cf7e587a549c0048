"""Connecting with organisations: what people give, their own side, and what follows."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from wiring import accounts, cards, connections, database, exchange, once, relationships

if TYPE_CHECKING:
    from adapters.cosmos.companies.exchanges import CosmosOrganisationExchanges
    from adapters.cosmos.companies.links import CosmosCompanyLinks
    from domain.companies.connecting import Ports
    from domain.operations.orders import Effect, Order


@once
def exchanges() -> "CosmosOrganisationExchanges":
    from adapters.cosmos.companies.exchanges import CosmosOrganisationExchanges

    return CosmosOrganisationExchanges(database())


@once
def links() -> "CosmosCompanyLinks":
    from adapters.cosmos.companies.links import CosmosCompanyLinks

    return CosmosCompanyLinks(database())


@once
def ports() -> "Ports":
    from domain.companies.connecting import Ports
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
    from domain.companies.link import COMPANY_LINK, LEAVE_COMPANIES

    return {COMPANY_LINK: _follow, LEAVE_COMPANIES: _end_all}


async def _follow(order: "Order") -> None:
    from domain.companies.connecting import carry_out_link

    await carry_out_link(order, now=datetime.now(UTC), ports=ports())


async def _end_all(order: "Order") -> None:
    from domain.companies.connecting import end_all

    await end_all(order, now=datetime.now(UTC), ports=ports())


async def settle(order: "Order") -> None:
    """Carry the order of a change out at once; what fails is carried out by the timer."""
    from contextlib import suppress

    from domain.base.errors import StaleVersion, Unavailable
    from domain.operations.orders import carry_out, message_of
    from wiring import operations

    with suppress(Unavailable, StaleVersion):
        await carry_out(message_of(order), effects=effects(), orders=operations.orders())
