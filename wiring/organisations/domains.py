"""Domains of organisations, and joining by them."""

from typing import TYPE_CHECKING

from wiring import database, once, organisations

if TYPE_CHECKING:
    from adapters.cosmos.organisations.domains import CosmosDomains
    from adapters.cosmos.reservations import CosmosDomainHolders
    from domain.operations.orders import Order
    from domain.organisations.joining import JoinPorts
    from domain.organisations.proving import Proving


@once
def store() -> "CosmosDomains":
    from adapters.cosmos.organisations.domains import CosmosDomains

    return CosmosDomains(database())


@once
def holders() -> "CosmosDomainHolders":
    from adapters.cosmos.reservations import CosmosDomainHolders

    return CosmosDomainHolders(database())


@once
def proving() -> "Proving":
    import settings.organisations
    from adapters.dns import DnsTexts
    from domain.organisations.proving import Proving

    dns = DnsTexts(settings.organisations.load().dns_resolver)
    return Proving(store=store(), holders=holders(), dns=dns, settle=organisations.settle)


@once
def joining() -> "JoinPorts":
    from domain.organisations.joining import JoinPorts

    return JoinPorts(
        organisations=organisations.store(),
        memberships=organisations.memberships(),
        domains=store(),
        holders=holders(),
        settle=organisations.settle,
    )


async def release(order: "Order") -> None:
    """Effect of the order that follows a domain which an organisation does not hold any more."""
    from domain.organisations.domains import release

    await release(order, store=store(), holders=holders())
