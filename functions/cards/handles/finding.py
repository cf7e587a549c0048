"""From a handle to the card that is shown for it, or to what is answered instead.

What that is says the table of `domain/publishing/handles.py`.
"""

import functools
from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import quote

import azure.functions as func

import wiring.cards
from adapters.published_cache import CachedCard
from domain.base.errors import NotFound
from domain.cards.card import PublishedCard
from domain.cards.handles import is_handle
from domain.publishing.handles import Form, find
from functions.cards.formats import FORMATS, PAGE
from functions.cards.handles.neutral import neutral
from functions.framework.doors import Handler
from functions.framework.replies import redirect, reply

CODES = ("qr.svg", "qr.png")
_FORMS: Mapping[str, Form] = {
    PAGE: "page",
    "json": "data",
    "txt": "text",
    "og.jpg": "preview",
    **dict.fromkeys(CODES, "code"),
    **{name: "contact" for name, made in FORMATS.items() if made.to_keep},
}


class Moved(Exception):
    """The path leads to the same one under another handle, or to the page of a handle."""

    def __init__(self, handle: str, form: Form, *, to_page: bool) -> None:
        self.handle = handle
        self.form = form
        self.to_page = to_page


class NotShown(Exception):
    """The handle stands for a card that is not shown: the form is answered without one."""

    def __init__(self, handle: str, form: Form) -> None:
        self.handle = handle
        self.form = form


def form_of(format_name: str) -> Form:
    return _FORMS[format_name]


async def shown_card(handle: str, form: Form, *, is_bare: bool = False) -> CachedCard:
    """The card that a handle shows. `is_bare` says that the address is the handle alone."""
    if not is_handle(handle):
        raise NotFound
    cache = wiring.cards.published()
    cached = await cache.read(handle)
    if cached is not None and cached.card.content is not None:
        return cached
    found = await find(handle, _read)
    answer = found.answer(form)
    if answer == "page" and is_bare and found.handle == handle:
        # It would lead to itself.
        form, answer = "page", found.answer("page")
    if answer in ("same", "page"):
        raise Moved(found.handle, form, to_page=answer == "page")
    if answer == "neutral":
        raise NotShown(handle, form)
    if answer == "missing":
        raise NotFound
    return await cache.take(handle)


async def _read(handle: str) -> PublishedCard | None:
    cached = await wiring.cards.published().read(handle)
    return None if cached is None else cached.card


def answers_always(handler: Handler) -> Handler:
    """Answer also for a handle that shows no card now: redirect, or reply with the form without a card."""

    @functools.wraps(handler)
    async def wrapped(req: func.HttpRequest) -> func.HttpResponse:
        try:
            return await handler(req)
        except Moved as moved:
            query = "" if moved.to_page else req.url.partition("?")[2]
            rest = "" if moved.to_page else quote(_after_handle(req.route_params, moved.form))
            location = f"/c/{moved.handle}{rest}{query and '?'}{query}"
            if moved.to_page and req.method not in ("GET", "HEAD"):
                return redirect(location)
            headers = {"Location": location, "Cache-Control": "no-cache", "X-Robots-Tag": "noindex"}
            return reply(status=HTTPStatus.PERMANENT_REDIRECT, content_type="text/plain", headers=headers)
        except NotShown as gone:
            return await neutral(req, gone.handle, gone.form)

    return wrapped


def _after_handle(params: Mapping[str, str], form: Form) -> str:
    """Path after the handle, made from the route's parameters because the URL may be escaped."""
    _, dot, suffix = params["handle"].partition(".")
    image = f"/{params['image']}" if "image" in params else ""
    link = f"/go/{params['key']}" if "key" in params else ""
    exchange = "/exchange" if form == "exchange" else ""
    return f"{dot}{suffix}{image}{link}{exchange}".lower()
