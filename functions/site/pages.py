"""The site around the cards: home page, icon, and what search engines may read."""

import azure.functions as func

from domain.base.errors import Unavailable
from functions.framework.callers import signed_in
from functions.framework.pages import page, page_endpoint
from functions.framework.problems import endpoint
from functions.framework.replies import reply

bp = func.Blueprint()

# Card pages say `noindex` themselves, which a crawler must be let in to read.
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


@bp.function_name("site_home")
# The host takes an empty route for the function's name, and refuses a slash.
@bp.route(route="{nothing:maxlength(0)?}", methods=["GET", "HEAD"])
@page_endpoint
async def site_home(req: func.HttpRequest) -> func.HttpResponse:
    try:
        known = await signed_in(req) is not None
    except Unavailable:
        # The store is away; the page is the same for everybody else.
        known = False
    return page("site/home.html", known=known)


@bp.function_name("site_icon")
@bp.route(route="favicon.svg", methods=["GET", "HEAD"])
@endpoint
async def site_icon(req: func.HttpRequest) -> func.HttpResponse:  # noqa: ARG001 - the host passes it by name
    return reply(_ICON, content_type="image/svg+xml", headers=_KEEP_A_DAY)


@bp.function_name("site_icon_ico")
@bp.route(route="favicon.ico", methods=["GET", "HEAD"])
@endpoint
async def site_icon_ico(req: func.HttpRequest) -> func.HttpResponse:  # noqa: ARG001 - same
    """The icon for browsers that ask without being told where it is."""
    return reply(_ICON, content_type="image/svg+xml", headers=_KEEP_A_DAY)


@bp.function_name("site_robots")
@bp.route(route="robots.txt", methods=["GET", "HEAD"])
@endpoint
async def site_robots(req: func.HttpRequest) -> func.HttpResponse:  # noqa: ARG001 - same
    return reply(_ROBOTS, content_type="text/plain; charset=utf-8", headers=_KEEP_A_DAY)
