"""Organisations and the accounts that are in them."""

from typing import TYPE_CHECKING

from wiring import database, once

if TYPE_CHECKING:
    from adapters.cosmos.organisations.memberships import CosmosMemberships
    from adapters.cosmos.organisations.organisations import CosmosOrganisations
    from domain.operations.orders import Order


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
