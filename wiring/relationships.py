"""Contacts of an owner, and their tags."""

from typing import TYPE_CHECKING

from wiring import database, once

if TYPE_CHECKING:
    from adapters.cosmos.relationships.contacts import CosmosContacts
    from adapters.cosmos.relationships.tags import CosmosTags
    from domain.relationships.contacts import Book


@once
def contacts() -> "CosmosContacts":
    from adapters.cosmos.relationships.contacts import CosmosContacts

    return CosmosContacts(database())


@once
def tags() -> "CosmosTags":
    from adapters.cosmos.relationships.tags import CosmosTags

    return CosmosTags(database())


@once
def book() -> "Book":
    from domain.relationships.contacts import Book

    return Book(contacts(), tags())
