"""What a vendor says about a refusal, shortened, and without secrets that it may repeat."""

import json
import re
from collections.abc import Iterable
from typing import Any, Final

MOST_LETTERS: Final = 300
# A shorter text is no secret, and would blacken half of every sentence.
_LEAST_SECRET: Final = 6
_GONE: Final = "[…]"
# Where vendors put the sentence, in their orders of precision.
_NAMES: Final = ("message", "detail", "error_description", "error", "title", "errors")
_MOST_DEPTH: Final = 4
# Queries of addresses, and what is too long for a word and so may be a token.
_QUERY = re.compile(r"\?[^\s\"'<>]*")
_TOKEN = re.compile(r"[A-Za-z0-9_\-.+/=]{32,}")


def words_of(body: bytes, secrets: Iterable[str]) -> str:
    """The vendor's sentence of an answer; "" if there is none for people."""
    text = _sentence(body)
    for secret in sorted(filter(lambda each: len(each) >= _LEAST_SECRET, secrets), key=len, reverse=True):
        text = text.replace(secret, _GONE)
    text = _TOKEN.sub(_GONE, _QUERY.sub("", text))
    text = " ".join("".join(each if each.isprintable() else " " for each in text).split())
    return text if len(text) <= MOST_LETTERS else f"{text[: MOST_LETTERS - 1]}…"


def _sentence(body: bytes) -> str:
    try:
        return _found(json.loads(body), _MOST_DEPTH)
    except (ValueError, RecursionError):
        text = body[: 4 * MOST_LETTERS].decode("utf-8", "replace")
        # A page of a proxy says nothing about the request.
        return "" if "<" in text else text


def _found(said: Any, depth: int) -> str:
    if isinstance(said, str):
        return said[: 4 * MOST_LETTERS]
    if depth == 0:
        return ""
    if isinstance(said, list):
        return _found(said[0], depth - 1) if said else ""
    if isinstance(said, dict):
        found = (_found(said[name], depth - 1) for name in _NAMES if name in said)
        return next(filter(None, found), "")
    return ""
