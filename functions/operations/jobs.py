"""Work that no request waits for: housekeeping by timer, mail by queue."""

import asyncio
import logging

import wiring.cards
import wiring.operations
import wiring.publishing
import wiring.sign_in
from domain.base.errors import Unavailable
from domain.publishing.repair import Settled, settle_claims, settle_projections
from functions.framework.clock import now

log = logging.getLogger("izwop.jobs")
# Some minutes of work. What is left is found by the next run.
MOST_UPGRADED = 20_000


async def tidy_up() -> None:
    """Three jobs, each done whatever becomes of the others; the run fails if one did."""
    at = now()
    jobs = {
        "sessions": wiring.sign_in.sessions().delete_expired(at),
        "claims": settle_claims(at, handles=wiring.cards.handles(), cards=wiring.cards.store()),
        "projections": settle_projections(
            at,
            orders=wiring.cards.store(),
            cards=wiring.cards.store(),
            ports=wiring.publishing.ports(),
        ),
    }
    results = await asyncio.gather(*jobs.values(), return_exceptions=True)
    for name, result in zip(jobs, results, strict=True):
        log.info("tidied %s %s", name, type(result).__name__ if isinstance(result, Exception) else result)
    failures = [result for result in results if isinstance(result, Exception)]
    if failures:
        raise ExceptionGroup("housekeeping", failures)
    if any(isinstance(result, Settled) and result.failed for result in results):
        raise Unavailable


async def upgrade_documents() -> None:
    """Write today's form of stored documents, so that the release after this need not know the old one."""
    swept = await wiring.operations.migration().sweep(most=MOST_UPGRADED)
    log.info(
        "documents_upgraded done=%d taken=%d broken=%d complete=%s",
        swept.done, swept.taken, swept.broken, swept.complete,
    )  # fmt: skip
