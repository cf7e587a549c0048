"""What the page of relationships is made from."""

from typing import TYPE_CHECKING

from wiring import database, once
from wiring.relationships import contacts, keys
from wiring.relationships.strength import interactions

if TYPE_CHECKING:
    from adapters.cosmos.relationships.refining import CosmosRefining
    from domain.relationships.refine.suggestions import Ports


@once
def refining() -> "CosmosRefining":
    from adapters.cosmos.relationships.refining import CosmosRefining

    return CosmosRefining(database())


@once
def suggesting() -> "Ports":
    from domain.relationships.refine.suggestions import Ports

    return Ports(contacts(), interactions(), refining(), keys())
