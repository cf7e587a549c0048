"""Queue function that sends mails."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final

import azure.functions as func

import wiring.accounts
import wiring.connections
import wiring.notifications
import wiring.site
from domain.connections.notice import tell_of_request
from domain.notifications.mail import MOST_PUT_OFF, MailOrder, MailServerBusy
from domain.notifications.reminders import remind
from domain.notifications.welcome import deliver
from functions.framework.clock import now
from functions.framework.doors import resolve
from functions.framework.texts import in_language

# The function that sends each kind of mail; it returns the time to wait before another try, if any.
_KINDS: Final = {
    "welcome": "functions.notifications.jobs:welcome",
    "reminders": "functions.notifications.jobs:reminders",
    "connection": "functions.notifications.jobs:request_to_connect",
    "exchange-receipt": "functions.exchange.mails:send_receipt",
    "invitation": "functions.organisations.invitations.mails:send_invitation",
    "proposal": "functions.organisations.design.mails:send_proposal",
    "source": "functions.integrations.mails:send_source",
    "requests-waiting": "functions.organisations.change_requests.mails:send_digest",
    "request-answer": "functions.organisations.change_requests.mails:send_answer",
}


async def send_mail(message: func.QueueMessage) -> None:
    """Send one mail. After five failures the host moves the message to the poison queue.

    While the mail server is busy, the mail waits: hundreds of invitations at once may be more than it takes.
    """
    order = MailOrder.model_validate_json(message.get_body())
    try:
        again_after = await resolve(_KINDS[order.kind])(order, message.id or "")
    except MailServerBusy:
        if order.put_off >= MOST_PUT_OFF:
            raise
        order, again_after = order.later()
    if again_after is not None:
        await wiring.notifications.queue().send(order, after=again_after)


async def welcome(order: MailOrder, by: str) -> timedelta | None:
    return await _to_account(deliver, order, by)


async def reminders(order: MailOrder, by: str) -> timedelta | None:
    return await _to_account(remind, order, by)


async def _to_account(
    send: Callable[..., Awaitable[timedelta | None]], order: MailOrder, by: str
) -> timedelta | None:
    return await send(
        order,
        by=by,
        origin=wiring.site.origin(),
        now=now(),
        translate=in_language,
        accounts=wiring.accounts.store(),
        mailer=wiring.notifications.mailer(),
    )


async def request_to_connect(order: MailOrder, _by: str) -> timedelta | None:
    return await tell_of_request(
        order,
        origin=wiring.site.origin(),
        now=now(),
        translate=in_language,
        accounts=wiring.accounts.store(),
        links=wiring.connections.links(),
        limiter=wiring.accounts.limiter(),
        mailer=wiring.notifications.mailer(),
    )
