"""Queue function that sends mails."""

import azure.functions as func

import wiring
from adapters.storage.queues import MAIL_QUEUE
from domain.notifications.welcome import MailOrder, deliver
from functions.framework.clock import now

bp = func.Blueprint()


@bp.function_name("send_mail")
@bp.queue_trigger(arg_name="message", queue_name=MAIL_QUEUE, connection="AzureWebJobsStorage")
async def send_mail(message: func.QueueMessage) -> None:
    """A message that cannot be read or delivered raises: the host tries five times, then sets it aside."""
    services = wiring.services()
    order = MailOrder.model_validate_json(message.get_body())
    await deliver(
        order,
        by=message.id or "",
        origin=services.settings.public_origin,
        now=now(),
        accounts=services.accounts,
        mailer=services.mailer,
    )
