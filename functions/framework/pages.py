"""HTML pages: templates with their one style sheet inline, under a policy that allows nothing else."""

import base64
import hashlib
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from http import HTTPStatus
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import azure.functions as func

from domain.base.errors import NotFound, Refusal
from functions.framework.problems import problem, status_of
from functions.framework.replies import reply

if TYPE_CHECKING:
    from jinja2 import Environment


# Modules with a table FILTERS of template filters.
_FILTERS = ("functions.framework.filters", "functions.cards.filters")
_WEB = Path(__file__).parent.parent.parent / "web"


@cache
def environment() -> "Environment":
    """Template environment. A package contains compiled templates: compiling takes longer than rendering."""
    from jinja2 import Environment, FileSystemLoader, ModuleLoader, StrictUndefined  # noqa: PLC0415

    compiled = _WEB / "compiled"
    made = Environment(
        loader=ModuleLoader(compiled) if compiled.exists() else FileSystemLoader(_WEB / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    for module in _FILTERS:
        made.filters.update(import_module(module).FILTERS)
    return made


@cache
def _site_style() -> str:
    return (_WEB / "styles" / "site.css").read_text()


@lru_cache(maxsize=256)
def _digest(css: str) -> str:
    return base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()


def content_security_policy(*styles: str, form_action: str = "", live: bool = False) -> str:
    """Content Security Policy of a page with these inline style sheets.

    `form_action` names an outside origin of a form's redirects.

    A `live` page runs our own scripts, which fetch from our origin, and shows a card in a frame that inherits
    this policy: the card's styles are among `styles`.
    """
    allowed = " ".join(f"'sha256-{_digest(css)}'" for css in styles)
    scripts = ""
    if live:
        scripts = "script-src 'self'; connect-src 'self'; "
    return (
        f"default-src 'none'; style-src {allowed}; {scripts}img-src 'self' data:; "
        f"form-action 'self'{form_action and ' ' + form_action}; frame-ancestors 'none'; base-uri 'none'"
    )


def render(template: str, *, styles: Iterable[str] = (), **values: object) -> bytes:
    """The page's bytes. A page of the site gets its `style`, another one its own inline `styles`."""
    values |= {"styles": styles} if styles else {"style": _site_style()}
    return environment().get_template(template).render(**values).encode()


def page(
    template: str,
    *,
    styles: tuple[str, ...] = (),
    status: int = HTTPStatus.OK,
    headers: Mapping[str, str] | None = None,
    cookies: Iterable[str] = (),
    form_action: str = "",
    live: bool = False,
    framed_styles: tuple[str, ...] = (),
    **values: object,
) -> func.HttpResponse:
    used = (*(styles or (_site_style(),)), *framed_styles)
    policy = content_security_policy(*used, form_action=form_action, live=live)
    return reply(
        render(template, styles=styles, **values),
        status=status,
        content_type="text/html; charset=utf-8",
        headers={"Content-Security-Policy": policy, **(headers or {})},
        cookies=cookies,
    )


def refusal_page(
    template: str, refusal: Refusal, *, status: int | None = None, **values: Any
) -> func.HttpResponse:
    """Page of a refusal, with its status, and the time until a retry in `wait` and `Retry-After`."""
    headers, wait = {"Vary": "Accept"}, ""
    if refusal.retry_after is not None:
        headers["Retry-After"] = str(refusal.retry_after)
        wait = wait_in_words(refusal.retry_after)
    return page(template, status=status or status_of(type(refusal)), headers=headers, wait=wait, **values)


def wait_in_words(seconds: int) -> str:
    """A time to wait, rounded up: "in a moment", "in 5 minutes", "in an hour"."""
    if seconds <= 10:  # noqa: PLR2004
        return "in a moment"
    minutes = -(-seconds // 60)
    if minutes < 60:  # noqa: PLR2004
        return "in a minute" if minutes == 1 else f"in {minutes} minutes"
    hours = -(-minutes // 60)
    return "in an hour" if hours == 1 else f"in {hours} hours"


def refuse(req: func.HttpRequest, refusal: Refusal) -> func.HttpResponse:
    """Answer a refusal with a page, or with problem details for a client that does not accept HTML."""
    if "text/html" not in req.headers.get("accept", ""):
        return problem(refusal, {"Vary": "Accept"})
    if isinstance(refusal, NotFound):
        return refusal_page("site/missing.html", refusal)
    return refusal_page("site/refused.html", refusal, title=refusal.title)
