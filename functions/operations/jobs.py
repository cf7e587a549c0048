"""Work that no request waits for: housekeeping by timer, mail by queue."""

import asyncio
import logging

import azure.functions as func

import wiring
from domain.base.errors import Unavailable
from domain.publishing.repair import Settled, settle_claims, settle_projections
from functions.framework.clock import now

log = logging.getLogger("izwop.jobs")
# Some minutes of work. What is left is found by the next run.
MOST_UPGRADED = 20_000
bp = func.Blueprint()


@bp.function_name("tidy_up")
@bp.timer_trigger(arg_name="timer", schedule="%HOUSEKEEPING_SCHEDULE%")
async def tidy_up(timer: func.TimerRequest) -> None:  # noqa: ARG001 - the trigger's binding
    """Three jobs, each done whatever becomes of the others; the run fails if one did."""
    services, at = wiring.services(), now()
    jobs = {
        "sessions": services.sessions.delete_expired(at),
        "claims": settle_claims(at, handles=services.handles, cards=services.cards),
        "projections": settle_projections(
            at,
            orders=services.cards,
            cards=services.cards,
            published=services.published,
            images=services.images,
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


@bp.function_name("upgrade_documents")
@bp.timer_trigger(arg_name="timer", schedule="%IMAGE_SWEEP_SCHEDULE%")
async def upgrade_documents(timer: func.TimerRequest) -> None:  # noqa: ARG001 - the trigger's binding
    """Write today's form of stored documents, so that the release after this need not know the old one."""
    swept = await wiring.services().migration.sweep(most=MOST_UPGRADED)
    log.info(
        "documents_upgraded done=%d taken=%d broken=%d complete=%s",
        swept.done, swept.taken, swept.broken, swept.complete,
    )  # fmt: skip
