"""Which template the cards of whom follow."""

from typing import TYPE_CHECKING

from wiring import database, once, organisations

if TYPE_CHECKING:
    from adapters.cosmos.organisations.templates.assignments import CosmosAssignments
    from domain.operations.orders import Order
    from domain.operations.slices import Job
    from domain.organisations.staff_cards.assign_effects import AssignEffectPorts
    from domain.organisations.staff_cards.assigned import AssignedPorts


@once
def store() -> "CosmosAssignments":
    from adapters.cosmos.organisations.templates.assignments import CosmosAssignments

    return CosmosAssignments(database())


def ports() -> "AssignedPorts":
    from domain.organisations.staff_cards.assigned import AssignedPorts
    from wiring.organisations import brand, teams, templates

    return AssignedPorts(
        people=organisations.store(),
        teams=teams.store(),
        templates=templates.store(),
        assignments=store(),
        brands=brand.store(),
        cards=templates.staff_cards(),
        staff=templates.staff_ports(),
        show_all=templates.show_all,
    )


def counting() -> "AssignEffectPorts":
    from domain.organisations.staff_cards.assign_effects import AssignEffectPorts
    from wiring.organisations import teams, templates

    return AssignEffectPorts(organisations.store(), teams.store(), store(), templates.staff_cards(), store())


async def order_assigning(order: "Order") -> None:
    """Effect of the order that follows a change of who follows which template."""
    from domain.organisations.templates.assigning import order_assigning
    from wiring import operations

    works, queue = operations.works(), operations.work_queue()
    await order_assigning(order, store=store(), works=works, queue=queue)


async def follow_name(order: "Order") -> None:
    """Effect of the order that follows a new name, or a taking back, of an organisation: its cards say it."""
    from domain.organisations.templates.assigning import start_for_all
    from wiring import operations

    organisation = await organisations.store().get(order.owner_id)
    if organisation is not None and not organisation.closed:
        await start_for_all(order, works=operations.works(), queue=operations.work_queue())


def jobs() -> "dict[str, Job]":
    from domain.organisations.staff_cards.assign_effects import COUNTING, AssignEffectJob
    from domain.organisations.staff_cards.assigned import AssignJob
    from domain.organisations.templates.assigning import ASSIGNING

    return {ASSIGNING: AssignJob(ports()), COUNTING: AssignEffectJob(counting())}
