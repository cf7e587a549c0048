"""Queue function that sends mails."""

import azure.functions as func

import wiring.accounts
import wiring.notifications
import wiring.site
from domain.notifications.mail import MailOrder
from domain.notifications.reminders import remind
from domain.notifications.welcome import deliver
from functions.framework.clock import now
from functions.framework.texts import in_language


async def send_mail(message: func.QueueMessage) -> None:
    """Send one mail. After five failures the host moves the message to the poison queue."""
    order = MailOrder.model_validate_json(message.get_body())
    send = {"welcome": deliver, "reminders": remind}[order.kind]
    again_after = await send(
        order,
        by=message.id or "",
        origin=wiring.site.origin(),
        now=now(),
        translate=in_language,
        accounts=wiring.accounts.store(),
        mailer=wiring.notifications.mailer(),
    )
    if again_after is not None:
        await wiring.notifications.queue().send(order, after=again_after)
