"""Templates of organisations, staff cards, and requests for them."""

from typing import TYPE_CHECKING

from wiring import database, once, organisations

if TYPE_CHECKING:
    from collections.abc import Iterable

    from adapters.cosmos.organisations.templates.change_requests import CosmosChangeRequests
    from adapters.cosmos.organisations.templates.effects import CosmosEffects
    from adapters.cosmos.organisations.templates.staff_cards import CosmosStaffCards
    from adapters.cosmos.organisations.templates.templates import CosmosTemplates
    from domain.cards.card import Card
    from domain.operations.orders import Order
    from domain.operations.slices import Job
    from domain.operations.work import Failure
    from domain.organisations.change_requests.requests import RequestPorts
    from domain.organisations.organisation import Member, Organisation
    from domain.organisations.staff_cards.applying import Ports as ApplyPorts
    from domain.organisations.staff_cards.effects import EffectPorts
    from domain.organisations.staff_cards.making import StaffPorts
    from domain.organisations.staff_cards.making_many import Ports as ManyPorts
    from domain.organisations.staff_cards.making_many import Releases
    from domain.organisations.templates.templates import Release


@once
def store() -> "CosmosTemplates":
    from adapters.cosmos.organisations.templates.templates import CosmosTemplates

    return CosmosTemplates(database())


@once
def staff_cards() -> "CosmosStaffCards":
    from adapters.cosmos.organisations.templates.staff_cards import CosmosStaffCards

    return CosmosStaffCards(database())


@once
def effects() -> "CosmosEffects":
    from adapters.cosmos.organisations.templates.effects import CosmosEffects

    return CosmosEffects(database())


def counting() -> "EffectPorts":
    from domain.organisations.staff_cards.effects import EffectPorts
    from wiring.organisations import brand

    return EffectPorts(store(), staff_cards(), organisations.store(), effects(), brand.store())


@once
def change_requests() -> "CosmosChangeRequests":
    from adapters.cosmos.organisations.templates.change_requests import CosmosChangeRequests

    return CosmosChangeRequests(database())


def request_ports() -> "RequestPorts":
    from domain.organisations.change_requests.requests import RequestPorts
    from wiring import cards, publishing
    from wiring.organisations import brand

    return RequestPorts(
        change_requests(),
        cards.store(),
        store(),
        organisations.store(),
        publishing.ports(),
        brand.store(),
        organisations.settle,
    )


def staff_ports() -> "StaffPorts":
    from domain.organisations.staff_cards.making import StaffPorts
    from wiring import cards, images, publishing
    from wiring.organisations import brand

    return StaffPorts(
        cards.store(),
        cards.handles(),
        store(),
        organisations.store(),
        publishing.ports(),
        brand.store(),
        images.store(),
    )


def making_many() -> "ManyPorts":
    from domain.organisations.staff_cards.making_many import Ports

    return Ports(releases(), staff_cards(), organisations.store(), make_cards)


def releases() -> "Releases":
    from domain.organisations.staff_cards.making_many import Releases
    from wiring.organisations import brand

    return Releases(store(), brand.store())


async def make_cards(
    members: "list[Member]", release: "Release", organisation: "Organisation"
) -> "list[Failure]":
    """Make the cards of these members, several at once; those whose card cannot be made are told."""
    import asyncio
    from datetime import UTC, datetime

    from domain.base.errors import Conflict, InvalidInput, NotFound, StaleVersion
    from domain.operations.work import Failure
    from domain.organisations.staff_cards.making import card_for

    turns, ports = asyncio.Semaphore(8), staff_ports()

    async def one(member: "Member") -> "Failure | None":
        async with turns:
            try:
                await card_for(member, release, organisation, datetime.now(UTC), ports)
            except (Conflict, InvalidInput, NotFound, StaleVersion) as refusal:
                return Failure(item=member.id, code=refusal.code)
            return None

    return [failed for failed in await asyncio.gather(*map(one, members)) if failed]


def applying() -> "ApplyPorts":
    from domain.organisations.staff_cards.applying import Ports
    from wiring.organisations import brand

    return Ports(store(), staff_cards(), organisations.store(), brand.store(), show_all)


async def show_all(shown: "Iterable[Card]") -> None:
    """Project cards to the public; of a page of them, all wait for the store at once."""
    import asyncio

    from domain.publishing.publication import project
    from wiring import publishing

    await asyncio.gather(*(project(card, publishing.ports(), first=False) for card in shown))


async def order_apply(order: "Order") -> None:
    """Effect of the order that follows the release of a template."""
    from domain.organisations.staff_cards.applying import order_apply
    from wiring import operations

    await order_apply(order, templates=store(), works=operations.works(), queue=operations.work_queue())


def jobs() -> "dict[str, Job]":
    from domain.organisations.staff_cards.applying import ApplyJob
    from domain.organisations.staff_cards.effects import COUNTING, EffectJob
    from domain.organisations.staff_cards.making_many import MAKING, MakeJob
    from domain.organisations.templates.templates import APPLYING

    return {
        APPLYING: ApplyJob(applying()),
        COUNTING: EffectJob(counting()),
        MAKING: MakeJob(making_many()),
    }
