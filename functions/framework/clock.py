"""Clock and random values; the domain gets both as arguments."""

import hashlib
import secrets
from datetime import UTC, datetime

from domain.base.ids import ID_BYTES, ID_PREFIXES, make_id


def now() -> datetime:
    return datetime.now(UTC)


def new_id(prefix: str) -> str:
    return make_id(prefix, secrets.token_bytes(ID_BYTES))


def id_for(kind: str, *parts: str | None) -> str:
    """An id that is the same for each repetition of a request; a new one where a part is missing."""
    if None in parts:
        return new_id(ID_PREFIXES[kind])
    said = "\n".join([kind, *map(str, parts)])
    return make_id(ID_PREFIXES[kind], hashlib.sha256(said.encode()).digest()[:ID_BYTES])


def new_suffix() -> str:
    """Random suffix of a handle whose plain name is taken: six letters and digits."""
    return make_id("", secrets.token_bytes(ID_BYTES))[1:7]
