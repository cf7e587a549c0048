"""Mails about requests to change staff cards."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import wiring.organisations.request_mails
import wiring.site
from domain.notifications.mail import MailOrder
from domain.organisations.change_requests.answer_mail import deliver_answer
from domain.organisations.change_requests.digest import deliver_digest
from functions.framework.clock import now
from functions.framework.texts import in_language


async def send_digest(order: MailOrder, by: str) -> timedelta | None:
    return await _deliver(deliver_digest, order, by)


async def send_answer(order: MailOrder, by: str) -> timedelta | None:
    return await _deliver(deliver_answer, order, by)


async def _deliver(
    deliver: Callable[..., Awaitable[timedelta | None]], order: MailOrder, by: str
) -> timedelta | None:
    return await deliver(
        order,
        by=by,
        now=now(),
        origin=wiring.site.origin(),
        translate=in_language,
        ports=wiring.organisations.request_mails.mailing(),
    )
