"""Connections between accounts."""

from adapters.cosmos.connections import CosmosConnections
from wiring import database, once


@once
def connections() -> CosmosConnections:
    return CosmosConnections(database())
