"""A mail, and the queue message that orders one, with ids only."""

from datetime import datetime, timedelta
from typing import Final, Literal, Protocol

from pydantic import ConfigDict

from domain.base.model import Model

# Together two weeks, after which an invitation is over.
MOST_PUT_OFF: Final = 340
_FIRST_WAIT: Final = timedelta(minutes=1)
_LONGEST_WAIT: Final = timedelta(hours=1)
_MOST_DOUBLINGS: Final = 6


class MailOrder(Model):
    """Queue message of a mail: its kind, and the ids of the account and the subject; no address, no name.

    One of an invitation, a proposal, a request or a source has the organisation in place of the account. One
    of reminders says how many wait, and when the mail was ordered. `put_off` is how often the mail server was
    busy.
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
        "source",
    ]
    account_id: str
    subject_id: str = ""
    number: int = 0
    at: datetime | None = None
    put_off: int = 0

    def later(self) -> tuple["MailOrder", timedelta]:
        """The same order once more, and the time to wait before: longer each time, up to an hour."""
        wait = min(_FIRST_WAIT * 2 ** min(self.put_off, _MOST_DOUBLINGS), _LONGEST_WAIT)
        return self.model_copy(update={"put_off": self.put_off + 1}), wait


class MailServerBusy(Exception):
    """The server takes no more mails for now, as one does that has a limit for each hour."""


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
