"""Templates of organisations, staff cards, and requests for them."""

from typing import TYPE_CHECKING

from wiring import database, once, organisations

if TYPE_CHECKING:
    from collections.abc import Iterable

    from adapters.cosmos.organisations.change_requests import CosmosChangeRequests
    from adapters.cosmos.organisations.effects import CosmosEffects
    from adapters.cosmos.organisations.staff_cards import CosmosStaffCards
    from adapters.cosmos.organisations.templates import CosmosTemplates
    from domain.cards.card import Card
    from domain.operations.orders import Order
    from domain.organisations.change_requests.requests import RequestPorts
    from domain.organisations.staff_cards.applying import Ports as ApplyPorts
    from domain.organisations.staff_cards.effects import EffectPorts
    from domain.organisations.staff_cards.making import StaffPorts


@once
def store() -> "CosmosTemplates":
    from adapters.cosmos.organisations.templates import CosmosTemplates

    return CosmosTemplates(database())


@once
def staff_cards() -> "CosmosStaffCards":
    from adapters.cosmos.organisations.staff_cards import CosmosStaffCards

    return CosmosStaffCards(database())


@once
def effects() -> "CosmosEffects":
    from adapters.cosmos.organisations.effects import CosmosEffects

    return CosmosEffects(database())


def counting() -> "EffectPorts":
    from domain.organisations.staff_cards.effects import EffectPorts
    from wiring.organisations import brand

    return EffectPorts(store(), staff_cards(), organisations.store(), effects(), brand.store())


@once
def change_requests() -> "CosmosChangeRequests":
    from adapters.cosmos.organisations.change_requests import CosmosChangeRequests

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
