"""Counting visits: the note that a door makes, the function that folds notes, and what owners read."""

import asyncio
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass

import azure.functions as func
from pydantic import ValidationError

import wiring
from adapters.queues import VISIT_QUEUE
from domain.cards import read_card
from domain.counting import Counts, Kind, Period, Visit, VisitMessage, counts, fold, read_counts
from functions.api import Answer, Call, operation
from functions.chance import new_id, now
from functions.gathering import Gathering

log = logging.getLogger("izwop.counting")

bp = func.Blueprint()

# A page never waits longer than this for its visit to be noted.
PATIENCE_SECONDS = 0.2
SENDING_SECONDS = 5.0
DOWN_SECONDS = 5.0
# Long enough for a batch of messages to be handed out, short enough that nobody notices.
GATHERING_SECONDS = 0.05
# As many as one write to the store takes.
MOST_FOLDED = 90
MOST_SENT = 50


async def note(
    kind: Kind, subject_id: str, req: func.HttpRequest, *, is_owner: bool, link: str | None = None
) -> None:
    """Note a visit of the card `subject_id` if the published rule counts it. Never fails.

    The worker may be frozen or gone once a function has replied, so the note is sent before the reply; but
    the reply waits at most `PATIENCE_SECONDS`. After that the sending goes on beside other requests, and is
    lost only if the queue is slow and the worker goes away: a count is too low, and the page was in time.
    Notes that come while one is being sent travel together, so a busy card costs few messages.
    """
    if not counts(req.method, req.headers, is_owner=is_owner):
        return
    try:
        visit = Visit(event_id=new_id("evt"), subject_id=subject_id, kind=kind, day=now().date(), link=link)
    except ValidationError:
        log.exception("visit_misformed")
        return
    if time.monotonic() >= _down.until:
        await asyncio.wait([_outbox.add("", visit)], timeout=PATIENCE_SECONDS)


@dataclass
class _Down:
    """While the queue is down, nothing is noted: neither pages nor memory shall pay for it."""

    until: float = 0.0


async def _send(_: str, visits: list[Visit]) -> None:
    if time.monotonic() < _down.until:
        return
    try:
        async with asyncio.timeout(SENDING_SECONDS):
            await wiring.services().visit_queue.send(VisitMessage(visits=visits))
    except Exception as exc:  # noqa: BLE001 - whatever ails the queue, pages are shown
        _down.until = time.monotonic() + DOWN_SECONDS
        log.warning("visits_not_noted count=%d error=%s", len(visits), type(exc).__name__)


async def _fold(_: tuple[str, str], visits: Sequence[Visit]) -> None:
    await fold(visits, today=now().date(), traffic=wiring.services().traffic)


_down = _Down()
_outbox = Gathering[str, Visit](_send, pause=0, most=MOST_SENT)
_folding = Gathering[tuple[str, str], Visit](_fold, pause=GATHERING_SECONDS, most=MOST_FOLDED)


@bp.function_name("fold_visits")
@bp.queue_trigger(arg_name="message", queue_name=VISIT_QUEUE, connection="AzureWebJobsStorage")
async def fold_visits(message: func.QueueMessage) -> None:
    """Count the visits of a message together with those of messages beside it.

    Returns, and so lets the host delete the message, once the store has all of them; raises when it has not.
    """
    visits = VisitMessage.model_validate_json(message.get_body()).visits
    # A set: visits of one group share its task. Shielded, because others wait for the group as well.
    groups = {_folding.add(visit.month, visit) for visit in visits}
    await asyncio.gather(*map(asyncio.shield, groups))


@operation(
    bp,
    "GET",
    "cards/{cardId}/counts",
    "Views, saves and link clicks of a card on each day of a period",
    query=Period,
    answer=Counts,
)
async def get_counts(call: Call) -> Answer:
    services = wiring.services()
    card = await read_card(call.account_id, call.params["cardId"], cards=services.cards)
    return Answer(await read_counts(card.id, call.query, traffic=services.traffic))
