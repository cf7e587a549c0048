"""Organisations and the accounts that are in them."""

from typing import TYPE_CHECKING

from wiring import database, once

if TYPE_CHECKING:
    from adapters.cosmos.organisations.memberships import CosmosMemberships
    from adapters.cosmos.organisations.organisations import CosmosOrganisations
    from adapters.cosmos.organisations.teams import CosmosTeams
    from domain.operations.orders import Order
    from domain.organisations.teams.people import TeamPorts
    from domain.organisations.teams.removal import RemovalJob


@once
def store() -> "CosmosOrganisations":
    from adapters.cosmos.organisations.organisations import CosmosOrganisations

    return CosmosOrganisations(database())


@once
def memberships() -> "CosmosMemberships":
    from adapters.cosmos.organisations.memberships import CosmosMemberships

    return CosmosMemberships(database())


@once
def teams() -> "CosmosTeams":
    from adapters.cosmos.organisations.teams import CosmosTeams

    return CosmosTeams(database())


def team_ports() -> "TeamPorts":
    from domain.organisations.teams.people import TeamPorts

    return TeamPorts(teams(), store())


async def settle(order: "Order") -> None:
    """Carry an order of organisations out at once; what fails is carried out by the timer."""
    from contextlib import suppress

    from domain.base.errors import StaleVersion, Unavailable
    from domain.operations.orders import carry_out, message_of
    from domain.organisations.memberships import MEMBERSHIP
    from domain.organisations.teams.team import REMOVAL
    from wiring import operations

    effects = {MEMBERSHIP: follow_member, REMOVAL: order_removal}
    with suppress(Unavailable, StaleVersion):
        await carry_out(message_of(order), effects=effects, orders=operations.orders())


async def follow_member(order: "Order") -> None:
    """Effect of the order that follows a change of a member."""
    from domain.organisations.following import follow_member

    await follow_member(order, organisations=store(), memberships=memberships())


async def order_removal(order: "Order") -> None:
    """Effect of the order that follows the deletion of a team."""
    from domain.organisations.teams.removal import order_removal
    from wiring import operations

    await order_removal(order, teams=teams(), works=operations.works())


def removal_job() -> "RemovalJob":
    from domain.organisations.teams.removal import RemovalJob

    return RemovalJob(store(), teams())
