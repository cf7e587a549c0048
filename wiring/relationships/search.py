"""The search over an owner's contacts."""

import asyncio
import os
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from wiring import closed_at_end, database, images, once, operations

if TYPE_CHECKING:
    from adapters.cosmos.relationships.search import CosmosSearchHeads
    from adapters.search_shelf import Shelf
    from domain.operations.orders import Order
    from domain.relationships.search.building import BuildJob
    from domain.relationships.search.head import Stores
    from domain.relationships.search.upkeep import Ports


@once
def heads() -> "CosmosSearchHeads":
    from adapters.cosmos.relationships.search import CosmosSearchHeads

    return CosmosSearchHeads(database())


@once
def stores() -> "Stores":
    from adapters.cosmos.relationships.note_texts import CosmosNoteTexts
    from adapters.storage.search_index import SearchSnapshots
    from domain.relationships.search.head import Stores
    from wiring import relationships

    return Stores(
        heads(),
        SearchSnapshots(images.blobs()),
        relationships.contacts(),
        CosmosNoteTexts(database(), relationships.keys()),
        relationships.keys(),
        lambda: os.urandom(12).hex(),
        asyncio.to_thread,
    )


@once
def ports() -> "Ports":
    from domain.operations.slices import Slice
    from domain.relationships.search.building import Works
    from domain.relationships.search.upkeep import Ports

    works = Works(operations.works(), operations.work_queue())
    return Ports(stores(), works, lambda *, items: Slice(time.monotonic, items=items))


@once
def shelf() -> "Shelf":
    from adapters.search_shelf import Shelf

    return closed_at_end(Shelf())


@once
def job() -> "BuildJob":
    from domain.relationships.search.building import BuildJob

    return BuildJob(stores())


async def after_bulk(owner_id: str) -> None:
    """Have an owner's index built anew, after writes in bulk that told it nothing."""
    from domain.base.ids import ID_PREFIXES, make_id
    from domain.relationships.search.building import rebuild

    work_id = make_id(ID_PREFIXES["work"], os.urandom(16))
    await rebuild(owner_id, work_id, datetime.now(UTC), works=ports().works)


async def order_compaction(owner_id: str) -> None:
    """Order a snapshot of an owner's index, which has so many changes that it is time for one."""
    from domain.relationships.search import upkeep

    await upkeep.order_compaction(
        owner_id, datetime.now(UTC), orders=operations.orders(), queue=operations.order_queue()
    )


async def compact(order: "Order") -> None:
    """Effect of that order."""
    from domain.relationships.search import upkeep

    await upkeep.compact(order.owner_id, datetime.now(UTC), ports=ports())
