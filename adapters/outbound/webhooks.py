"""Signatures of Standard Webhooks, for messages that we send and that we receive.

A message is signed by `id.timestamp.body`. It is written here, and not taken from a library, because the one
there is reads a clock of its own, fails in other ways than refusing, and takes any text for a secret.
"""

import hashlib
import hmac
import os
import re
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from adapters.outbound.calls import retry_after
from adapters.outbound.client import Call, Outbound
from domain.base.errors import Unauthenticated
from domain.integrations.errors import AnswerTooLarge, VendorUnavailable

TOLERANCE: Final = timedelta(minutes=5)
# An answer to a message says nothing but its status.
MOST_ANSWER_BYTES: Final = 64 * 1024
_PREFIX: Final = "whsec_"
_NEW_SECRET_BYTES: Final = 32
_SECRET_BYTES: Final = range(24, 65)
_VERSION: Final = "v1"
_MOST_SIGNATURES: Final = 10
# A dot in an id could make one signature fit two messages.
_ID = re.compile(r"[!-\-/-~]{1,256}")
_TIMESTAMP = re.compile("[0-9]{1,12}")


class Delivery(NamedTuple):
    """What came of an attempt: the status of the answer, None without one."""

    status: int | None
    retry_after: int | None = None


def new_secret() -> str:
    return _PREFIX + b64encode(os.urandom(_NEW_SECRET_BYTES)).decode()


def sign(secrets: Sequence[str], message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """Headers of a message. With several secrets it has a signature of each, while one follows another."""
    if not _ID.fullmatch(message_id) or at.tzinfo is None:
        raise ValueError("a message has an id without dots, and a time with its zone")
    timestamp = str(int(at.timestamp()))
    signatures = [_signature(_key(secret), message_id, timestamp, body) for secret in secrets]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(f"{_VERSION},{b64encode(each).decode()}" for each in signatures),
    }


def verify(secrets: Iterable[str], headers: Mapping[str, str], body: bytes, now: datetime) -> str:
    """The id of a message that one of the secrets signed within five minutes; else `Unauthenticated`."""
    given = {name.lower(): value for name, value in headers.items()}
    message_id, timestamp = given.get("webhook-id", ""), given.get("webhook-timestamp", "")
    if not _ID.fullmatch(message_id) or not _TIMESTAMP.fullmatch(timestamp):
        raise Unauthenticated
    if abs(int(timestamp) - now.timestamp()) > TOLERANCE.total_seconds():
        raise Unauthenticated
    signatures = _signatures(given.get("webhook-signature", ""))
    expected = [_signature(_key(secret), message_id, timestamp, body) for secret in secrets]
    if not any([hmac.compare_digest(one, other) for one in signatures for other in expected]):  # noqa: C419
        raise Unauthenticated
    return message_id


async def deliver(
    outbound: Outbound, url: str, body: bytes, *, message_id: str, secrets: Sequence[str], at: datetime
) -> Delivery:
    """Send a message once. `AddressRefused` if the address leads inside."""
    headers = {"Content-Type": "application/json", **sign(secrets, message_id, at, body)}
    call = Call(method="POST", url=url, headers=headers, body=body, most_bytes=MOST_ANSWER_BYTES)
    try:
        answer = await outbound.exchange(call)
    except VendorUnavailable:
        return Delivery(None)
    except AnswerTooLarge as huge:
        return Delivery(huge.status)
    return Delivery(answer.status, retry_after(answer))


def _key(secret: str) -> bytes:
    """The bytes of a secret. Whatever else would sign with a key that others can guess."""
    try:
        text = secret.removeprefix(_PREFIX).rstrip("=")
        key = b64decode(text + "=" * (-len(text) % 4), validate=True)
    except ValueError:
        key = b""
    if len(key) not in _SECRET_BYTES:
        raise ValueError("a secret is 24 to 64 bytes in base64")
    return key


def _signature(key: bytes, message_id: str, timestamp: str, body: bytes) -> bytes:
    return hmac.new(key, f"{message_id}.{timestamp}.".encode() + body, hashlib.sha256).digest()


def _signatures(header: str) -> list[bytes]:
    """The signatures of the version that is known here; what is none is left out."""
    found = []
    for each in header.split(" ")[:_MOST_SIGNATURES]:
        version, _, text = each.partition(",")
        try:
            signature = b64decode(text, validate=True)
        except ValueError:
            continue
        if version == _VERSION:
            found.append(signature)
    return found
