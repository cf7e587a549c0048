"""Mails to account holders."""

import settings.notifications
from adapters.mail.smtp import SmtpMailer
from adapters.storage import queue_names
from adapters.storage.queues import Queue
from wiring import once
from wiring import queue as open_queue


@once
def queue() -> Queue:
    return open_queue(queue_names.MAIL)


@once
def mailer() -> SmtpMailer:
    chosen = settings.notifications.load()
    return SmtpMailer(chosen.smtp_url.get_secret_value(), chosen.mail_from)
