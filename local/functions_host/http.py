"""HTTP between ASGI and the worker, with the .NET host's rules for requests, responses and cookies."""

import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from datetime import datetime
from functools import lru_cache
from http.cookies import Morsel
from typing import Any
from urllib.parse import parse_qsl, quote

from local.functions_host.worker import Datum

log = logging.getLogger("functions_host")

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

BODY_LIMIT = 100 * 1024 * 1024
_NO_BODY = frozenset({204, 205, 304})
_EMPTY = Datum(b"", "bytes")


class ClientGone(Exception):
    """The client closed the connection before its whole body arrived."""


class BadReply(Exception):
    """The function's reply is one the host answers with 500."""


def content_length(headers: Iterable[tuple[bytes, bytes]]) -> int:
    """Declared length; 0 when chunked or absent, because the host then passes an empty body."""
    length = 0
    for name, value in headers:
        if name == b"content-length":
            length = int(value) if value.isdigit() else 0
        elif name == b"transfer-encoding":
            return 0
    return length


async def read_body(receive: Receive) -> bytes:
    """The whole body, or `ClientGone`."""
    chunks = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        chunks.append(message.get("body", b""))
        if not message.get("more_body"):
            break
    return chunks[0] if len(chunks) == 1 else b"".join(chunks)


def request_datum(scope: Scope, route_params: Mapping[str, str], body: bytes) -> Datum:
    """The request as the worker receives it: lower-case header names, repeated values joined by commas."""
    headers: dict[str, Datum] = {}
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
        if name in headers:
            value = f"{headers[name].value},{value}"
        headers[name] = Datum(value, "string")
    query_string = scope["query_string"]
    raw_path = scope.get("raw_path") or quote(scope["path"]).encode()
    url = f"{scope['scheme']}://{_host(headers, scope)}{raw_path.decode('latin-1')}"
    if query_string:
        url += "?" + query_string.decode("latin-1")
    return Datum(
        {
            "method": Datum(scope["method"], "string"),
            "url": Datum(url, "string"),
            "headers": headers,
            "query": _query(query_string.decode("latin-1")) if query_string else {},
            "params": {name: Datum(value, "string") for name, value in route_params.items()},
            "body": Datum(body, "bytes") if body else _EMPTY,
        },
        "http",
    )


def _host(headers: Mapping[str, Datum], scope: Scope) -> str:
    if "host" in headers:
        return str(headers["host"].value)
    name, port = scope.get("server") or ("localhost", None)
    return f"{name}:{port}" if port else name


def _query(query_string: str) -> dict[str, Datum]:
    joined: dict[str, tuple[str, str]] = {}
    for name, value in parse_qsl(query_string, keep_blank_values=True):
        first_name, before = joined.get(name.lower(), (name, None))
        joined[name.lower()] = (first_name, value if before is None else f"{before},{value}")
    return {name: Datum(value, "string") for name, value in joined.values() if value}


async def send_reply(send: Send, method: str, returned: Datum | None) -> None:
    """Send what the function returned; raises `BadReply` before anything is sent."""
    if returned is None or returned.type != "http":
        raise BadReply("an HTTP function must return func.HttpResponse")
    reply = returned.value
    status = int(reply["status_code"].value)
    body = reply["body"].value
    headers = []
    lengthless = status not in _NO_BODY
    for name, datum in reply["headers"].items():
        headers.append((_header(name.lower()), _header(datum.value)))
        lengthless = lengthless and name.lower() != "content-length"
    if lengthless:
        headers.append((b"content-length", b"%d" % len(body)))
    for jar in reply["cookies"] or ():
        headers.extend((b"set-cookie", _header(_set_cookie(morsel))) for morsel in jar.values())
    if method == "HEAD" or status in _NO_BODY:
        body = b""
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def send_empty(send: Send, status: int, headers: Iterable[tuple[bytes, bytes]] = ()) -> None:
    await send(
        {"type": "http.response.start", "status": status, "headers": [(b"content-length", b"0"), *headers]}
    )
    await send({"type": "http.response.body", "body": b""})


async def send_text(send: Send, status: int, text: str, content_type: str = "application/json") -> None:
    body = text.encode()
    headers = [(b"content-type", content_type.encode()), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@lru_cache(maxsize=4096)
def _header(text: str) -> bytes:
    if not text.isascii() or not text.replace("\t", " ").isprintable():
        raise BadReply("a response header holds control or non-ASCII characters")
    return text.encode()


def _set_cookie(morsel: "Morsel[str]") -> str:
    """A cookie as ASP.NET writes it: value percent-encoded, attributes lower-case and in its order.

    ASP.NET may write an absent domain or path as an empty attribute, which browsers read as absent and
    Python's cookie jars misread; they are left out here.
    """
    parts = [f"{morsel.key}={quote(morsel.value, safe='')}"]
    if morsel["expires"]:
        try:
            expires = datetime.strptime(morsel["expires"], "%a, %d %b %Y %H:%M:%S GMT")  # noqa: DTZ007  the worker's own parse
        except ValueError as exc:
            raise BadReply("a cookie's Expires must look like 'Wed, 21 Oct 2026 07:28:00 GMT'") from exc
        parts.append(f"expires={expires:%a, %d %b %Y %H:%M:%S} GMT")
    if morsel["max-age"]:
        try:
            parts.append(f"max-age={int(float(morsel['max-age']))}")
        except ValueError as exc:
            raise BadReply("a cookie's Max-Age must be a number") from exc
    parts += [f"{name}={morsel[name]}" for name in ("domain", "path") if morsel[name]]
    if morsel["secure"]:
        parts.append("secure")
    if morsel["samesite"].lower() in ("lax", "strict", "none"):
        parts.append(f"samesite={morsel['samesite'].lower()}")
    if morsel["httponly"]:
        parts.append("httponly")
    return "; ".join(parts)


def missing_key(scope: Scope, master_key: str) -> bool:
    """Whether the request lacks the one key of this host."""
    for name, value in scope["headers"]:
        if name == b"x-functions-key":
            return bool(value.decode("latin-1") != master_key)
    query = scope["query_string"].decode("latin-1")
    return dict(parse_qsl(query)).get("code") != master_key
