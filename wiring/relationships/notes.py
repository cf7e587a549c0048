"""Notes on contacts."""

from typing import TYPE_CHECKING

from wiring import database, once, relationships

if TYPE_CHECKING:
    from adapters.cosmos.relationships.notes import CosmosNotes
    from domain.relationships.notes.notes import Notebook


@once
def store() -> "CosmosNotes":
    from adapters.cosmos.relationships.notes import CosmosNotes
    from wiring.relationships import search

    return CosmosNotes(database(), relationships.keys(), search.order_compaction)


@once
def book() -> "Notebook":
    from domain.relationships.notes.notes import Notebook

    return Notebook(store(), relationships.contacts())
