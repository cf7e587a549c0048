"""HTML pages: templates with their one style sheet inline, under a policy that allows nothing else."""

import base64
import hashlib
from collections.abc import Iterable, Mapping
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

import azure.functions as func

from functions.display import FILTERS
from functions.http import reply

if TYPE_CHECKING:
    from jinja2 import Environment

_WEB = Path(__file__).parent.parent / "web"


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415

    environment = Environment(
        loader=FileSystemLoader(_WEB / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters.update(FILTERS)
    return environment


@cache
def _style(name: str) -> tuple[str, str]:
    css = (_WEB / "styles" / f"{name}.css").read_text()
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    return css, digest


def content_security_policy(style: str, *, form_action: str = "") -> str:
    """The policy of a page. `form_action` names an outside origin that a form's redirect may lead to."""
    return (
        f"default-src 'none'; style-src 'sha256-{_style(style)[1]}'; img-src 'self' data:; "
        f"form-action 'self'{form_action and ' ' + form_action}; frame-ancestors 'none'; base-uri 'none'"
    )


def render(template: str, *, style: str, **values: object) -> bytes:
    """The page's bytes. The template gets `style`, the text of `web/styles/{style}.css`, and `values`."""
    return _environment().get_template(template).render(style=_style(style)[0], **values).encode()


def page(
    template: str,
    *,
    style: str = "site",
    status: int = HTTPStatus.OK,
    headers: Mapping[str, str] | None = None,
    cookies: Iterable[str] = (),
    form_action: str = "",
    **values: object,
) -> func.HttpResponse:
    policy = {"Content-Security-Policy": content_security_policy(style, form_action=form_action)}
    return reply(
        render(template, style=style, **values),
        status=status,
        content_type="text/html; charset=utf-8",
        headers={**policy, **(headers or {})},
        cookies=cookies,
    )
