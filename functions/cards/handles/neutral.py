"""What stands where a card was: the same bytes for every card that is not shown now, whoever asks, and why.

Only a code differs: it says its own address.
"""

import asyncio
import base64
import hashlib
from collections.abc import Callable
from typing import Final

import azure.functions as func

import wiring.site
from adapters.drawing.link_preview import draw_nobody, draw_preview
from adapters.drawing.qr import PLAIN, Look, qr_png, qr_svg, qr_svg_with, sized
from domain.publishing.handles import Form
from functions.cards.drawn import NOBODY, code_look, drawing
from functions.cards.outputs import Output
from functions.framework.compression import coding_for
from functions.framework.pages import content_security_policy, render
from functions.framework.replies import reply
from functions.framework.requests import matches
from functions.framework.texts import N_, _, language

TITLE: Final = N_("This card is not shown now")
WHY: Final = N_("Whoever gave you this link or code is not showing a card here at the moment.")
_PICTURES: Final = {"webp": "WEBP", "png": "PNG", "jpg": "JPEG", "jpeg": "JPEG"}
_HEADERS: Final = {"Cache-Control": "public, no-cache", "Vary": "Accept, Cookie", "X-Robots-Tag": "noindex"}
_FOR_OTHER_SITES: Final = {"Cross-Origin-Resource-Policy": "cross-origin"}

# By form or kind of picture, language and coding: no more than a few dozen, made once.
_made: dict[tuple[str, str, str], Output] = {}


async def neutral(req: func.HttpRequest, handle: str, form: Form) -> func.HttpResponse:
    if form == "code":
        output = await _code(req, f"{wiring.site.origin()}/c/{handle}")
    else:
        image = req.route_params.get("image", "").lower().rpartition(".")[2]
        key = (image or form, language() if form in ("page", "text") else "", _coding(req))
        output = _made.get(key) or await _make(key)
        _made[key] = output
    return output.unchanged if matches(req, output.etag) else output.full


def _coding(req: func.HttpRequest) -> str:
    return coding_for(req.headers.get("accept-encoding", ""))


async def _make(key: tuple[str, str, str]) -> Output:
    what, _language, coding = key
    if what in _PICTURES:
        kind = _PICTURES[what]
        return _image(await asyncio.to_thread(draw_nobody, kind), f"image/{kind.lower()}")
    if what == "preview":
        return _image(await asyncio.to_thread(draw_preview, NOBODY), "image/jpeg")
    body, content_type, headers = _WRITTEN[what]()
    return _output(body, content_type, headers).encoded(coding)


def _page() -> tuple[bytes, str, dict[str, str]]:
    body = render("cards/not_shown.html", styles=(), framed=False, title=_(TITLE), why=_(WHY))
    headers = {"Content-Security-Policy": content_security_policy()}
    return body, "text/html; charset=utf-8", headers | _in_language()


def _text() -> tuple[bytes, str, dict[str, str]]:
    return f"{_(TITLE)}. {_(WHY)}\n".encode(), "text/plain; charset=utf-8", _in_language()


def _data() -> tuple[bytes, str, dict[str, str]]:
    return b'{"shown":false}', "application/json", {}


_WRITTEN: Final[dict[str, Callable[[], tuple[bytes, str, dict[str, str]]]]] = {
    "page": _page,
    "text": _text,
    "data": _data,
}


def _in_language() -> dict[str, str]:
    return {"Content-Language": language(), "Vary": "Accept, Accept-Language, Cookie"}


async def _code(req: func.HttpRequest, url: str) -> Output:
    """The code of the address, in the look that is asked for; there is no logo to put on it."""
    look, is_svg = code_look(req.params), req.route_params["handle"].lower().endswith(".svg")
    if look == PLAIN:
        body = sized(qr_svg(url), PLAIN.size).encode() if is_svg else qr_png(url)
    else:
        async with drawing.turn():
            body = await drawing.draw(_drawn, url, look, is_svg)
    content_type = "image/svg+xml" if is_svg else "image/png"
    return _image(body, content_type).encoded(_coding(req))


def _drawn(url: str, look: Look, is_svg: bool) -> bytes:  # noqa: FBT001
    return qr_svg_with(url, look, None).encode() if is_svg else qr_png(url, look, None)


def _image(body: bytes, content_type: str) -> Output:
    return _output(body, content_type, _FOR_OTHER_SITES)


def _output(body: bytes, content_type: str, headers: dict[str, str]) -> Output:
    tag = f'"{base64.urlsafe_b64encode(hashlib.sha256(body).digest()[:15]).decode()}"'
    headers = {"ETag": tag, **_HEADERS, **headers}
    return Output(etag=tag, full=reply(body, content_type=content_type, headers=headers))
