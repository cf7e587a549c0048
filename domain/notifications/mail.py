"""A mail, and the queue message that orders one, with ids only."""

from datetime import datetime
from typing import Literal, Protocol

from pydantic import ConfigDict

from domain.base.model import Model


class MailOrder(Model):
    """Queue message of a mail: its kind, and the ids of the account and the subject; no address, no name.

    One of an invitation, a proposal or a request has the organisation in place of the account. One of
    reminders says how many wait, and when the mail was ordered.
    """

    model_config = ConfigDict(extra="forbid")

    version: Literal[1] = 1
    kind: Literal[
        "welcome",
        "reminders",
        "connection",
        "exchange-receipt",
        "invitation",
        "proposal",
        "requests-waiting",
        "request-answer",
    ]
    account_id: str
    subject_id: str = ""
    number: int = 0
    at: datetime | None = None


class Mail(Model):
    """Mail to send. `id` stays the same when it is sent again, so that receivers can drop duplicates.

    `unsubscribe` is an address that a mail program posts to when its reader wants no more (RFC 8058).
    """

    id: str
    to: str
    subject: str
    text: str
    at: datetime
    unsubscribe: str | None = None


class Mailer(Protocol):
    async def send(self, mail: Mail) -> None: ...
