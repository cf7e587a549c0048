"""The mail server and the sender."""

from functools import cache

from pydantic import Field

from settings import read
from settings.fields import Group, MailServer


class Notifications(Group):
    smtp_url: MailServer = Field(
        alias="SMTP_URL",
        description="smtps:// for TLS, smtp+starttls:// for STARTTLS, smtp:// on this machine only.",
    )
    mail_from: str = Field(
        alias="MAIL_FROM",
        pattern=r"[^@\s<]@[A-Za-z0-9.-]+>?$",
        description="The sender, such as iZwop <hello@izwop.com>.",
    )


@cache
def load() -> Notifications:
    """Raise `WrongSettings` when one of them is wrong."""
    return read(Notifications)
