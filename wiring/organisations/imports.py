"""Imports of people of organisations."""

import asyncio
from collections.abc import Awaitable, Sequence
from typing import TYPE_CHECKING, Any

from wiring import database, once, organisations
from wiring.organisations import teams, templates

if TYPE_CHECKING:
    from datetime import datetime

    from adapters.cosmos.organisations.imports import CosmosImports
    from domain.operations.orders import Order
    from domain.operations.slices import Job
    from domain.organisations.imports.uploads import Intake

# Orders that are carried out at once.
_AT_ONCE = 15


@once
def store() -> "CosmosImports":
    from adapters.cosmos.organisations.imports import CosmosImports

    return CosmosImports(database())


def intake() -> "Intake":
    """What an uploaded file goes to."""
    from adapters.spreadsheets import read_sheet
    from domain.organisations.imports.uploads import Intake
    from wiring import accounts

    return Intake(store(), accounts.limiter(), read_sheet, asyncio.to_thread)


def jobs() -> "dict[str, Job]":
    from domain.organisations.imports.checking import CheckJob, CheckPorts
    from domain.organisations.imports.imports import CHECK, UNDO, WRITE
    from domain.organisations.imports.undoing import UndoJob
    from domain.organisations.imports.writing import WriteJob, WritePorts

    check = CheckPorts(store(), organisations.store(), teams.store(), asyncio.to_thread)
    write = WritePorts(check, _settle_all, _together, templates.releases(), templates.make_cards, _in_line)
    return {
        CHECK: CheckJob(check),
        WRITE: WriteJob(write),
        UNDO: UndoJob(store(), organisations.store(), _settle_all),
    }


async def order_work(order: "Order") -> None:
    """Effect of the order that is stored with a stage of an import."""
    from wiring import operations

    found = await store().get(order.owner_id, order.subject_id)
    if found is not None:
        await operations.start_stage(found.org_id, found, found.updated_at)


async def _settle_all(orders: "Sequence[Order]") -> None:
    for at in range(0, len(orders), _AT_ONCE):
        await asyncio.gather(*map(organisations.settle, orders[at : at + _AT_ONCE]))


async def _in_line(org_id: str, ids: list[str], now: "datetime") -> None:
    from domain.organisations.staff_cards.assigned import bring_in_line
    from wiring.organisations import assignments

    await bring_in_line(org_id, ids, now, assignments.ports())


async def _together(waiting: Sequence[Awaitable[Any]]) -> list[Any]:
    return await asyncio.gather(*waiting)
