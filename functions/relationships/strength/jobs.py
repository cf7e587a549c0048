"""The timer of strengths: it starts the work of owners whose relationships have changed by silence alone."""

import logging

import wiring.operations
import wiring.relationships.strength
from domain.relationships.strength.weekly import start_due
from functions.framework.clock import now

log = logging.getLogger("izwop.jobs")


async def touch_due() -> None:
    """Runs each hour, so that what a crash left is found soon; strengths become due on Mondays only."""
    owners = await start_due(
        now(),
        store=wiring.relationships.strength.interactions(),
        works=wiring.operations.works(),
        queue=wiring.operations.work_queue(),
    )
    log.info("strengths_due owners=%d", owners)
