"""Local mailbox: receives every mail by SMTP and shows it on a page.

A mail whose Message-ID its recipients already have is accepted and not shown again, as receiving
mail systems do. A sender that repeats itself after a lost answer relies on that.
"""

import sys
from dataclasses import dataclass
from pathlib import Path

from local import processes

MAIL_FROM = "iZwop <hello@izwop.example>"


@dataclass(frozen=True)
class Mailbox:
    """Running mailbox: its SMTP address, and the page that lists the mails."""

    child: processes.Child
    smtp_url: str
    page_url: str

    @property
    def settings(self) -> dict[str, str]:
        """The app's settings for this mailbox, by their names in the environment."""
        return {"SMTP_URL": self.smtp_url, "MAIL_FROM": MAIL_FROM}


async def start(*, logs: Path, data: Path | None = None, smtp_port: int = 0, http_port: int = 0) -> Mailbox:
    """Start the mailbox and wait until it listens; without `data` the mails are kept in memory only."""
    command = [sys.executable, "-m", "local.mailbox"]
    command += ["--smtp-port", str(smtp_port), "--http-port", str(http_port)]
    if data is not None:
        command += ["--data", str(data)]
    child, (smtp_url, page_url) = await processes.start_ready("mailbox", command, logs=logs)
    return Mailbox(child, smtp_url, page_url)
