"""Queue function that sends mails."""

from datetime import timedelta
from typing import Final

import azure.functions as func

import wiring.accounts
import wiring.notifications
import wiring.site
from domain.notifications.welcome import MailOrder, deliver
from functions.framework.clock import now
from functions.framework.doors import resolve
from functions.framework.texts import in_language

# The function that sends each kind of mail; it returns the time to wait before another try, if any.
_KINDS: Final = {
    "welcome": "functions.notifications.jobs:welcome",
    "exchange-receipt": "functions.exchange.mails:send_receipt",
}


async def send_mail(message: func.QueueMessage) -> None:
    """Send one mail. After five failures the host moves the message to the poison queue."""
    order = MailOrder.model_validate_json(message.get_body())
    again_after = await resolve(_KINDS[order.kind])(order, message.id or "")
    if again_after is not None:
        await wiring.notifications.queue().send(order, after=again_after)


async def welcome(order: MailOrder, by: str) -> timedelta | None:
    return await deliver(
        order,
        by=by,
        origin=wiring.site.origin(),
        now=now(),
        translate=in_language,
        accounts=wiring.accounts.store(),
        mailer=wiring.notifications.mailer(),
    )
