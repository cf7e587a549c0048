"""Notes on contacts."""

from typing import TYPE_CHECKING

from wiring import database, once, relationships

if TYPE_CHECKING:
    from adapters.cosmos.relationships.notes import CosmosNotes
    from domain.relationships.notes.notes import Notebook


@once
def store() -> "CosmosNotes":
    from adapters.cosmos.relationships.notes import CosmosNotes

    return CosmosNotes(database(), relationships.keys())


@once
def book() -> "Notebook":
    from domain.relationships.notes.notes import Notebook

    return Notebook(store(), relationships.contacts())
