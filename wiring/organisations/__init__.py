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
    from domain.organisations.brand.brand import BRAND
    from domain.organisations.design.desk import DESK
    from domain.organisations.design.mail import PROPOSAL_MAIL
    from domain.organisations.domains import RELEASE
    from domain.organisations.imports.imports import START
    from domain.organisations.invitations.inviting import MAILS
    from domain.organisations.memberships import ALL_MEMBERSHIPS, MEMBERSHIP
    from domain.organisations.organisation import ALL_CARDS
    from domain.organisations.photos.photos import START as START_PHOTOS
    from domain.organisations.teams.team import REMOVAL
    from domain.organisations.templates.assigning import ASSIGNING
    from domain.organisations.templates.templates import APPLYING
    from wiring.organisations import (
        assignments,
        brand,
        design,
        domains,
        imports,
        invitations,
        leaving,
        photos,
        teams,
        templates,
    )

    return {
        MEMBERSHIP: follow_member,
        ALL_CARDS: leaving.start_following,
        MAILS: invitations.order_mails,
        ALL_MEMBERSHIPS: _follow_all,
        RELEASE: domains.release,
        REMOVAL: teams.order_removal,
        APPLYING: templates.order_apply,
        ASSIGNING: assignments.order_assigning,
        BRAND: brand.order_brand,
        DESK: design.follow,
        PROPOSAL_MAIL: design.order_mail,
        START: imports.order_work,
        START_PHOTOS: photos.order_work,
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
    from domain.organisations.design.effects import PROPOSED
    from domain.organisations.erasure import ERASURE, EraseJob, Erasing
    from domain.organisations.staff_cards.gone import FOLLOW_CARDS, FollowCardsJob
    from domain.organisations.teams.removal import RemovalJob
    from domain.organisations.teams.team import REMOVAL
    from domain.organisations.visits.counting import SUMMING, SumJob
    from wiring.organisations import (
        assignments,
        design,
        domains,
        imports,
        leaving,
        photos,
        teams,
        templates,
        visits,
    )

    erasing = Erasing(
        store(),
        contents(),
        memberships(),
        domains.store(),
        domains.holders(),
        leaving.take_down,
        design.desk(),
    )
    return {
        FOLLOW: FollowJob(store(), memberships()),
        FOLLOW_CARDS: FollowCardsJob(leaving.all_cards()),
        REMOVAL: RemovalJob(store(), teams.store()),
        ERASURE: EraseJob(erasing),
        SUMMING: SumJob(visits.ports()),
        PROPOSED: design.effect_job(),
        **assignments.jobs(),
        **imports.jobs(),
        **photos.jobs(),
        **templates.jobs(),
    }


async def _follow_all(order: "Order") -> None:
    """Effect of the order that follows a closing, a taking back or a new name."""
    from domain.organisations.closing import start_following
    from wiring import operations
    from wiring.organisations import assignments

    await start_following(order, works=operations.works(), queue=operations.work_queue())
    await assignments.follow_name(order)


async def follow_member(order: "Order") -> None:
    """Effect of the order that follows a change of a member."""
    from datetime import UTC, datetime

    from domain.organisations.following import follow_member
    from domain.organisations.staff_cards.assigned import bring_in_line
    from wiring.organisations import assignments, leaving

    await follow_member(order, organisations=store(), memberships=memberships())
    await leaving.follow_member(order)
    await bring_in_line(order.owner_id, [order.subject_id], datetime.now(UTC), assignments.ports())
