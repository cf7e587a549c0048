"""Received mails in their order, stored in a file of JSON lines or in memory."""

import json
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

type Mail = dict[str, Any]


def read(content: bytes, recipients: list[str], received: datetime) -> Mail:
    """One mail as the page and `messages.json` show it.

    `to` holds the envelope's recipients, `times` how often it was sent while the mailbox ran.
    """
    message = message_from_bytes(content, policy=policy.default)
    assert isinstance(message, EmailMessage)  # noqa: S101 - what the default policy makes
    return {
        "messageId": message.get("Message-ID"),
        "times": 1,
        "from": str(message.get("From", "")),
        "to": recipients,
        "subject": str(message.get("Subject", "")),
        "date": str(message.get("Date", "")),
        "received": received.astimezone(UTC).isoformat(timespec="seconds"),
        "headers": [[name, str(value)] for name, value in message.items()],
        "text": _body(message, "plain"),
        "html": _body(message, "html"),
        "attachments": [
            part.get_filename() or part.get_content_type() for part in message.iter_attachments()
        ],
    }


def _body(message: EmailMessage, kind: str) -> str | None:
    part = message.get_body((kind,))
    return None if part is None else str(part.get_content()).replace("\r\n", "\n")


class Mails:
    """All received mails; with a file they survive a restart."""

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self._mails: list[Mail] = []
        if file is not None and file.exists():
            self._mails = [json.loads(line) for line in file.read_text("utf-8").splitlines()]

    def add(self, mail: Mail) -> bool:
        """Store a mail; a repetition by Message-ID to the same recipients is only counted."""
        for other in self._mails if mail["messageId"] is not None else ():
            if _same(mail, other):
                other["times"] += 1
                return False
        self._mails.append(mail)
        if self._file is not None:
            with self._file.open("a", encoding="utf-8") as out:
                out.write(json.dumps(mail) + "\n")
        return True

    def newest_first(self) -> list[Mail]:
        return self._mails[::-1]

    def clear(self) -> None:
        self._mails = []
        if self._file is not None:
            self._file.unlink(missing_ok=True)


def _same(one: Mail, other: Mail) -> bool:
    return bool(one["messageId"] == other["messageId"] and set(one["to"]) <= set(other["to"]))
