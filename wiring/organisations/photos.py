"""Photos of people of organisations, from zips."""

import asyncio
from collections.abc import Awaitable, Sequence
from typing import TYPE_CHECKING, Any

from wiring import database, images, once
from wiring.organisations import templates

if TYPE_CHECKING:
    from adapters.cosmos.organisations.photos import CosmosPhotos
    from domain.operations.orders import Order
    from domain.operations.slices import Job
    from domain.organisations.photos.matching import Intake


@once
def store() -> "CosmosPhotos":
    from adapters.cosmos.organisations.photos import CosmosPhotos

    return CosmosPhotos(database())


def intake() -> "Intake":
    """What an uploaded zip goes to."""
    from domain.organisations.photos.matching import Intake
    from wiring import accounts
    from wiring.organisations import imports

    return Intake(
        store(), imports.store(), templates.store(), images.blobs(), accounts.limiter(), asyncio.to_thread
    )


def jobs() -> "dict[str, Job]":
    from domain.organisations.photos.photos import SET, UNDO
    from domain.organisations.photos.setting import SetJob, SetPorts, UndoJob

    ports = SetPorts(
        store(),
        images.blobs(),
        images.store(),
        images.blobs(),
        images.pictures(),
        templates.staff_ports(),
        asyncio.to_thread,
        _together,
    )
    return {SET: SetJob(ports), UNDO: UndoJob(ports)}


async def order_work(order: "Order") -> None:
    """Effect of the order that is stored with a stage of a zip of photos."""
    from wiring import operations

    found = await store().get(order.owner_id, order.subject_id)
    if found is not None:
        await operations.start_stage(found.org_id, found, found.updated_at)


async def _together(waiting: Sequence[Awaitable[Any]]) -> list[Any]:
    return await asyncio.gather(*waiting)
