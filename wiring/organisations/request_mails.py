"""Mails about requests to change staff cards."""

from typing import TYPE_CHECKING

from wiring import database, once, organisations
from wiring.organisations import templates

if TYPE_CHECKING:
    from adapters.cosmos.organisations.templates.told import CosmosTold
    from domain.operations.orders import Order
    from domain.operations.slices import Job
    from domain.organisations.change_requests.answer_mail import MailPorts


@once
def told() -> "CosmosTold":
    from adapters.cosmos.organisations.templates.told import CosmosTold

    return CosmosTold(database())


def mailing() -> "MailPorts":
    from domain.organisations.change_requests.answer_mail import MailPorts
    from wiring import accounts, notifications

    return MailPorts(
        organisations.store(),
        templates.change_requests(),
        told(),
        accounts.store(),
        notifications.mailer(),
    )


async def order_answer_mail(order: "Order") -> None:
    """Effect of the order that follows the answer to a request."""
    from domain.organisations.change_requests.answer_mail import order_answer_mail
    from wiring import notifications

    await order_answer_mail(order, mails=notifications.queue())


async def order_digest(order: "Order") -> None:
    """Effect of the order that follows a new request."""
    from datetime import UTC, datetime

    from domain.organisations.change_requests.digest import order_digest
    from wiring import operations

    await order_digest(
        order, now=datetime.now(UTC), organisations=organisations.store(), works=operations.works()
    )


def jobs() -> "dict[str, Job]":
    from domain.organisations.change_requests.digest import DigestJob, DigestPorts
    from domain.organisations.change_requests.requests import DIGEST
    from wiring import notifications

    ports = DigestPorts(organisations.store(), templates.change_requests(), told(), notifications.queue())
    return {DIGEST: DigestJob(ports)}
