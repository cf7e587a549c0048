"""HTML pages: templates, and policies that allow our own styles and scripts and nothing else.

Their texts are in the language of the request.
"""

import base64
import hashlib
import math
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache, lru_cache
from http import HTTPStatus
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import azure.functions as func

from domain.base.errors import NotFound, Refusal
from functions.framework import texts
from functions.framework.callers import SignedIn, known_person
from functions.framework.problems import problem, status_of
from functions.framework.replies import reply
from functions.framework.texts import _, ngettext

if TYPE_CHECKING:
    from jinja2 import Environment


# Modules with a table FILTERS of template filters.
_FILTERS = ("functions.framework.filters", "functions.cards.filters")
_WEB = Path(__file__).parent.parent.parent / "web"


@cache
def environment() -> "Environment":
    """Template environment. A package contains compiled templates: compiling takes longer than rendering."""
    from jinja2 import (  # noqa: PLC0415
        ChoiceLoader,
        Environment,
        FileSystemLoader,
        ModuleLoader,
        PrefixLoader,
        StrictUndefined,
    )

    compiled = _WEB / "compiled"
    sources = ChoiceLoader(
        [
            FileSystemLoader(_WEB / "templates"),
            PrefixLoader({"parts": FileSystemLoader(_WEB / "parts")}),
        ]
    )
    made = Environment(
        loader=ModuleLoader(compiled) if compiled.exists() else sources,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        extensions=["jinja2.ext.i18n"],
    )
    made.policies["ext.i18n.trimmed"] = True
    made.install_gettext_callables(  # type: ignore[attr-defined]  # a method that the extension adds
        texts.translated,
        texts.translated_plural,
        newstyle=True,
        pgettext=texts.translated_in,
        npgettext=texts.translated_plural_in,
    )
    for module in _FILTERS:
        made.filters.update(import_module(module).FILTERS)
    return made


@lru_cache(maxsize=256)
def _digest(css: str) -> str:
    return base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()


def content_security_policy(
    *styles: str, script: str = "", form_action: str = "", framed: bool = False
) -> str:
    """Content Security Policy of a page of the site, or of one that has only these styles and script, inline.

    `form_action` names an outside origin of a form's redirects. Only our own pages may show a `framed` page.
    """
    if styles:
        hashes = " ".join(f"'sha256-{_digest(css)}'" for css in styles)
        # Lighthouse reads robots.txt from within the page, and needs connect-src for it.
        allowed = f"style-src {hashes}; connect-src 'self'; img-src 'self' data:"
        if script:
            allowed += f"; script-src 'sha256-{_digest(script)}'"
    else:
        allowed = (
            "style-src 'self'; script-src 'self'; connect-src 'self'; manifest-src 'self'; frame-src 'self'; "
            "img-src 'self' data: blob:"
        )
    return (
        f"default-src 'none'; {allowed}; form-action 'self'{form_action and ' ' + form_action}; "
        f"frame-ancestors {"'self'" if framed else "'none'"}; base-uri 'none'"
    )


def render(template: str, **values: object) -> bytes:
    """The page's bytes. The template gets `values`, and the language of its texts as `lang`."""
    return environment().get_template(template).render(lang=texts.language(), **values).encode()


def page(
    template: str,
    *,
    styles: tuple[str, ...] = (),
    status: int = HTTPStatus.OK,
    headers: Mapping[str, str] | None = None,
    cookies: Iterable[str] = (),
    form_action: str = "",
    framed: bool = False,
    **values: object,
) -> func.HttpResponse:
    """Reply with a page of the site; with `styles`, with one whose styles are inline."""
    policy = content_security_policy(*styles, form_action=form_action, framed=framed)
    return reply(
        render(template, styles=styles, framed=framed, **values),
        status=status,
        content_type="text/html; charset=utf-8",
        headers={
            "Content-Security-Policy": policy,
            "Content-Language": texts.language(),
            "Vary": "Accept-Language, Cookie",
            **(headers or {}),
        },
        cookies=cookies,
    )


def refusal_page(
    template: str, refusal: Refusal, *, status: int | None = None, **values: Any
) -> func.HttpResponse:
    """Page of a refusal, with its status, and the time until a retry in `wait` and `Retry-After`."""
    headers, wait = {"Vary": "Accept, Accept-Language, Cookie"}, ""
    if refusal.retry_after is not None:
        headers["Retry-After"] = str(refusal.retry_after)
        wait = wait_in_words(refusal.retry_after)
    return page(template, status=status or status_of(type(refusal)), headers=headers, wait=wait, **values)


def wait_until(time: datetime, now: datetime) -> str:
    """The wait for a time, in words."""
    return wait_in_words(math.ceil((time - now).total_seconds()))


def wait_in_words(seconds: int) -> str:
    """A time to wait, rounded up: "in a moment", "in 5 minutes", "in an hour"."""
    if seconds <= 10:  # noqa: PLR2004
        return _("in a moment")
    minutes = -(-seconds // 60)
    if minutes < 60:  # noqa: PLR2004
        return ngettext("in a minute", "in %(num)s minutes", minutes)
    return ngettext("in an hour", "in %(num)s hours", -(-minutes // 60))


def navigation(person: SignedIn | None) -> dict[str, Any]:
    """What a page outside `/my` needs to show a signed-in person's navigation; nothing for a stranger."""
    return {} if person is None else {"own": True}


async def refuse(req: func.HttpRequest, refusal: Refusal) -> func.HttpResponse:
    """Answer a refusal with a page, or with problem details for a client that does not accept HTML."""
    if "text/html" not in req.headers.get("accept", ""):
        return problem(refusal, {"Vary": "Accept"})
    if isinstance(refusal, NotFound):
        return await missing_page(req, refusal)
    return refusal_page("site/refused.html", refusal, title=_(refusal.title))


async def missing_page(req: func.HttpRequest, refusal: Refusal) -> func.HttpResponse:
    """The page of an address where nothing is, with the navigation of whoever is signed in."""
    person = await known_person(req)
    return refusal_page("site/missing.html", refusal, **navigation(person))
