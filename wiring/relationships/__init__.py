"""Contacts of an owner, their tags, and the keys of what is private on them."""

from typing import TYPE_CHECKING

from wiring import database, once

if TYPE_CHECKING:
    from adapters.cosmos.relationships.contacts import CosmosContacts
    from adapters.cosmos.relationships.keys import CosmosWrappedKeys
    from adapters.cosmos.relationships.tags import CosmosTags
    from adapters.owner_keys import KeptOwnerKeys
    from adapters.sealing import Sealer
    from domain.operations.orders import Order
    from domain.relationships.contacts import Book


@once
def contacts() -> "CosmosContacts":
    from adapters.cosmos.relationships.contacts import CosmosContacts
    from wiring.relationships import search

    return CosmosContacts(database(), keys(), search.order_compaction)


@once
def tags() -> "CosmosTags":
    from adapters.cosmos.relationships.tags import CosmosTags

    return CosmosTags(database(), keys())


@once
def book() -> "Book":
    from domain.relationships.contacts import Book

    return Book(contacts(), tags())


async def erase_dependents(order: "Order") -> None:
    """Effect of the order that follows the erasure of a contact."""
    await contacts().erase_dependents(order.owner_id, order.subject_id)


@once
def master_key() -> "Sealer":
    """The key above the keys of owners."""
    import settings.relationships
    from adapters.sealing import Sealer

    return Sealer(settings.relationships.load().relations_key.get_secret_value())


@once
def wrapped_keys() -> "CosmosWrappedKeys":
    from adapters.cosmos.relationships.keys import CosmosWrappedKeys

    return CosmosWrappedKeys(database())


@once
def keys() -> "KeptOwnerKeys":
    import time

    from adapters.owner_keys import KeptOwnerKeys

    return KeptOwnerKeys(wrapped_keys(), master_key(), time.monotonic)
