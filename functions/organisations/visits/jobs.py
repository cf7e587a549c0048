"""Timer of the sums of visits."""

import logging
import time

import wiring.operations
import wiring.organisations.visits
from domain.operations.slices import Slice
from domain.organisations.visits.counting import start_due
from functions.framework.clock import now

log = logging.getLogger("izwop.jobs")


async def sum_visits() -> None:
    """Start the counts of the day before, for twenty seconds; the next run goes on."""
    started = await start_due(
        now(),
        Slice(time.monotonic),
        due=wiring.organisations.visits.store(),
        works=wiring.operations.works(),
        queue=wiring.operations.work_queue(),
    )
    log.info("visit_sums_started organisations=%d", started)
