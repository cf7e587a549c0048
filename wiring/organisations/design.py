"""Designs that organisations order, the access to them, and proposals."""

from typing import TYPE_CHECKING

from wiring import database, once, organisations

if TYPE_CHECKING:
    from adapters.cosmos.organisations.design import CosmosDesigns, CosmosDesk, CosmosProposals
    from domain.operations.orders import Order
    from domain.operations.slices import Job
    from domain.organisations.design.access import AccessPorts
    from domain.organisations.design.mail import MailPorts
    from domain.organisations.design.ordering import OrderPorts
    from domain.organisations.design.proposals import ProposalPorts


@once
def store() -> "CosmosDesigns":
    from adapters.cosmos.organisations.design import CosmosDesigns

    return CosmosDesigns(database())


@once
def proposals() -> "CosmosProposals":
    from adapters.cosmos.organisations.design import CosmosProposals

    return CosmosProposals(database())


@once
def desk() -> "CosmosDesk":
    from adapters.cosmos.organisations.design import CosmosDesk

    return CosmosDesk(database())


def ordering() -> "OrderPorts":
    from domain.organisations.design.ordering import OrderPorts

    return OrderPorts(store(), organisations.settle)


def access() -> "AccessPorts":
    from domain.organisations.design.access import AccessPorts

    return AccessPorts(organisations.store(), store(), desk(), organisations.settle)


def proposing() -> "ProposalPorts":
    from domain.organisations.design.proposals import ProposalPorts
    from wiring.organisations import brand, templates

    return ProposalPorts(proposals(), store(), templates.store(), brand.store(), organisations.settle)


def mailing() -> "MailPorts":
    from domain.organisations.design.mail import MailPorts
    from wiring import accounts, notifications

    return MailPorts(organisations.store(), store(), proposals(), accounts.store(), notifications.mailer())


def effect_job() -> "Job":
    from domain.organisations.design.effects import ProposalEffectJob
    from wiring.organisations import templates

    return ProposalEffectJob(proposals(), templates.counting())


async def follow(order: "Order") -> None:
    """Effect of the order that follows a change of a design: the desk."""
    from domain.organisations.design.desk import follow_design

    await follow_design(order, designs=store(), desk=desk())


async def order_mail(order: "Order") -> None:
    """Effect of the order that follows a proposal: its mail is queued."""
    from domain.organisations.design.mail import order_mail
    from wiring import notifications

    await order_mail(order, mails=notifications.queue())
