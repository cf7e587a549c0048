"""Jobs of operations: housekeeping, slices of long work, orders, and the upgrade of documents."""

import asyncio
import logging
import time

import azure.functions as func

import wiring.accounts
import wiring.cards
import wiring.operations
import wiring.organisations
import wiring.relationships
import wiring.relationships.duplicates
import wiring.relationships.notes
import wiring.relationships.reminders
import wiring.sign_in
from domain.accounts.profiles import erase_due_profiles
from domain.base.errors import Unavailable
from domain.operations.erasure import Settled
from domain.operations.migration import UPGRADE
from domain.operations.orders import OrderMessage, carry_out, send_due_orders
from domain.operations.slices import Slice, do_slice, send_due_work
from domain.operations.work import SYSTEM, WorkMessage, new_work, start_work
from domain.organisations.erasure import order_erasures
from domain.publishing.deletion import erase_due_cards
from domain.publishing.repair import settle_claims
from domain.relationships.contacts import erase_due_contacts
from domain.relationships.notes.notes import erase_due_notes
from domain.relationships.reminders.reminders import erase_due_reminders
from domain.relationships.reminders.ringing import ring_due
from functions.framework.clock import new_id, now

log = logging.getLogger("izwop.jobs")


async def tidy_up() -> None:
    """Run independent jobs; the run fails if any of them did, after all have ended."""
    at = now()
    cards, handles, profiles = wiring.cards.store(), wiring.cards.handles(), wiring.accounts.profiles()
    reminders, ringing = wiring.relationships.reminders.reminders(), wiring.relationships.reminders.ringing()
    works = wiring.operations.works()
    jobs = {
        "sessions": wiring.sign_in.sessions().delete_expired(at),
        "claims": settle_claims(at, handles=handles, cards=cards),
        "cards": erase_due_cards(at, Slice(time.monotonic), cards=cards, handles=handles),
        "profiles": erase_due_profiles(at, Slice(time.monotonic), profiles=profiles),
        "contacts": erase_due_contacts(at, Slice(time.monotonic), contacts=wiring.relationships.contacts()),
        "merges": wiring.relationships.duplicates.moves().end_due(at, Slice(time.monotonic)),
        "notes": erase_due_notes(at, Slice(time.monotonic), notes=wiring.relationships.notes.store()),
        "deleted reminders": erase_due_reminders(at, Slice(time.monotonic), reminders=reminders),
        "due reminders": ring_due(at, Slice(time.monotonic), ports=ringing),
        "organisations": order_erasures(
            at,
            Slice(time.monotonic),
            contents=wiring.organisations.contents(),
            works=works,
            queue=wiring.operations.work_queue(),
        ),
        "orders": send_due_orders(
            at, orders=wiring.operations.orders(), queue=wiring.operations.order_queue()
        ),
        "work": send_due_work(at, works=works, queue=wiring.operations.work_queue()),
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
    """Start the upgrade of stored documents, so that the next release need not read the previous version."""
    at = now()
    work = new_work(UPGRADE, SYSTEM, f"job_{UPGRADE}-{at:%Y-%m-%d-%H%M}", at)
    await start_work(work, works=wiring.operations.works(), queue=wiring.operations.work_queue())


async def do_work(message: func.QueueMessage) -> None:
    """Do one slice of long work. After a failure the timer tries again, not the message."""
    done = await do_slice(
        WorkMessage.model_validate_json(message.get_body()),
        jobs=wiring.operations.jobs(),
        works=wiring.operations.works(),
        queue=wiring.operations.work_queue(),
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


async def carry_out_order(message: func.QueueMessage) -> None:
    """Carry out an order. A message is poison after five tries; the timer queues the order again."""
    order = OrderMessage.model_validate_json(message.get_body())
    owed = await carry_out(order, effects=wiring.operations.effects(), orders=wiring.operations.orders())
    log.info("order_carried_out owed=%s", owed)
