"""Work that no request waits for: housekeeping by timer, mail by queue."""

import asyncio
import logging
import time

import azure.functions as func

import wiring
from adapters.storage.queues import ORDER_QUEUE, WORK_QUEUE
from domain.base.errors import Unavailable
from domain.operations.migration import UPGRADE
from domain.operations.orders import OrderMessage, carry_out, send_due_orders
from domain.operations.work import (
    SYSTEM,
    Slice,
    WorkMessage,
    do_slice,
    new_work,
    send_due_work,
    start_work,
)
from domain.publishing.repair import Settled, settle_claims
from functions.framework.clock import new_id, now

log = logging.getLogger("izwop.jobs")
bp = func.Blueprint()


@bp.function_name("tidy_up")
@bp.timer_trigger(arg_name="timer", schedule="%HOUSEKEEPING_SCHEDULE%")
async def tidy_up(timer: func.TimerRequest) -> None:  # noqa: ARG001 - the trigger's binding
    """Four jobs, each done whatever becomes of the others; the run fails if one did."""
    services, at = wiring.services(), now()
    jobs = {
        "sessions": services.sessions.delete_expired(at),
        "claims": settle_claims(at, handles=services.handles, cards=services.cards),
        "orders": send_due_orders(at, orders=services.orders, queue=services.order_queue),
        "work": send_due_work(at, works=services.works, queue=services.work_queue),
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
    """Begin to write today's form of stored documents, so that the next release need not know the old one."""
    services, at = wiring.services(), now()
    # One a night, however often it is begun.
    work = new_work(UPGRADE, SYSTEM, f"wrk_{UPGRADE}-{at:%Y-%m-%d}", at)
    await start_work(work, works=services.works, queue=services.work_queue)


@bp.function_name("do_work")
@bp.queue_trigger(arg_name="message", queue_name=WORK_QUEUE, connection="AzureWebJobsStorage")
async def do_work(message: func.QueueMessage) -> None:
    """Do one slice of long work. What fails in it is tried again by the timer, not by the message."""
    services = wiring.services()
    done = await do_slice(
        WorkMessage.model_validate_json(message.get_body()),
        jobs=services.jobs,
        works=services.works,
        queue=services.work_queue,
        lease=new_id("lse"),
        bound=Slice(time.monotonic),
        now=now,
    )
    if done is None:
        return
    work = done.work
    log.info(
        "work_slice kind=%s work=%s state=%s done=%d total=%s failed=%d",
        work.kind, work.id, work.state, work.done, work.total, work.failed,
    )  # fmt: skip
    if done.error is not None:
        log.warning("work_slice_failed kind=%s work=%s", work.kind, work.id, exc_info=done.error)
    if work.state == "failed":
        log.error("work_failed kind=%s work=%s", work.kind, work.id)


@bp.function_name("carry_out_order")
@bp.queue_trigger(arg_name="message", queue_name=ORDER_QUEUE, connection="AzureWebJobsStorage")
async def carry_out_order(message: func.QueueMessage) -> None:
    """Carry out an order. What raises is tried five times, set aside, and queued again by the timer."""
    services = wiring.services()
    order = OrderMessage.model_validate_json(message.get_body())
    owed = await carry_out(order, effects=services.effects, orders=services.orders)
    log.info("order_carried_out owed=%s", owed)
