"""Organisations and the accounts that are in them."""

from typing import TYPE_CHECKING

from wiring import database, once

if TYPE_CHECKING:
    from adapters.cosmos.organisations.memberships import CosmosMemberships
    from adapters.cosmos.organisations.organisations import CosmosOrganisations
    from domain.operations.orders import Effect, Order
    from domain.operations.slices import Job
    from domain.organisations.people import Ports


@once
def store() -> "CosmosOrganisations":
    from adapters.cosmos.organisations.organisations import CosmosOrganisations

    return CosmosOrganisations(database())


@once
def memberships() -> "CosmosMemberships":
    from adapters.cosmos.organisations.memberships import CosmosMemberships

    return CosmosMemberships(database())


async def settle(order: "Order") -> None:
    """Carry the order of a change out at once; what fails is carried out by the timer."""
    from contextlib import suppress

    from domain.base.errors import StaleVersion, Unavailable
    from domain.operations.orders import carry_out, message_of
    from wiring import operations

    with suppress(Unavailable, StaleVersion):
        await carry_out(message_of(order), effects=effects(), orders=operations.orders())


@once
def people() -> "Ports":
    from domain.organisations.people import Ports

    return Ports(store(), settle)


def effects() -> "dict[str, Effect]":
    from domain.organisations.closing import CLOSING
    from domain.organisations.memberships import MEMBERSHIP

    return {MEMBERSHIP: follow_member, CLOSING: _follow_all}


def jobs() -> "dict[str, Job]":
    from domain.organisations.closing import FOLLOW, FollowJob

    return {FOLLOW: FollowJob(store(), memberships())}


async def _follow_all(order: "Order") -> None:
    """Effect of the order that follows the closing of an organisation, or its taking back."""
    from domain.organisations.closing import start_following
    from wiring import operations

    await start_following(order, works=operations.works(), queue=operations.work_queue())


async def follow_member(order: "Order") -> None:
    """Effect of the order that follows a change of a member."""
    from domain.organisations.following import follow_member

    await follow_member(order, organisations=store(), memberships=memberships())
