"""Import and export of address books."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from wiring import database, once, operations
from wiring import relationships as book
from wiring.relationships import search

if TYPE_CHECKING:
    from adapters.cosmos.relationships.transfer.imports import CosmosImports
    from domain.operations.orders import Order
    from domain.operations.slices import Job
    from domain.relationships.transfer.sealed_files import SealedFiles
    from domain.relationships.transfer.uploads import Intake

_NAMES = Path(__file__).parents[2] / "web" / "locale"


@once
def imports() -> "CosmosImports":
    from adapters.cosmos.relationships.transfer.imports import CosmosImports

    return CosmosImports(database())


@once
def files() -> "SealedFiles":
    from domain.relationships.transfer.sealed_files import SealedFiles
    from wiring import privacy

    return SealedFiles(privacy.pieces(), book.keys())


def _countries() -> dict[str, str]:
    """Codes of countries by their folded names in every language of the product."""
    from domain.base.folding import fold

    rows = [
        line.split("\t")
        for path in sorted(_NAMES.glob("*/countries.tsv"))
        for line in path.read_text("utf-8").splitlines()
    ]
    return {fold(name): code for code, name in rows}


def intake() -> "Intake":
    """What an uploaded file goes to."""
    from domain.relationships.transfer.uploads import Intake
    from wiring import accounts

    return Intake(imports(), files(), book.keys(), accounts.limiter(), asyncio.to_thread)


def jobs() -> dict[str, "Job"]:
    """The kinds of long work of imports and exports."""
    from adapters.cosmos.relationships.transfer.bulk import CosmosBulk
    from domain.relationships.transfer.exports import EXPORT, ExportJob
    from domain.relationships.transfer.imports import READ, UNDO, WRITE
    from domain.relationships.transfer.ports import Ports
    from domain.relationships.transfer.reading import ReadJob, ReadPorts
    from domain.relationships.transfer.undoing import UndoJob
    from domain.relationships.transfer.writing import WriteJob

    bulk = CosmosBulk(database(), book.keys())
    ports = Ports(
        imports(), files(), book.contacts(), bulk, book.tags(), book.keys(), search.after_bulk, asyncio.gather
    )
    read = ReadPorts(imports(), files(), book.contacts(), book.keys(), _countries(), asyncio.to_thread)
    return {
        READ: ReadJob(read),
        WRITE: WriteJob(ports),
        UNDO: UndoJob(ports),
        EXPORT: ExportJob(files(), book.contacts()),
    }


async def start_import(order: "Order") -> None:
    """Effect of the order that follows a change of an import: its long work."""
    found = await imports().get(order.owner_id, order.subject_id)
    if found is not None:
        await operations.start_stage(found.owner_id, found, datetime.now(UTC))
