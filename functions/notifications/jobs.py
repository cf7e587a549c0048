"""Queue function that sends mails."""

from datetime import timedelta

import azure.functions as func

import wiring.accounts
import wiring.connections
import wiring.notifications
import wiring.site
from domain.connections.notice import ASKED, tell_of_request
from domain.notifications.welcome import MailOrder, deliver
from functions.framework.clock import now
from functions.framework.texts import in_language


async def send_mail(message: func.QueueMessage) -> None:
    """Send one mail. After five failures the host moves the message to the poison queue."""
    order = MailOrder.model_validate_json(message.get_body())
    again_after = await (
        _tell_of_request(order) if order.kind == ASKED else _welcome(order, message.id or "")
    )
    if again_after is not None:
        await wiring.notifications.queue().send(order, after=again_after)


async def _welcome(order: MailOrder, by: str) -> timedelta | None:
    return await deliver(
        order,
        by=by,
        origin=wiring.site.origin(),
        now=now(),
        translate=in_language,
        accounts=wiring.accounts.store(),
        mailer=wiring.notifications.mailer(),
    )


async def _tell_of_request(order: MailOrder) -> timedelta | None:
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
