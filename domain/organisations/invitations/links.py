"""The link of an invitation: the place where it is stored, and a secret of 256 bits.

The secret is made from a key of the server, for one sending of one invitation, so that it need not be stored:
of it there is only the hash. Of several keys the first makes new links, and all are accepted.
"""

import base64
import hashlib
import hmac
import re
from typing import Final, NamedTuple

from domain.base.ids import ID_BYTES, ID_PREFIXES, make_id

_LINK: Final = re.compile("[A-Za-z0-9_-]{86}")
# What base32 leaves out of an id.
_PADDING: Final = "======"


class Place(NamedTuple):
    """What a link says: which invitation it is for, and the hash of its secret."""

    org_id: str
    invitation_id: str
    digest: str


def link_of(org_id: str, invitation_id: str, generation: int, key: bytes) -> str:
    return _text(_raw(org_id) + _raw(invitation_id) + _secret(org_id, invitation_id, generation, key))


def link_again(
    org_id: str, invitation_id: str, generation: int, digest: str, keys: list[bytes]
) -> str | None:
    """The link of an invitation again, unless its key is gone."""
    for key in keys:
        if digest_of(org_id, invitation_id, generation, key) == digest:
            return link_of(org_id, invitation_id, generation, key)
    return None


def digest_of(org_id: str, invitation_id: str, generation: int, key: bytes) -> str:
    """What is stored of a link."""
    return hashlib.sha256(_secret(org_id, invitation_id, generation, key)).hexdigest()


def read_link(text: str) -> Place | None:
    """What a link says; None if none can look like that."""
    if _LINK.fullmatch(text) is None:
        return None
    raw = base64.urlsafe_b64decode(f"{text}==")
    if _text(raw) != text:
        return None
    return Place(
        make_id(ID_PREFIXES["organisation"], raw[:ID_BYTES]),
        make_id(ID_PREFIXES["invitation"], raw[ID_BYTES : 2 * ID_BYTES]),
        hashlib.sha256(raw[2 * ID_BYTES :]).hexdigest(),
    )


def _secret(org_id: str, invitation_id: str, generation: int, key: bytes) -> bytes:
    return hmac.digest(key, f"link\n{org_id}\n{invitation_id}\n{generation}".encode(), hashlib.sha256)


def _raw(item: str) -> bytes:
    return base64.b32decode(item.partition("_")[2].upper() + _PADDING)


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
