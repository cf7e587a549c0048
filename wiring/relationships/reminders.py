"""Reminders of an owner, and what rings them."""

from typing import TYPE_CHECKING

from wiring import database, once
from wiring.relationships import contacts, keys
from wiring.relationships.refine import refining

if TYPE_CHECKING:
    from adapters.cosmos.relationships.reminders import CosmosReminders
    from domain.operations.orders import Order
    from domain.relationships.reminders.reminders import Desk
    from domain.relationships.reminders.ringing import Ports


@once
def reminders() -> "CosmosReminders":
    from adapters.cosmos.relationships.reminders import CosmosReminders

    return CosmosReminders(database(), keys())


@once
def desk() -> "Desk":
    from domain.relationships.reminders.reminders import Desk

    return Desk(reminders(), contacts(), refining())


@once
def ringing() -> "Ports":
    from domain.relationships.reminders.ringing import Ports

    return Ports(reminders(), contacts(), refining())


async def order_mail(order: "Order") -> None:
    """Effect of the order that follows ringing: queue the mail that says how many reminders wait."""
    from domain.notifications.mail import MailOrder
    from domain.relationships.reminders.ringing import count_waiting
    from wiring import notifications

    number = await count_waiting(order.owner_id, ports=ringing())
    if number:
        message = MailOrder(kind="reminders", account_id=order.owner_id, number=number, at=order.created_at)
        await notifications.queue().send(message)
