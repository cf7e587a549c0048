"""Calendar files whose meetings with contacts are logged."""

import asyncio
from typing import TYPE_CHECKING

from wiring import database, once, operations
from wiring.relationships import strength

if TYPE_CHECKING:
    from adapters.cosmos.relationships.calendar_files import CosmosCalendarFiles
    from domain.operations.slices import Job
    from domain.relationships.calendar.events import Event


@once
def files() -> "CosmosCalendarFiles":
    from adapters.cosmos.relationships.calendar_files import CosmosCalendarFiles

    return CosmosCalendarFiles(database())


async def events(content: bytes) -> "list[Event]":
    """The events of a file, read in a thread: a large one takes a second."""
    from adapters.calendars.ics import read_events

    return await asyncio.to_thread(read_events, content)


@once
def jobs() -> dict[str, "Job"]:
    from domain.relationships.calendar.logging import LOG, UNDO, LogJob, UndoJob

    logs = strength.interactions()
    return {LOG: LogJob(files(), logs, operations.works()), UNDO: UndoJob(files(), logs)}
