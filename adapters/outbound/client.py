"""The one client for all systems that are not ours: bounded in time and size, behind the guard.

It keeps no cookies, follows no redirects and reads nothing of the environment, because clients share it.
Logs tell method, host and outcome: paths and queries may hold people, headers and bodies hold secrets.
"""

import asyncio
import http.cookiejar
import json
import logging
import ssl
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import httpcore
import httpx

from adapters.outbound.guard import CONNECT_SECONDS, Guard
from domain.integrations.errors import AddressRefused, AnswerTooLarge, NotSendable, VendorUnavailable

log = logging.getLogger("izwop.outbound")
# At INFO they log every URL, and at DEBUG every header.
for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.WARNING)

# Longest time of one call, from looking up the name to the last byte.
CALL_SECONDS: Final = 30
# Largest answer, as it was sent and unpacked.
MAX_BYTES: Final = 16 * 1024 * 1024
MOST_CONNECTIONS: Final = 100
KEPT_SECONDS: Final = 15
_SAFE: Final = frozenset({"GET", "HEAD", "PUT", "DELETE", "OPTIONS"})


class NotSent(VendorUnavailable):
    """No connection: the other side has seen nothing of the call."""


class TooSlow(VendorUnavailable):
    """The time of a call was over before its answer."""


@dataclass(frozen=True, kw_only=True)
class Call:
    """One request. `repeatable` is said where the method does not tell that doing it twice does no harm."""

    method: str
    url: str
    params: Mapping[str, Any] | None = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    json: Any = field(default=None, repr=False)
    form: Mapping[str, Any] | None = field(default=None, repr=False)
    body: bytes | None = field(default=None, repr=False)
    repeatable: bool | None = None
    most_bytes: int = MAX_BYTES

    @property
    def is_repeatable(self) -> bool:
        return self.method in _SAFE if self.repeatable is None else self.repeatable

    def __repr__(self) -> str:
        return f"Call({self.method})"


@dataclass(frozen=True)
class Answer:
    """An answer as it came. Names of headers are in lower case."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    def json(self) -> Any:
        """What it says; `VendorUnavailable` if that is not JSON, as when it was cut off."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            raise VendorUnavailable from None


class Outbound:
    """One per worker. `tls` is for tests with certificates of their own."""

    def __init__(self, guard: Guard, tls: ssl.SSLContext | None = None) -> None:
        self._guard, self._tls = guard, tls
        self._client: httpx.AsyncClient | None = None

    async def exchange(self, call: Call, more: Mapping[str, str] | None = None) -> Answer:
        """Send the call, with `more` headers, and return the answer whatever its status is.

        `AddressRefused` if it leads inside, `NotSendable` and `AnswerTooLarge` as they say, and
        `VendorUnavailable` without a whole answer: `NotSent` if the call cannot have been seen.
        """
        url = _url(call.url)
        self._guard.refuse(url)
        try:
            async with asyncio.timeout(CALL_SECONDS):
                answer = await self._sent(call, url, more or {})
        except (TimeoutError, httpx.ReadTimeout, httpx.WriteTimeout):
            log.warning("call_slow method=%s host=%s", call.method, url.host)
            raise TooSlow from None
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as exc:
            log.warning("call_not_sent method=%s host=%s error=%s", call.method, url.host, type(exc).__name__)
            raise NotSent from None
        except httpx.LocalProtocolError:
            raise NotSendable from None
        except (httpx.HTTPError, httpx.StreamError, zlib.error, OSError) as exc:
            log.warning("call_cut_off method=%s host=%s error=%s", call.method, url.host, type(exc).__name__)
            raise VendorUnavailable from None
        log.info("call_done method=%s host=%s status=%d", call.method, url.host, answer.status)
        return answer

    async def close(self) -> None:
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    async def _sent(self, call: Call, url: httpx.URL, more: Mapping[str, str]) -> Answer:
        client = self._opened()
        try:
            request = client.build_request(
                call.method,
                # Of its own, `params` would take the place of the query that the address has.
                url.copy_merge_params(call.params) if call.params else url,
                headers={**call.headers, **more},
                json=call.json,
                data=dict(call.form) if call.form is not None else None,
                content=call.body,
            )
        except ValueError:
            raise NotSendable from None
        answer = await client.send(request, stream=True)
        try:
            body = await _read(answer, call.most_bytes)
        finally:
            await answer.aclose()
        return Answer(
            answer.status_code, {name.lower(): value for name, value in answer.headers.items()}, body
        )

    def _opened(self) -> httpx.AsyncClient:
        if self._client is None:
            tls = self._tls or ssl.create_default_context()
            transport = httpx.AsyncHTTPTransport(verify=tls, trust_env=False)
            # The only way to give httpx another way to connect; its version is pinned.
            transport._pool = httpcore.AsyncConnectionPool(  # noqa: SLF001
                ssl_context=tls,
                max_connections=MOST_CONNECTIONS,
                max_keepalive_connections=MOST_CONNECTIONS,
                keepalive_expiry=KEPT_SECONDS,
                network_backend=self._guard,
            )
            self._client = httpx.AsyncClient(
                transport=transport,
                trust_env=False,
                follow_redirects=False,
                timeout=httpx.Timeout(CALL_SECONDS, connect=CONNECT_SECONDS, pool=CONNECT_SECONDS),
                headers={"User-Agent": "iZwop", "Accept": "application/json", "Accept-Encoding": "gzip"},
            )
            # A cookie of one client must not be sent with the calls of another.
            self._client.cookies.jar.set_policy(http.cookiejar.DefaultCookiePolicy(allowed_domains=[]))
        return self._client


def _url(text: str) -> httpx.URL:
    try:
        return httpx.URL(text)
    except httpx.InvalidURL:
        raise AddressRefused from None


async def _read(answer: httpx.Response, most: int) -> bytes:
    """The body, unpacked: never more than `most` bytes of it in memory."""
    packed = answer.headers.get("Content-Encoding", "identity").strip().lower()
    if packed not in ("identity", "gzip", ""):
        raise httpx.DecodingError("unasked encoding")
    unpack = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16) if packed == "gzip" else None
    body, seen = bytearray(), 0
    async for chunk in answer.aiter_raw():
        seen += len(chunk)
        body += unpack.decompress(chunk, most + 1 - len(body)) if unpack else chunk
        if max(seen, len(body)) > most:
            raise AnswerTooLarge(answer.status_code)
    if unpack and seen and not unpack.eof:
        raise httpx.DecodingError("cut off")
    return bytes(body)
