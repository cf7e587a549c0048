"""Connections between accounts, which decide what a viewer sees."""

from typing import TYPE_CHECKING

from wiring import database, once

if TYPE_CHECKING:
    from adapters.cosmos.connections import CosmosConnections


@once
def connections() -> "CosmosConnections":
    from adapters.cosmos.connections import CosmosConnections

    return CosmosConnections(database())
