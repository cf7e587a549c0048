"""Recording of visits, by the doors of a card before they reply."""

import logging
import time

import azure.functions as func
from pydantic import ValidationError

from domain.visits.counting import Kind, Visit, counts
from domain.visits.pace import Pace
from functions.framework.clock import now
from functions.visits.shipping import shipping

log = logging.getLogger("izwop.visits")

_pace = Pace()


async def note(
    kind: Kind, subject_id: str, req: func.HttpRequest, *, is_owner: bool, link: str | None = None
) -> None:
    """Record a visit of the card `subject_id` if the published rule counts it. Never raises.

    The worker may die after the reply, so the visit is written to its disk first. The machine may be lost
    with its disk, so a visit of a card with few visits is also sent to the queue before the reply. Visits of
    a busy card are sent within a tenth of a second.
    """
    if not counts(req.method, req.headers, is_owner=is_owner):
        return
    try:
        visit = Visit(subject_id=subject_id, kind=kind, day=now().date(), link=link)
    except ValidationError:
        log.exception("visit_misformed")
        return
    try:
        sending = shipping()
        sending.start()
        await sending.add(visit, wait=not _pace.is_busy(subject_id, time.monotonic()))
    except Exception:
        # A failure here, such as a wrong setting of the queue, must not keep the card from being served.
        log.exception("visit_not_noted")
