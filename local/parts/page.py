"""The two pages of parts: one in the shell of a person's own pages, one in that of the public site.

`?dir=rtl` shows them from right to left.
"""

from functools import cache
from pathlib import Path
from typing import NamedTuple

from aiohttp import web
from jinja2 import ChoiceLoader, Environment, FileSystemLoader

from functions.framework.assets import assets
from functions.framework.pages import content_security_policy, environment
from local.parts.drawn import pictures


class Bar(NamedTuple):
    x: int
    y: int
    width: int
    height: int


BARS = [
    Bar(20 * n, 90 - height, 14, height) for n, height in enumerate((12, 30, 8, 55, 90, 41, 0, 22, 60, 35))
]
FAULTS = {
    "/faulty": "Website is not a web address. Write it like example.com",
    "/faultyText": "About you is too long: 2,012 of 2,000 characters",
    "/faultyChoice": "Country is not one of those in the list. Choose one",
}
AUDIENCES = [("public", "Everyone"), ("signed_in", "People signed in"), ("private", "Not on the card")]


@cache
def _environment() -> Environment:
    made = environment().overlay()
    made.loader = ChoiceLoader([FileSystemLoader(Path(__file__).parent), environment().loader])  # type: ignore[list-item]
    return made


async def show(request: web.Request) -> web.Response:
    html = (
        _environment()
        .get_template("parts.html")
        .render(
            lang="en",
            own=request.path != "/public",
            csrf="",
            unread={"today": 3, "cards": 120},
            organisations=[("Analytical Engines Ltd", "#"), ("نادي لندن", "#")],
            bars=BARS,
            faults=FAULTS,
            audiences=AUDIENCES,
            pictures=pictures(),
        )
    )
    if request.query.get("dir") == "rtl":
        html = html.replace("<html ", '<html dir="rtl" ', 1)
    policy = {"Content-Security-Policy": content_security_policy()}
    return web.Response(text=html, content_type="text/html", headers=policy)


async def show_asset(request: web.Request) -> web.Response:
    found = assets().get(request.match_info["name"])
    if found is None:
        raise web.HTTPNotFound
    return web.Response(body=found.content, headers={"Content-Type": found.content_type})


async def show_no_icon(_: web.Request) -> web.Response:
    return web.Response(status=204)


def application() -> web.Application:
    made = web.Application()
    made.router.add_get("/", show)
    made.router.add_get("/public", show)
    made.router.add_get("/assets/{name}", show_asset)
    made.router.add_get("/favicon.svg", show_no_icon)
    return made
