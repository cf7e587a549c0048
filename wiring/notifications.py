"""Mails to account holders."""

from typing import TYPE_CHECKING

from adapters.storage import queue_names
from wiring import once
from wiring import queue as open_queue

if TYPE_CHECKING:
    from adapters.mail.smtp import SmtpMailer
    from adapters.storage.queues import Queue


@once
def queue() -> "Queue":
    return open_queue(queue_names.MAIL)


@once
def mailer() -> "SmtpMailer":
    import settings.notifications
    from adapters.mail.smtp import SmtpMailer

    chosen = settings.notifications.load()
    return SmtpMailer(chosen.smtp_url.get_secret_value(), chosen.mail_from)
