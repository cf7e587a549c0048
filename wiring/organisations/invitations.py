"""Invitations of organisations, and joining by them."""

from typing import TYPE_CHECKING

from wiring import database, once, organisations

if TYPE_CHECKING:
    from adapters.cosmos.organisations.invitations import CosmosInvitations
    from adapters.cosmos.organisations.inviting.runs import CosmosRuns
    from domain.operations.orders import Order
    from domain.operations.slices import Job
    from domain.organisations.invitation_runs.whom import WhomPorts
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


@once
def runs() -> "CosmosRuns":
    from adapters.cosmos.organisations.inviting.runs import CosmosRuns

    return CosmosRuns(database())


def whom() -> "WhomPorts":
    """Whom a run of invitations may be for."""
    from domain.organisations.invitation_runs.whom import WhomPorts
    from wiring.organisations import imports, teams

    return WhomPorts(runs(), organisations.store(), teams.store(), imports.store())


def jobs() -> "dict[str, Job]":
    from domain.organisations.invitation_runs.run import COUNT, SEND
    from domain.organisations.invitation_runs.work import CountJob, RunPorts, SendJob

    ports = RunPorts(runs(), organisations.store(), whom(), inviting())
    return {COUNT: CountJob(ports), SEND: SendJob(ports)}


async def order_run(order: "Order") -> None:
    """Effect of the order that is stored with a stage of a run of invitations."""
    from wiring import operations

    found = await runs().get(order.owner_id, order.subject_id)
    if found is not None:
        await operations.start_stage(found.org_id, found, found.updated_at)
