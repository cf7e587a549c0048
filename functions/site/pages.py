"""General pages of the site: home page, icon, robots.txt."""

from functools import cache

import azure.functions as func

from domain.base.errors import NotFound, Unavailable
from functions.accounts.signed_out import tell_sign_out
from functions.framework.assets import assets
from functions.framework.callers import signed_in
from functions.framework.compression import coding_for, encoded
from functions.framework.pages import page
from functions.framework.replies import reply

# Card pages are not disallowed: a crawler must fetch them to read their `noindex`.
_ROBOTS = b"""User-agent: *
Disallow: /my
Disallow: /auth
Disallow: /api
"""
_ICON = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="9" '
    b'fill="#2b3f78"/><path d="M9.5 11h13l-13 10h13" fill="none" stroke="#fff" stroke-width="3" '
    b'stroke-linecap="round" stroke-linejoin="round"/></svg>'
)
_KEEP_A_DAY = {"Cache-Control": "public, max-age=86400"}


async def show_home(req: func.HttpRequest) -> func.HttpResponse:
    try:
        known = await signed_in(req) is not None
    except Unavailable:
        # While the store is down the page shows as for a visitor without a session.
        known = False
    said, cookies = tell_sign_out(req)
    return page("site/home.html", known=known, done=None if known else said, cookies=cookies)


async def show_icon(req: func.HttpRequest) -> func.HttpResponse:  # noqa: ARG001 - the door passes it
    """The icon, also at the path where browsers look for it by default."""
    return reply(_ICON, content_type="image/svg+xml", headers=_KEEP_A_DAY)


async def show_robots(req: func.HttpRequest) -> func.HttpResponse:  # noqa: ARG001 - same
    return reply(_ROBOTS, content_type="text/plain; charset=utf-8", headers=_KEEP_A_DAY)


async def show_asset(req: func.HttpRequest) -> func.HttpResponse:
    return _kept_asset(req.route_params["name"], coding_for(req.headers.get("accept-encoding", "")))


@cache
def _kept_asset(name: str, coding: str) -> func.HttpResponse:
    found = assets().get(name)
    if found is None:
        raise NotFound
    answer = reply(
        found.content,
        content_type=found.content_type,
        headers={"Cache-Control": "public, max-age=31536000, immutable"},
    )
    return encoded(answer, coding)
