"""Organisations and the accounts that are in them."""

from typing import TYPE_CHECKING

from wiring import database, once

if TYPE_CHECKING:
    from collections.abc import Iterable

    from adapters.cosmos.organisations.change_requests import CosmosChangeRequests
    from adapters.cosmos.organisations.domains import CosmosDomains
    from adapters.cosmos.organisations.effects import CosmosEffects
    from adapters.cosmos.organisations.erasure import CosmosContents
    from adapters.cosmos.organisations.invitations import CosmosInvitations
    from adapters.cosmos.organisations.memberships import CosmosMemberships
    from adapters.cosmos.organisations.organisations import CosmosOrganisations
    from adapters.cosmos.organisations.staff_cards import CosmosStaffCards
    from adapters.cosmos.organisations.teams import CosmosTeams
    from adapters.cosmos.organisations.templates import CosmosTemplates
    from adapters.cosmos.reservations import CosmosDomainHolders
    from domain.cards.card import Card
    from domain.operations.orders import Effect, Order
    from domain.operations.slices import Job
    from domain.organisations.change_requests.requests import RequestPorts
    from domain.organisations.invitations.inviting import Inviting
    from domain.organisations.invitations.joining import JoiningPorts
    from domain.organisations.joining import JoinPorts
    from domain.organisations.people import Ports
    from domain.organisations.proving import Proving
    from domain.organisations.staff_cards.applying import Ports as ApplyPorts
    from domain.organisations.staff_cards.effects import EffectPorts
    from domain.organisations.staff_cards.making import StaffPorts
    from domain.organisations.teams.people import TeamPorts


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


@once
def teams() -> "CosmosTeams":
    from adapters.cosmos.organisations.teams import CosmosTeams

    return CosmosTeams(database())


@once
def templates() -> "CosmosTemplates":
    from adapters.cosmos.organisations.templates import CosmosTemplates

    return CosmosTemplates(database())


@once
def staff_cards() -> "CosmosStaffCards":
    from adapters.cosmos.organisations.staff_cards import CosmosStaffCards

    return CosmosStaffCards(database())


@once
def effects_of_templates() -> "CosmosEffects":
    from adapters.cosmos.organisations.effects import CosmosEffects

    return CosmosEffects(database())


def counting() -> "EffectPorts":
    from domain.organisations.staff_cards.effects import EffectPorts

    return EffectPorts(templates(), staff_cards(), store(), effects_of_templates())


@once
def change_requests() -> "CosmosChangeRequests":
    from adapters.cosmos.organisations.change_requests import CosmosChangeRequests

    return CosmosChangeRequests(database())


def request_ports() -> "RequestPorts":
    from domain.organisations.change_requests.requests import RequestPorts
    from wiring import cards, publishing

    return RequestPorts(change_requests(), cards.store(), templates(), store(), publishing.ports())


def staff_ports() -> "StaffPorts":
    from domain.organisations.staff_cards.making import StaffPorts
    from wiring import cards, publishing

    return StaffPorts(cards.store(), cards.handles(), templates(), store(), publishing.ports())


def applying() -> "ApplyPorts":
    from domain.organisations.staff_cards.applying import Ports

    return Ports(templates(), staff_cards(), store(), show_all)


async def show_all(shown: "Iterable[Card]") -> None:
    """Project cards to the public; of a page of them, all wait for the store at once."""
    import asyncio

    from domain.publishing.publication import project
    from wiring import publishing

    await asyncio.gather(*(project(card, publishing.ports(), first=False) for card in shown))


def team_ports() -> "TeamPorts":
    from domain.organisations.teams.people import TeamPorts

    return TeamPorts(teams(), store())


@once
def invitations() -> "CosmosInvitations":
    from adapters.cosmos.organisations.invitations import CosmosInvitations

    return CosmosInvitations(database())


@once
def link_keys() -> list[bytes]:
    """Keys of links of invitations, from those of sessions: the first makes new ones, all are accepted."""
    import hashlib

    from wiring.sign_in import chosen

    each = chosen().session_key.get_secret_value().split(",")
    return [hashlib.sha256(f"invitation {key}".encode()).digest() for key in each]


def inviting() -> "Inviting":
    from domain.organisations.invitations.inviting import Inviting
    from wiring import accounts

    return Inviting(invitations(), accounts.limiter(), link_keys(), settle)


def joining() -> "JoiningPorts":
    from domain.organisations.invitations.joining import JoiningPorts

    return JoiningPorts(invitations(), store(), memberships(), settle)


def effects() -> "dict[str, Effect]":
    """Effects of the orders that follow changes in an organisation."""
    from domain.organisations.domains import RELEASE
    from domain.organisations.invitations.inviting import MAILS
    from domain.organisations.memberships import ALL_MEMBERSHIPS, MEMBERSHIP
    from domain.organisations.teams.team import REMOVAL
    from domain.organisations.templates.templates import APPLYING

    return {
        MEMBERSHIP: follow_member,
        MAILS: order_mails,
        ALL_MEMBERSHIPS: _follow_all,
        RELEASE: release_domains,
        REMOVAL: order_removal,
        APPLYING: order_apply,
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

    erasing = Erasing(store(), contents(), memberships(), domains(), domain_holders())
    return {
        FOLLOW: FollowJob(store(), memberships()),
        REMOVAL: RemovalJob(store(), teams()),
        ERASURE: EraseJob(erasing),
        APPLYING: ApplyJob(applying()),
        COUNTING: EffectJob(counting()),
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
    from domain.organisations.staff_cards.leaving import follow_member_with_card
    from wiring import publishing

    await follow_member(order, organisations=store(), memberships=memberships())
    await follow_member_with_card(
        order.owner_id,
        order.subject_id,
        datetime.now(UTC),
        organisations=store(),
        publication=publishing.ports(),
    )


async def order_mails(order: "Order") -> None:
    """Effect of the order that follows invitations: their mails are queued."""
    from domain.organisations.invitations.inviting import order_mails
    from wiring import notifications

    await order_mails(order, invitations=invitations(), mails=notifications.queue())


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
    return Proving(store=domains(), holders=domain_holders(), dns=dns, settle=settle)


@once
def joining_by_domain() -> "JoinPorts":
    from domain.organisations.joining import JoinPorts

    return JoinPorts(
        organisations=store(),
        memberships=memberships(),
        domains=domains(),
        holders=domain_holders(),
        settle=settle,
    )


async def release_domains(order: "Order") -> None:
    """Effect of the order that follows a domain which an organisation does not hold any more."""
    from domain.organisations.domains import release

    await release(order, store=domains(), holders=domain_holders())


async def order_removal(order: "Order") -> None:
    """Effect of the order that follows the deletion of a team."""
    from domain.organisations.teams.removal import order_removal
    from wiring import operations

    await order_removal(order, teams=teams(), works=operations.works())


async def order_apply(order: "Order") -> None:
    """Effect of the order that follows the release of a template."""
    from domain.organisations.staff_cards.applying import order_apply
    from wiring import operations

    await order_apply(order, templates=templates(), works=operations.works(), queue=operations.work_queue())
