"""Notes of visits, made by the doors of a card before they answer."""

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
    """Note a visit of the card `subject_id` if the published rule counts it. Never fails.

    The worker may die once a function has replied, so the visit is on its disk before the reply. The machine
    may vanish with the disk: the visit of a card that has few is sent before the reply, those of a busy card
    within a tenth of a second.
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
        # Such as a wrong setting of the way to the queue: the card itself is there.
        log.exception("visit_not_noted")
