"""Notes of visits, sent to their queue by the doors of a card."""

import asyncio
import logging
import time
from dataclasses import dataclass

import azure.functions as func
from pydantic import ValidationError

import wiring.visits
from domain.visits.counting import Kind, Visit, VisitMessage, counts
from functions.framework.clock import new_id, now
from functions.visits.batching import Gathering

log = logging.getLogger("izwop.visits")

# A page never waits longer than this for its visit to be noted.
PATIENCE_SECONDS = 0.2
SENDING_SECONDS = 5.0
DOWN_SECONDS = 5.0
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
            await wiring.visits.queue().send(VisitMessage(visits=visits))
    except Exception as exc:  # noqa: BLE001 - whatever ails the queue, pages are shown
        _down.until = time.monotonic() + DOWN_SECONDS
        log.warning("visits_not_noted count=%d error=%s", len(visits), type(exc).__name__)


_down = _Down()
_outbox = Gathering[str, Visit](_send, pause=0, most=MOST_SENT)
