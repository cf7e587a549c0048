"""The master key's signature, checked so that a wrong key fails here as it would in the cloud."""

import base64
import hashlib
import hmac
from urllib.parse import unquote

from local.cosmos.errors import Refusal
from local.cosmos.wire import Call


def signature(key: bytes, call: Call) -> str:
    """HMAC-SHA256 over verb, resource type, resource link and date, as the REST reference defines it."""
    parts = call.segments
    names_parent = len(parts) % 2 == 1
    kind = parts[-1] if names_parent else (parts[-2] if parts else "")
    link = parts[:-1] if names_parent else parts
    owner = link[-1].lower() if call.by_rid and link else "/".join(link)
    if kind == "operations":  # signed as an operation on the container
        kind, owner = "colls", "/".join(parts[:4])
    text = f"{call.method.lower()}\n{kind.lower()}\n{owner}\n{call.header('x-ms-date').lower()}\n\n"
    return base64.b64encode(hmac.new(key, text.encode(), hashlib.sha256).digest()).decode()


def check(key: bytes, call: Call) -> None:
    given = unquote(call.header("authorization"))
    expected = f"type=master&ver=1.0&sig={signature(key, call)}"
    if not given:
        raise Refusal(
            401, "Required Header authorization is missing. Ensure a valid Authorization token is passed."
        )
    if not call.header("x-ms-date"):
        raise Refusal(401, "The authorization token is not valid: the header x-ms-date is missing.")
    if not hmac.compare_digest(given.encode(), expected.encode()):
        raise Refusal(
            401,
            "The input authorization token can't serve the request. The wrong key is being used or the "
            "expected payload is not built as per the protocol.",
        )
