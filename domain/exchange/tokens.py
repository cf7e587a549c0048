"""The two secrets of an exchange: the token of its form, and the link to what was given.

Both are made from keys of the server, of which the first makes new ones and all are accepted. A form's token
says for which card and when it was made, and the id that its exchange will have, so that a form makes one
exchange however often it is sent. A link is 256 bits; only its hash is stored.
"""

import base64
import hashlib
import hmac
import re
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

# Nobody reads a text and fills in a form faster; programs do.
SOONEST: Final = timedelta(seconds=3)
LATEST: Final = timedelta(hours=2)
_TOKEN = re.compile(r"([a-z2-7]{26})\.([0-9]{10})\.([A-Za-z0-9_-]{32})")
_LINK = re.compile("[A-Za-z0-9_-]{43}")


class FormToken(NamedTuple):
    """What a form's token says: the end of the id of its exchange, and when the form was made."""

    nonce: str
    made_at: datetime

    def is_too_early(self, now: datetime) -> bool:
        return now - self.made_at < SOONEST


def form_token(card_id: str, nonce: str, at: datetime, key: bytes) -> str:
    said = f"{nonce}.{int(at.timestamp())}"
    return f"{said}.{_form_mac(card_id, said, key)}"


def read_form_token(text: str, card_id: str, now: datetime, keys: list[bytes]) -> FormToken | None:
    """What the token says; None if it is forged, of another card, or too old."""
    match = _TOKEN.fullmatch(text)
    if match is None:
        return None
    said = f"{match[1]}.{match[2]}"
    if not any(hmac.compare_digest(match[3], _form_mac(card_id, said, key)) for key in keys):
        return None
    token = FormToken(match[1], datetime.fromtimestamp(int(match[2]), UTC))
    return token if now - token.made_at <= LATEST else None


def _form_mac(card_id: str, said: str, key: bytes) -> str:
    return _text(hmac.digest(key, f"form\n{card_id}\n{said}".encode(), hashlib.sha256)[:24])


def link_of(exchange_id: str, key: bytes) -> str:
    """The secret in the address at which a person sees what they gave."""
    return _text(hmac.digest(key, f"link\n{exchange_id}".encode(), hashlib.sha256))


def link_again(exchange_id: str, digest: str, keys: list[bytes]) -> str | None:
    """The link of an exchange again, unless its key is gone."""
    made = (link_of(exchange_id, key) for key in keys)
    return next((link for link in made if digest_of(link) == digest), None)


def is_link(text: str) -> bool:
    return _LINK.fullmatch(text) is not None


def digest_of(link: str) -> str:
    """What is stored of a link."""
    return hashlib.sha256(link.encode()).hexdigest()


def _text(secret: bytes) -> str:
    return base64.urlsafe_b64encode(secret).decode().rstrip("=")
