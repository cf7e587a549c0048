"""The public door of a card: every form of it, its images and the links it leads to, under one rule."""

import asyncio
import base64
import hashlib
import re
from http import HTTPStatus
from urllib.parse import quote

import azure.functions as func

import wiring
from domain.cards import PublishedCard
from domain.counting import Kind
from domain.errors import NotFound
from domain.handles import is_handle
from domain.links import links_of
from domain.schema_org import script_text
from domain.views import ANYONE, CardView, Viewer, view_for
from functions.counting import note
from functions.formats import FORMATS, PAGE, code_look, draw_code, negotiate
from functions.http import matches, redirect, reply
from functions.identity import SESSION_COOKIE, signed_in
from functions.pages import content_security_policy, page_endpoint, render
from functions.shelf import Output, Shelved, shelf

bp = func.Blueprint()

CODES = ("qr.svg", "qr.png")
CODE_OPTIONS = frozenset({"fg", "bg", "size", "logo"})
_IMAGE = re.compile(r"[0-9a-f]{32}\.(?:webp|jpe?g|png)")


async def _take(handle: str) -> Shelved:
    if not is_handle(handle):
        raise NotFound
    return await shelf.take(handle)


async def _viewer(req: func.HttpRequest, card: PublishedCard) -> tuple[Viewer, bool]:
    """Who is looking, and whether it is the owner. A stranger without a session costs nothing."""
    if SESSION_COOKIE not in req.headers.get("cookie", ""):
        return ANYONE, False
    found = await signed_in(req)
    if found is None:
        return ANYONE, False
    if found.account_id == card.owner_id:
        return Viewer(signed_in=True, connected=True), True
    connected = await wiring.services().connections.connected(card.owner_id, found.account_id)
    return Viewer(signed_in=True, connected=connected), False


@bp.function_name("show_card")
@bp.route(route="c/{handle}", methods=["GET", "HEAD"])
@page_endpoint
async def show_card(req: func.HttpRequest) -> func.HttpResponse:
    handle, dot, suffix = req.route_params["handle"].lower().partition(".")
    if dot and suffix not in FORMATS:
        raise NotFound
    shelved = await _take(handle)
    if shelved.card.redirect_to is not None:
        return _moved(f"/c/{shelved.card.redirect_to}{dot}{suffix}")
    form = suffix or negotiate(req.headers.get("accept", ""))
    viewer, is_owner = await _viewer(req, shelved.card)
    if form in CODES and not CODE_OPTIONS.isdisjoint(req.params):
        return await _drawn(req, form, view_for(shelved.card, viewer))
    if shelved.for_everyone:
        viewer = ANYONE
    output = shelved.outputs.get((viewer, form))
    if output is None:
        view = view_for(shelved.card, viewer)
        output = shelved.outputs[viewer, form] = await _make(view, form, shelved, viewer)
    if form == PAGE or FORMATS[form].to_keep:
        kind: Kind = "view" if form == PAGE else "save"
        await note(kind, shelved.card.card_id, req, is_owner=is_owner)
    return output.unchanged if matches(req, output.etag) else output.full


@bp.function_name("show_card_image")
@bp.route(route="c/{handle}/{image}", methods=["GET", "HEAD"])
@page_endpoint
async def show_card_image(req: func.HttpRequest) -> func.HttpResponse:
    """An image that the viewer's card shows; one that it does not show was never there."""
    name = req.route_params["image"].lower()
    if not _IMAGE.fullmatch(name):
        raise NotFound
    shelved = await _take(req.route_params["handle"].lower())
    viewer, _ = await _viewer(req, shelved.card)
    shown = [
        image for image in view_for(shelved.card, viewer).images.values() if name in image.files.values()
    ]
    found = await wiring.services().blobs.open_media(name) if shown else None
    if found is None:
        raise NotFound
    content, content_type = found
    public = any(image.public for image in shown)
    caching = "public, max-age=31536000, immutable" if public else "private, no-store"
    headers = {
        "Cache-Control": caching,
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "X-Robots-Tag": "noindex",
    }
    return reply(content, content_type=content_type, headers=headers)


@bp.function_name("follow_card_link")
@bp.route(route="c/{handle}/go/{key}", methods=["GET", "HEAD"])
@page_endpoint
async def follow_card_link(req: func.HttpRequest) -> func.HttpResponse:
    """Lead to a link that the viewer's card shows, and count that somebody followed it."""
    shelved = await _take(req.route_params["handle"].lower())
    viewer, is_owner = await _viewer(req, shelved.card)
    links = links_of(view_for(shelved.card, viewer).content)
    key = req.route_params["key"].lower()
    if key not in links:
        raise NotFound
    await note("click", shelved.card.card_id, req, is_owner=is_owner, link=key)
    return redirect(links[key])


def _moved(location: str) -> func.HttpResponse:
    headers = {"Location": location, "Cache-Control": "no-cache", "X-Robots-Tag": "noindex"}
    return reply(status=HTTPStatus.PERMANENT_REDIRECT, content_type="text/plain", headers=headers)


async def _make(view: CardView, form: str, shelved: Shelved, viewer: Viewer) -> Output:
    url = f"{wiring.services().settings.public_origin}/c/{view.handle}"
    if shelved.for_everyone:
        caching = {"Cache-Control": "public, no-cache", "Vary": "Accept"}
    else:
        public = viewer == ANYONE
        caching = {
            "Cache-Control": "public, no-cache" if public else "private, no-store",
            "Vary": "Accept, Cookie",
        }
    if form != PAGE:
        kind = FORMATS[form]
        photo = await _picture(view, "photo") if kind.takes_photo else None
        headers = _file_name(view, form) if kind.to_keep else {}
        return _output(kind.write(view, url, photo), kind.content_type, caching | headers)
    body = render(
        "card.html",
        style="card",
        view=view,
        url=url,
        vcf_url=f"/c/{view.handle}.vcf",
        qr_svg=view.code,
        links={link: f"/c/{view.handle}/go/{key}" for key, link in links_of(view.content).items()},
        schema=script_text(view, url),
    )
    policy = {"Content-Security-Policy": content_security_policy("card")}
    return _output(body, "text/html; charset=utf-8", caching | policy)


async def _drawn(req: func.HttpRequest, form: str, view: CardView) -> func.HttpResponse:
    """A QR code in the owner's colours and size, and with the shown logo if asked for."""
    look = code_look(req.params)
    logo = await _picture(view, "logo") if req.params.get("logo") == "1" else None
    url = f"{wiring.services().settings.public_origin}/c/{view.handle}"
    body = await asyncio.to_thread(draw_code, form, url, look, logo)
    headers = {"Cache-Control": "private, max-age=300", "X-Robots-Tag": "noindex"}
    return reply(body, content_type=FORMATS[form].content_type, headers=headers)


async def _picture(view: CardView, field: str) -> bytes | None:
    name = view.images[field].files.get("jpeg") if field in view.images else None
    found = await wiring.services().blobs.open_media(name) if name else None
    return found[0] if found else None


def _file_name(view: CardView, form: str) -> dict[str, str]:
    suffix = form.rpartition(".")[2]
    name = quote(f"{view.content.name}.{suffix}", safe="")
    return {"Content-Disposition": f"inline; filename=\"{view.handle}.{suffix}\"; filename*=UTF-8''{name}"}


def _output(body: bytes, content_type: str, headers: dict[str, str]) -> Output:
    tag = f'"{base64.urlsafe_b64encode(hashlib.sha256(body).digest()[:15]).decode()}"'
    headers = {"ETag": tag, "X-Robots-Tag": "noindex", **headers}
    return Output(etag=tag, full=reply(body, content_type=content_type, headers=headers))
