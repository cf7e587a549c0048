"""Compression of replies by content codings (RFC 9110 §8.4), as far as the client accepts them.

Neither the host nor the edge compresses pages that are not cached.
"""

import gzip
import re
from functools import lru_cache

import azure.functions as func

# In order of preference.
CODINGS = ("br", "gzip")
# Below this a coding saves less than its header costs.
LEAST_BYTES = 400
_MOST_ACCEPTED = 500
_COMPRESSIBLE = re.compile(r"(text/|application/(.+\+)?(json|xml)\b|application/problem|image/svg\+xml)")
_QUALITY = re.compile(r"q=(0(\.0{0,3})?)")
# Five takes 0.3 ms for a card's page; eleven takes 14 ms and saves a twelfth more.
_BROTLI_QUALITY, _GZIP_LEVEL = 5, 6


def coding_for(accept_encoding: str) -> str:
    """Coding of `CODINGS` that an Accept-Encoding header allows, or "" for none."""
    if len(accept_encoding) > _MOST_ACCEPTED:
        # The cut part may refuse the last coding before it, so that one is dropped, too.
        accept_encoding = accept_encoding[:_MOST_ACCEPTED].rpartition(",")[0]
    return _coding_for(accept_encoding.lower())


@lru_cache(maxsize=64)
def _coding_for(accept_encoding: str) -> str:
    refused: set[str] = set()
    accepted: set[str] = set()
    for part in accept_encoding.split(","):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        zero = any(_QUALITY.fullmatch(parameter.replace(" ", "")) for parameter in parameters)
        (refused if zero else accepted).add(name)
    return next((coding for coding in CODINGS if coding in accepted - refused), "")


def encoded(response: func.HttpResponse, coding: str) -> func.HttpResponse:
    """The response in a coding; the same response where a coding saves nothing, or one was applied before.

    Whatever the coding, caches learn that the response depends on Accept-Encoding.
    """
    headers = response.headers
    if "Content-Encoding" in headers or not _COMPRESSIBLE.match(headers.get("Content-Type", "")):
        return response
    vary = [name.strip() for name in headers.get("Vary", "").split(",") if name.strip()]
    if "Accept-Encoding" not in vary:
        headers["Vary"] = ", ".join([*vary, "Accept-Encoding"])
    if not coding or len(response.get_body()) < LEAST_BYTES:
        return response
    smaller = func.HttpResponse(_compressed(response.get_body(), coding), status_code=response.status_code)
    for name, value in headers.items():
        smaller.headers.add(name, value)
    smaller.headers["Content-Encoding"] = coding
    return smaller


def _compressed(body: bytes, coding: str) -> bytes:
    if coding == "gzip":
        return gzip.compress(body, _GZIP_LEVEL, mtime=0)
    import brotli  # noqa: PLC0415 - not every client takes it

    return bytes(brotli.compress(body, quality=_BROTLI_QUALITY))
