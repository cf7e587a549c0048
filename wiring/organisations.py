"""Organisations and the accounts that are in them."""

from typing import TYPE_CHECKING

from wiring import database, once

if TYPE_CHECKING:
    from adapters.cosmos.organisations.domains import CosmosDomains
    from adapters.cosmos.organisations.memberships import CosmosMemberships
    from adapters.cosmos.organisations.organisations import CosmosOrganisations
    from adapters.cosmos.reservations import CosmosDomainHolders
    from domain.operations.orders import Order
    from domain.organisations.joining import JoinPorts
    from domain.organisations.proving import Proving


@once
def store() -> "CosmosOrganisations":
    from adapters.cosmos.organisations.organisations import CosmosOrganisations

    return CosmosOrganisations(database())


@once
def memberships() -> "CosmosMemberships":
    from adapters.cosmos.organisations.memberships import CosmosMemberships

    return CosmosMemberships(database())


async def settle(order: "Order") -> None:
    """Carry the order of a member's change out at once; what fails is carried out by the timer."""
    from contextlib import suppress

    from domain.base.errors import StaleVersion, Unavailable
    from domain.operations.orders import carry_out, message_of
    from wiring import operations

    with suppress(Unavailable, StaleVersion):
        await carry_out(message_of(order), effects={order.kind: follow_member}, orders=operations.orders())


async def follow_member(order: "Order") -> None:
    """Effect of the order that follows a change of a member."""
    from domain.organisations.following import follow_member

    await follow_member(order, organisations=store(), memberships=memberships())


@once
def domains() -> "CosmosDomains":
    from adapters.cosmos.organisations.domains import CosmosDomains

    return CosmosDomains(database())


@once
def domain_holders() -> "CosmosDomainHolders":
    from adapters.cosmos.reservations import CosmosDomainHolders

    return CosmosDomainHolders(database())


@once
def proving() -> "Proving":
    import settings.organisations
    from adapters.dns import DnsTexts
    from domain.organisations.proving import Proving

    dns = DnsTexts(settings.organisations.load().dns_resolver)
    return Proving(store=domains(), holders=domain_holders(), dns=dns, settle=settle_domains)


@once
def joining() -> "JoinPorts":
    from domain.organisations.joining import JoinPorts

    return JoinPorts(
        organisations=store(),
        memberships=memberships(),
        domains=domains(),
        holders=domain_holders(),
        settle=settle,
    )


async def settle_domains(order: "Order") -> None:
    """Free names at once; what fails is carried out by the timer."""
    from contextlib import suppress

    from domain.base.errors import StaleVersion, Unavailable
    from domain.operations.orders import carry_out, message_of
    from wiring import operations

    with suppress(Unavailable, StaleVersion):
        await carry_out(message_of(order), effects={order.kind: release_domains}, orders=operations.orders())


async def release_domains(order: "Order") -> None:
    """Effect of the order that follows a domain which an organisation does not hold any more."""
    from domain.organisations.domains import release

    await release(order, store=domains(), holders=domain_holders())
