"""What becomes of the cards of those who leave, and of all cards of an organisation that is closed."""

from typing import TYPE_CHECKING

from wiring import database, once, organisations

if TYPE_CHECKING:
    from datetime import datetime

    from adapters.cosmos.organisations.leaving import CosmosLeavingRules
    from domain.cards.card import Card
    from domain.operations.orders import Order
    from domain.organisations.staff_cards.gone import CardsPorts
    from domain.organisations.staff_cards.leaving import LeavingPorts
    from domain.organisations.staff_cards.successors import SuccessorPorts


@once
def rules() -> "CosmosLeavingRules":
    from adapters.cosmos.organisations.leaving import CosmosLeavingRules

    return CosmosLeavingRules(database())


def choosing() -> "SuccessorPorts":
    from domain.organisations.staff_cards.successors import SuccessorPorts
    from wiring import cards
    from wiring.organisations import company

    return SuccessorPorts(organisations.store(), cards.store(), rules(), company.handle_of)


def ports() -> "LeavingPorts":
    from domain.organisations.staff_cards.leaving import LeavingPorts
    from wiring import publishing

    return LeavingPorts(choosing(), publishing.ports())


async def follow_card(org_id: str, card_id: str) -> None:
    from datetime import UTC, datetime

    from domain.organisations.staff_cards.leaving import follow_card

    await follow_card(org_id, card_id, datetime.now(UTC), ports=ports())


async def follow_member(order: "Order") -> None:
    """Effect of the order that follows a change of a member, on their card."""
    from domain.organisations.staff_cards.making import staff_card_id

    await follow_card(order.owner_id, staff_card_id(order.owner_id, order.subject_id))


async def follow_projected(order: "Order", card: "Card | None") -> None:
    """What follows when a card of an organisation is shown anew."""
    from domain.organisations.company.page import company_card_id
    from domain.organisations.staff_cards.gone import follow_company_page
    from wiring import operations

    if card is not None and card.id == company_card_id(order.owner_id):
        await follow_company_page(card, works=operations.works(), queue=operations.work_queue())


async def start_following(order: "Order") -> None:
    """Effect of the order that follows a closing or a taking back."""
    from domain.organisations.staff_cards.gone import start_following_cards
    from wiring import operations

    await start_following_cards(order, works=operations.works(), queue=operations.work_queue())


def all_cards() -> "CardsPorts":
    from domain.organisations.staff_cards.gone import CardsPorts
    from wiring.organisations import templates

    return CardsPorts(templates.staff_cards(), organisations.store(), follow_card, templates.show_all)


async def take_down(org_id: str, card_id: str, at: "datetime") -> None:
    from domain.organisations.staff_cards.gone import TakingDown, take_down
    from wiring import cards, publishing

    ports = TakingDown(publishing.ports(), cards.handles().forget)
    await take_down(org_id, card_id, at, ports=ports)
