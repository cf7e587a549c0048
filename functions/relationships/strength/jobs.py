"""The timer of strengths: it starts the work of owners whose relationships have changed by silence alone."""

import asyncio
import logging
from itertools import batched
from typing import Final

import wiring.operations
import wiring.relationships.strength
from domain.relationships.strength.weekly import start_due
from functions.framework.clock import now

log = logging.getLogger("izwop.jobs")
# Owners whose work is started together.
_TOGETHER: Final = 20


async def touch_due() -> None:
    """Runs each hour, so that what a crash left is found soon; strengths become due on Mondays only."""
    at = now()
    works, queue = wiring.operations.works(), wiring.operations.work_queue()
    store = wiring.relationships.strength.interactions()
    owners = {owner async for owner in store.owners_due(at.date())}
    for some in batched(owners, _TOGETHER, strict=False):
        await asyncio.gather(*(start_due(owner, at, works=works, queue=queue) for owner in some))
    log.info("strengths_due owners=%d", len(owners))
