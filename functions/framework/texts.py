"""Texts for people in the language of the request: the person's choice, else the browser's, else English.

The door frame settles the language once (`speaking`); templates and `_` look it up when they make a text.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import azure.functions as func

from domain.base.texts import ENGLISH, LANGUAGES, N_, Filled, Language

if TYPE_CHECKING:
    from gettext import NullTranslations

__all__ = ["ENGLISH", "LANGUAGES", "N_", "_", "language", "ngettext", "pgettext", "speaking"]

DOMAIN: Final = "izwop"
COOKIE: Final = "__Host-lang"
LOCALES: Final = Path(__file__).parent.parent.parent / "web" / "locale"
_MOST_ACCEPTED: Final = 500

_language: ContextVar[Language] = ContextVar("language", default=ENGLISH)


def language() -> Language:
    """Tag of the language that texts are made in now."""
    return _language.get()


@contextmanager
def speaking(tag: Language) -> Iterator[None]:
    """Make texts in this language."""
    before = _language.set(tag)
    try:
        yield
    finally:
        _language.reset(before)


def _(message: str, /, **values: object) -> str:
    """The message in the language of the request; with `values`, those stand for its `%(name)s`.

    A message of `N_` may have its values with it, and other messages among them.
    """
    if isinstance(message, Filled):
        if not message.values:
            return translated(message.message)
        inside = {
            name: _(value) if isinstance(value, Filled) else value for name, value in message.values.items()
        }
        return translated(message.message) % inside
    text = translated(message)
    return text % values if values else text


def ngettext(one: str, many: str, number: int, /, **values: object) -> str:
    """One of two messages by a number, which is their `%(num)s`."""
    return translated_plural(one, many, number) % {"num": number, **values}


def pgettext(context: str, message: str, /, **values: object) -> str:
    """A message that `context` tells from another of the same words."""
    text = translated_in(context, message)
    return text % values if values else text


def in_language(message: str, tag: Language) -> str:
    """A message of `N_` for somebody who made no request, such as the receiver of a mail."""
    with speaking(tag):
        return _(message)


def translated(message: str) -> str:
    # Catalogues keep their own description under the empty message.
    return _catalogue(_language.get()).gettext(message) if message else ""


def translated_plural(one: str, many: str, number: int) -> str:
    return _catalogue(_language.get()).ngettext(one, many, number)


def translated_in(context: str, message: str) -> str:
    return _catalogue(_language.get()).pgettext(context, message)


def translated_plural_in(context: str, one: str, many: str, number: int) -> str:
    return _catalogue(_language.get()).npgettext(context, one, many, number)


@cache
def _catalogue(tag: Language) -> "NullTranslations":
    """Translations into a language. Without a compiled catalogue the texts stay English."""
    from gettext import translation  # noqa: PLC0415

    return translation(DOMAIN, LOCALES, [tag], fallback=True)


def language_of(req: func.HttpRequest) -> Language:
    """Language for a request: the choice in its cookie, else by its Accept-Language."""
    if COOKIE in req.headers.get("cookie", ""):
        from functions.framework.requests import read_cookies  # noqa: PLC0415

        if (chosen := _known(read_cookies(req).get(COOKIE, ""))) is not None:
            return chosen
    return _accepted(req.headers.get("accept-language", "")[:_MOST_ACCEPTED])


@lru_cache(maxsize=256)
def _accepted(header: str) -> Language:
    """The language of `LANGUAGES` that an Accept-Language header likes best; `sv-FI` accepts `sv`."""
    from werkzeug.datastructures import LanguageAccept  # noqa: PLC0415
    from werkzeug.http import parse_accept_header  # noqa: PLC0415

    accepted = parse_accept_header(header, LanguageAccept)
    tags = (_known(tag.lower().partition("-")[0]) for tag, quality in accepted if quality > 0)
    return next((tag for tag in tags if tag is not None), ENGLISH)


def _known(tag: str) -> Language | None:
    return next((known for known in LANGUAGES if known == tag), None)
