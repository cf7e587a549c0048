"""The public door of a card: page, vCard and QR code of one address."""

import base64
import hashlib
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from http import HTTPStatus
from urllib.parse import quote

import azure.functions as func

import wiring
from domain.errors import NotFound, Unavailable
from domain.handles import is_handle
from domain.vcard import MEDIA_TYPE, write_vcard
from domain.views import CardView, view_for
from functions.http import matches, reply
from functions.pages import content_security_policy, page_endpoint, render

bp = func.Blueprint()

FRESH_SECONDS = 3.0
# While the store is down, a card that was just read is better than none.
OUTAGE_SECONDS = 60.0
SHELF_SIZE = 512

_SUFFIX_FORM = {"": None, "vcf": "vcf", "qr.svg": "qr"}


@dataclass(frozen=True)
class Output:
    """One form of a card view, made once: the answer, and the one for who has it already."""

    etag: str
    full: func.HttpResponse

    @cached_property
    def unchanged(self) -> func.HttpResponse:
        headers = dict(self.full.headers)
        content_type = headers.pop("Content-Type")
        return reply(status=HTTPStatus.NOT_MODIFIED, content_type=content_type, headers=headers)


@dataclass
class Shelved:
    """A card view as it was read, and the outputs made from it so far."""

    view: CardView
    read_at: float
    outputs: dict[str, Output] = field(default_factory=dict)


class Shelf:
    """The card views this worker read in the last seconds, the longest unused dropped first."""

    def __init__(self) -> None:
        self._cards: OrderedDict[str, Shelved] = OrderedDict()
        # Raised by every change, so that a card read before it is not put back after it.
        self._changes = 0

    async def take(self, handle: str) -> Shelved:
        shelved = self._cards.get(handle)
        now = time.monotonic()
        if shelved is not None and now - shelved.read_at < FRESH_SECONDS:
            self._cards.move_to_end(handle)
            return shelved
        changes = self._changes
        try:
            view = view_for(await wiring.services().published.get(handle))
        except NotFound:
            self._cards.pop(handle, None)
            raise
        except Unavailable:
            if shelved is not None and time.monotonic() - shelved.read_at < OUTAGE_SECONDS:
                return shelved
            raise
        if shelved is not None and shelved.view == view:
            if changes == self._changes:
                shelved.read_at = now
            return shelved
        fresh = Shelved(view, now)
        if changes == self._changes:
            self._cards[handle] = fresh
        if len(self._cards) > SHELF_SIZE:
            self._cards.popitem(last=False)
        return fresh

    def forget(self, handle: str) -> None:
        self._changes += 1
        self._cards.pop(handle, None)


shelf = Shelf()


@bp.function_name("show_card")
@bp.route(route="c/{handle}", methods=["GET", "HEAD"])
@page_endpoint
async def show_card(req: func.HttpRequest) -> func.HttpResponse:
    handle, _, suffix = req.route_params["handle"].lower().partition(".")
    if suffix not in _SUFFIX_FORM or not is_handle(handle):
        raise NotFound
    form = _SUFFIX_FORM[suffix] or _negotiate(req.headers.get("accept", ""))
    shelved = await shelf.take(handle)
    output = shelved.outputs.get(form)
    if output is None:
        output = shelved.outputs[form] = _make(shelved.view, form)
    return output.unchanged if matches(req, output.etag) else output.full


@lru_cache(maxsize=256)
def _negotiate(accept: str) -> str:
    """The form that `Accept` prefers; browsers and whoever does not say get the page."""
    best, form = 0.0, "page"
    for part in accept.lower().split(","):
        media, *parameters = (piece.strip() for piece in part.split(";"))
        quality = _quality(parameters)
        offered = {
            MEDIA_TYPE: "vcf",
            "text/x-vcard": "vcf",
            "text/html": "page",
            "*/*": "page",
            "text/*": "page",
        }
        if media in offered and quality > best:
            best, form = quality, offered[media]
    return form


def _quality(parameters: list[str]) -> float:
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                return float(parameter[2:])
            except ValueError:
                return 0.0
    return 1.0


def _make(view: CardView, form: str) -> Output:
    url = f"{wiring.services().settings.public_origin}/c/{view.handle}"
    if form == "vcf":
        return _output(write_vcard(view, url), f"{MEDIA_TYPE}; charset=utf-8", _file_name(view))
    if form == "qr":
        return _output(view.code.encode(), "image/svg+xml", {})
    body = render(
        "card.html", style="card", view=view, url=url, vcf_url=f"/c/{view.handle}.vcf", qr_svg=view.code
    )
    return _output(
        body, "text/html; charset=utf-8", {"Content-Security-Policy": content_security_policy("card")}
    )


def _file_name(view: CardView) -> dict[str, str]:
    name = quote(f"{view.content.name}.vcf", safe="")
    return {"Content-Disposition": f"inline; filename=\"{view.handle}.vcf\"; filename*=UTF-8''{name}"}


def _output(body: bytes, content_type: str, headers: dict[str, str]) -> Output:
    tag = f'"{base64.urlsafe_b64encode(hashlib.sha256(body).digest()[:15]).decode()}"'
    headers = {
        "ETag": tag,
        "Cache-Control": "public, no-cache",
        "Vary": "Accept",
        "X-Robots-Tag": "noindex",
        **headers,
    }
    return Output(etag=tag, full=reply(body, content_type=content_type, headers=headers))
