"""Clock and random values; the domain gets both as arguments."""

import secrets
from datetime import UTC, datetime

from domain.base.ids import ID_BYTES, make_id


def now() -> datetime:
    return datetime.now(UTC)


def new_id(prefix: str) -> str:
    return make_id(prefix, secrets.token_bytes(ID_BYTES))


def new_suffix() -> str:
    """Random suffix of a handle whose plain name is taken: six letters and digits."""
    return make_id("", secrets.token_bytes(ID_BYTES))[1:7]
