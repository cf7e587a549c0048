"""General pages of the site: home page, robots.txt, assets."""

from functools import cache

import azure.functions as func

import wiring.site
from domain.base.errors import NotFound
from functions.accounts.signed_out import tell_sign_out
from functions.framework.assets import assets
from functions.framework.callers import known_person
from functions.framework.compression import coding_for, encoded
from functions.framework.pages import page
from functions.framework.replies import reply

# Card pages are not disallowed: a crawler must fetch them to read their `noindex`.
_ROBOTS = b"""User-agent: *
Disallow: /my
Disallow: /auth
Disallow: /api
"""
_KEEP_A_DAY = {"Cache-Control": "public, max-age=86400"}


async def show_home(req: func.HttpRequest) -> func.HttpResponse:
    known = await known_person(req) is not None
    said, cookies = tell_sign_out(req)
    return page(
        "site/home.html",
        known=known,
        origin=wiring.site.origin(),
        done=None if known else said,
        example=wiring.site.example_handle(),
        cookies=cookies,
    )


async def show_robots(req: func.HttpRequest) -> func.HttpResponse:  # noqa: ARG001 - the door passes it
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
