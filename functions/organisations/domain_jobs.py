"""Timer of proven domains."""

import logging
import time

import wiring.organisations.domains
from domain.operations.slices import Slice
from domain.organisations.proving import recheck_due
from functions.framework.clock import now

log = logging.getLogger("izwop.jobs")


async def recheck_domains() -> None:
    """Look up the proven domains whose week is over, for twenty seconds; the next run goes on."""
    looked = await recheck_due(
        now(),
        Slice(time.monotonic),
        due=wiring.organisations.domains.store(),
        ports=wiring.organisations.domains.proving(),
    )
    log.info("domains_rechecked looked=%d", looked)
