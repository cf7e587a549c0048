"""A mail, and the queue message that orders one, with ids only."""

from datetime import datetime
from typing import Literal, Protocol

from pydantic import ConfigDict

from domain.base.model import Model


class MailOrder(Model):
    """Queue message of a mail: its kind and the account's id, never an address or a name.

    One of reminders says how many wait, and when the mail was ordered.
    """

    model_config = ConfigDict(extra="forbid")

    version: Literal[1] = 1
    kind: Literal["welcome", "reminders"]
    account_id: str
    number: int = 0
    at: datetime | None = None


class Mail(Model):
    """Mail to send. `id` stays the same when it is sent again, so that receivers can drop duplicates."""

    id: str
    to: str
    subject: str
    text: str
    at: datetime


class Mailer(Protocol):
    async def send(self, mail: Mail) -> None: ...
