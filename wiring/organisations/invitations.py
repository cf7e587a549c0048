"""Invitations of organisations, and joining by them."""

from typing import TYPE_CHECKING

from wiring import database, once, organisations

if TYPE_CHECKING:
    from adapters.cosmos.organisations.invitations import CosmosInvitations
    from domain.operations.orders import Order
    from domain.organisations.invitations.inviting import Inviting
    from domain.organisations.invitations.joining import JoiningPorts


@once
def store() -> "CosmosInvitations":
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

    return Inviting(store(), accounts.limiter(), link_keys(), organisations.settle)


def joining() -> "JoiningPorts":
    from domain.organisations.invitations.joining import JoiningPorts

    return JoiningPorts(store(), organisations.store(), organisations.memberships(), organisations.settle)


async def order_mails(order: "Order") -> None:
    """Effect of the order that follows invitations: their mails are queued."""
    from domain.organisations.invitations.inviting import order_mails
    from wiring import notifications

    await order_mails(order, invitations=store(), mails=notifications.queue())
