"""Requests to the identity provider, with limits on time and size because its answers are untrusted."""

import logging
import ssl
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, NamedTuple

from domain.base.errors import Unavailable

log = logging.getLogger("izwop.entra")

MAX_BYTES = 256 * 1024
MAX_WAIT_SECONDS = 3600
_REFUSALS = range(400, 500)


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes


class ProviderClient:
    """HTTP client of the provider; one per worker. It follows no redirects: a request may carry our secret.

    Raises `Unavailable` without an answer and for one that is too large or unexpected, with the provider's
    Retry-After if it sends one.
    """

    def __init__(self, ca_file: str | None) -> None:
        self._ca_file = ca_file
        self._tls: ssl.SSLContext | None = None

    async def request(
        self, method: str, url: str, *, timeout_seconds: float, headers: Mapping[str, str], **sent: Any
    ) -> Answer:
        import aiohttp  # noqa: PLC0415

        if self._tls is None:
            self._tls = ssl.create_default_context(cafile=self._ca_file)
        timeout = aiohttp.ClientTimeout(total=timeout_seconds)
        headers = {**headers, "Accept": "application/json", "Accept-Encoding": "identity"}
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout, auto_decompress=False) as client,
                client.request(
                    method, url, ssl=self._tls, allow_redirects=False, headers=headers, **sent
                ) as answer,
            ):
                _refuse_failure(answer.status, answer.headers)
                body = bytearray()
                async for chunk in answer.content.iter_chunked(16 * 1024):
                    body += chunk
                    if len(body) > MAX_BYTES:
                        raise ValueError("too large")  # noqa: TRY301 - one place tells of every failure
                return Answer(answer.status, dict(answer.headers), bytes(body))
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as exc:
            log.warning("provider_not_reached error=%s", type(exc).__name__)
            raise Unavailable from None


def _refuse_failure(status: int, headers: Mapping[str, str]) -> None:
    """Raise `Unavailable` for any status but success and the refusals of the protocol."""
    if status == HTTPStatus.OK or (status in _REFUSALS and status != HTTPStatus.TOO_MANY_REQUESTS):
        return
    log.warning("provider_failed status=%d", status)
    raise Unavailable(retry_after=_seconds(headers.get("Retry-After", "")))


def _seconds(text: str) -> int | None:
    """Seconds of a Retry-After, within bounds; None for a date, which Entra does not send."""
    if not (text.isascii() and text.isdigit() and len(text) < 10):  # noqa: PLR2004
        return None
    return min(max(int(text), 1), MAX_WAIT_SECONDS)
