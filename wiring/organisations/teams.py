"""Teams of organisations."""

from typing import TYPE_CHECKING

from wiring import database, once, organisations

if TYPE_CHECKING:
    from adapters.cosmos.organisations.teams import CosmosTeams
    from domain.operations.orders import Order
    from domain.organisations.teams.people import TeamPorts


@once
def store() -> "CosmosTeams":
    from adapters.cosmos.organisations.teams import CosmosTeams

    return CosmosTeams(database())


def ports() -> "TeamPorts":
    from domain.organisations.teams.people import TeamPorts
    from wiring import operations

    return TeamPorts(store(), organisations.store(), operations.work_queue())


async def order_removal(order: "Order") -> None:
    """Effect of the order that follows the deletion of a team."""
    from domain.organisations.teams.removal import order_removal
    from wiring import operations

    await order_removal(order, teams=store(), works=operations.works())
