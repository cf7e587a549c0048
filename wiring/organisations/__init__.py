"""Organisations and the accounts that are in them."""

from typing import TYPE_CHECKING

from wiring import database, once

if TYPE_CHECKING:
    from adapters.cosmos.organisations.erasure import CosmosContents
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


@once
def contents() -> "CosmosContents":
    from adapters.cosmos.organisations.erasure import CosmosContents

    return CosmosContents(database())


def effects() -> "dict[str, Effect]":
    """Effects of the orders that follow changes in an organisation."""
    from domain.organisations.domains import RELEASE
    from domain.organisations.imports.imports import START
    from domain.organisations.invitations.inviting import MAILS
    from domain.organisations.memberships import ALL_MEMBERSHIPS, MEMBERSHIP
    from domain.organisations.teams.team import REMOVAL
    from domain.organisations.templates.templates import APPLYING
    from wiring.organisations import domains, imports, invitations, teams, templates

    return {
        MEMBERSHIP: follow_member,
        MAILS: invitations.order_mails,
        ALL_MEMBERSHIPS: _follow_all,
        RELEASE: domains.release,
        REMOVAL: teams.order_removal,
        APPLYING: templates.order_apply,
        START: imports.order_work,
    }


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


def jobs() -> "dict[str, Job]":
    from domain.organisations.closing import FOLLOW, FollowJob
    from domain.organisations.erasure import ERASURE, EraseJob, Erasing
    from domain.organisations.staff_cards.applying import ApplyJob
    from domain.organisations.staff_cards.effects import COUNTING, EffectJob
    from domain.organisations.teams.removal import RemovalJob
    from domain.organisations.teams.team import REMOVAL
    from domain.organisations.templates.templates import APPLYING
    from wiring.organisations import domains, imports, teams, templates

    erasing = Erasing(store(), contents(), memberships(), domains.store(), domains.holders())
    return {
        FOLLOW: FollowJob(store(), memberships()),
        REMOVAL: RemovalJob(store(), teams.store()),
        ERASURE: EraseJob(erasing),
        APPLYING: ApplyJob(templates.applying()),
        COUNTING: EffectJob(templates.counting()),
        **imports.jobs(),
    }


async def _follow_all(order: "Order") -> None:
    """Effect of the order that follows a closing, a taking back or a new name."""
    from domain.organisations.closing import start_following
    from wiring import operations

    await start_following(order, works=operations.works(), queue=operations.work_queue())


async def follow_member(order: "Order") -> None:
    """Effect of the order that follows a change of a member."""
    from datetime import UTC, datetime

    from domain.organisations.following import follow_member
    from domain.organisations.staff_cards.details import follow_details
    from domain.organisations.staff_cards.leaving import follow_member_with_card
    from wiring import publishing
    from wiring.organisations import templates

    await follow_member(order, organisations=store(), memberships=memberships())
    await follow_member_with_card(
        order.owner_id,
        order.subject_id,
        datetime.now(UTC),
        organisations=store(),
        publication=publishing.ports(),
    )
    await follow_details(order.owner_id, order.subject_id, datetime.now(UTC), templates.staff_ports())
