"""Work that no request waits for: housekeeping by timer, mail by queue."""

import logging

import azure.functions as func

import wiring
from adapters.queues import MAIL_QUEUE
from domain.housekeeping import tidy
from domain.mail import MailOrder, deliver
from functions.chance import now

log = logging.getLogger("izwop.jobs")

bp = func.Blueprint()


@bp.function_name("tidy_up")
@bp.timer_trigger(arg_name="timer", schedule="%HOUSEKEEPING_SCHEDULE%")
async def tidy_up(timer: func.TimerRequest) -> None:  # noqa: ARG001 - the trigger's binding
    services = wiring.services()
    done = await tidy(
        now(),
        sessions=services.sessions,
        handles=services.handles,
        cards=services.cards,
        published=services.published,
    )
    log.info(
        "tidied sessions_ended=%d claims_freed=%d claims_held=%d projections_checked=%d",
        done.sessions_ended,
        done.claims_freed,
        done.claims_held,
        done.projections_checked,
    )


@bp.function_name("send_mail")
@bp.queue_trigger(arg_name="message", queue_name=MAIL_QUEUE, connection="AzureWebJobsStorage")
async def send_mail(message: func.QueueMessage) -> None:
    """A message that cannot be read or delivered raises: the host tries five times, then sets it aside."""
    services = wiring.services()
    order = MailOrder.model_validate_json(message.get_body())
    await deliver(
        order,
        origin=services.settings.public_origin,
        now=now(),
        accounts=services.accounts,
        mailer=services.mailer,
    )
