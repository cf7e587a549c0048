"""The public door of a card: every format of it, its images and the links it leads to, under one rule."""

import base64
import hashlib
import re
from collections.abc import Mapping
from urllib.parse import quote

import azure.functions as func

import wiring.cards
import wiring.images
import wiring.site
import wiring.visibility
from adapters.published_cache import CachedCard
from domain.base.errors import NotFound, Unavailable
from domain.cards.card import PublishedCard
from domain.cards.links import links_of
from domain.formats.schema_org import script_text
from domain.visibility.view import ANYONE, CardView, Viewer, view_for, viewer_of
from domain.visits.counting import Kind
from functions.cards.drawn import code_look, draw_code, drawing
from functions.cards.formats import FORMATS, PAGE, negotiate
from functions.cards.handles.finding import CODES, answers_always, form_of, shown_card
from functions.cards.look.style import styles_of
from functions.cards.outputs import Output, Shown, keep, made_once, outputs_of
from functions.framework.assets import inline_script
from functions.framework.callers import SESSION_COOKIE, signed_in
from functions.framework.compression import coding_for
from functions.framework.pages import content_security_policy, render
from functions.framework.replies import redirect, reply
from functions.framework.requests import matches
from functions.framework.texts import language
from functions.visits.note import note

# Codes in requested looks that are cached for one card.
MOST_DRAWN = 8
CODE_OPTIONS = frozenset({"fg", "bg", "size", "logo"})
# Other sites may show it with <img>.
_FOR_OTHER_SITES = {"Cross-Origin-Resource-Policy": "cross-origin"}
_IMAGE = re.compile(r"[0-9a-f]{32}\.(?:webp|jpe?g|png)")


async def _viewer(req: func.HttpRequest, card: PublishedCard) -> tuple[Viewer, bool]:
    """Viewer of the card, and whether it is the owner. Without a session cookie no store is read."""
    if SESSION_COOKIE not in req.headers.get("cookie", ""):
        return ANYONE, False
    try:
        found = await signed_in(req)
    except Unavailable:
        # While the store is down the caller sees the values that everybody sees.
        return ANYONE, False
    if found is None:
        return ANYONE, False
    viewer = await viewer_of(card, found.account_id, connections=wiring.visibility.connections())
    return viewer, found.account_id == card.owner_id


@answers_always
async def show_card(req: func.HttpRequest) -> func.HttpResponse:
    handle, dot, suffix = req.route_params["handle"].lower().partition(".")
    if dot and suffix not in FORMATS:
        raise NotFound
    format_name = suffix or negotiate(req.headers.get("accept", ""))
    cached = await shown_card(handle, form_of(format_name), is_bare=not suffix)
    outputs = outputs_of(cached)
    coding = coding_for(req.headers.get("accept-encoding", ""))
    viewer, is_owner = await _viewer(req, cached.card)
    if suffix and FORMATS[suffix].for_links:
        # One picture for everybody: no coding makes it smaller.
        viewer, coding = ANYONE, ""
    elif outputs.for_everyone and format_name != PAGE:
        viewer = Viewer(signed_in=viewer.signed_in)
    if format_name in CODES and not CODE_OPTIONS.isdisjoint(req.params):
        drawn = await _drawn(req.params, (viewer, format_name, "", coding), cached)
        return drawn.unchanged if matches(req, drawn.etag) else drawn.full
    key = (viewer, format_name, language() if format_name == PAGE else "", coding)
    output = outputs.made.get(key)
    if output is None:
        output = await made_once(outputs, key, lambda: _kept(cached, key))
    unchanged = matches(req, output.etag)
    # A page counts as viewed also when it is unchanged; a file counts as saved only when it is sent.
    if format_name == PAGE or (FORMATS[format_name].to_keep and not unchanged):
        kind: Kind = "view" if format_name == PAGE else "save"
        await note(kind, cached.card.card_id, req, is_owner=is_owner)
    return output.unchanged if unchanged else output.full


@answers_always
async def show_card_image(req: func.HttpRequest) -> func.HttpResponse:
    """An image that the card shows to this viewer; any other is 404."""
    name = req.route_params["image"].lower()
    if not _IMAGE.fullmatch(name):
        raise NotFound
    cached = await shown_card(req.route_params["handle"].lower(), "picture")
    viewer, _ = await _viewer(req, cached.card)
    shown = [image for image in view_for(cached.card, viewer).images.values() if name in image.files.values()]
    found = await wiring.images.blobs().open_media(shown[0].sources[name]) if shown else None
    if found is None:
        raise NotFound
    content, content_type = found
    public = any(image.public for image in shown)
    # Browsers keep the image; shared caches revalidate it, so that a hidden image is gone for others.
    caching = "public, max-age=31536000, s-maxage=5, immutable" if public else "private, no-store"
    headers = {
        "Cache-Control": caching,
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "X-Robots-Tag": "noindex",
        **(_FOR_OTHER_SITES if public else {}),
    }
    return reply(content, content_type=content_type, headers=headers)


@answers_always
async def follow_card_link(req: func.HttpRequest) -> func.HttpResponse:
    """Redirect to a link that the card shows to this viewer, and count the click."""
    cached = await shown_card(req.route_params["handle"].lower(), "link")
    viewer, is_owner = await _viewer(req, cached.card)
    links = links_of(view_for(cached.card, viewer).content)
    key = req.route_params["key"].lower()
    if key not in links:
        raise NotFound
    await note("click", cached.card.card_id, req, is_owner=is_owner, link=key)
    return redirect(links[key])


async def _kept(cached: CachedCard, shown: Shown) -> Output:
    """An output of the card, made and cached."""
    viewer, format_name, _language, coding = shown
    output = (await _make(cached.card, format_name, viewer)).encoded(coding)
    keep(output, outputs_of(cached).made, shown, cache=wiring.cards.published())
    return output


async def _make(card: PublishedCard, format_name: str, viewer: Viewer) -> Output:
    view = view_for(card, viewer)
    url = _url(view)
    caching = _caching(viewer)
    if format_name != PAGE:
        kind = FORMATS[format_name]
        photo = await _picture(view, "photo") if kind.takes_photo else None
        headers = _file_name(view, format_name) if kind.to_keep else {}
        if kind.for_links:
            async with drawing.turn():
                body = await drawing.draw(kind.write, view, url, photo)
        else:
            body = kind.write(view, url, photo)
        return _output(body, kind.content_type, caching | headers)
    styles = styles_of(view)
    body = render(
        "cards/card.html",
        styles=styles,
        view=view,
        url=url,
        vcf_url=f"/c/{view.handle}.vcf",
        qr_svg=view.code,
        links={link: f"/c/{view.handle}/go/{key}" for key, link in links_of(view.content).items()},
        schema=script_text(view, url),
        ask_url=_ask_url(viewer, card),
    )
    headers = {
        "Content-Security-Policy": content_security_policy(*styles, script=inline_script("pass_on.js")),
        "Content-Language": language(),
        "Vary": "Accept, Accept-Language, Cookie",
    }
    return _output(body, "text/html; charset=utf-8", caching | headers)


def _ask_url(viewer: Viewer, card: PublishedCard) -> str:
    """Where the viewer is offered to connect; a blocked person is offered the same as a stranger.

    A card that an earlier release published says no profile to connect with.
    """
    if not viewer.signed_in or viewer.connected:
        return ""
    if card.entity:
        return f"/my/connect-company/{card.handle}"
    return f"/my/connect/{card.handle}" if card.profile_id else ""


def _caching(viewer: Viewer) -> dict[str, str]:
    """Cache headers: caches revalidate the public view and never store any other.

    A viewer without a session gets the same headers for every card: they give no hint of hidden values.
    """
    kept = "public, no-cache" if viewer == ANYONE else "private, no-store"
    return {"Cache-Control": kept, "Vary": "Accept, Cookie"}


async def _drawn(options: Mapping[str, str], shown: Shown, cached: CachedCard) -> Output:
    """A QR code in the owner's colours and size, and with the shown logo if asked for.

    Drawing costs CPU and is open to everybody: a card caches a few codes, all others wait for a turn.
    """
    look, with_logo = code_look(options), options.get("logo") == "1"
    viewer, format_name, _language, coding = shown
    kept, key = outputs_of(cached).drawn, (*shown, look, with_logo)
    output = kept.get(key)
    if output is None:
        view = view_for(cached.card, viewer)
        async with drawing.turn():
            logo = await _picture(view, "logo") if with_logo else None
            body = await drawing.draw(draw_code, format_name, _url(view), look, logo)
        output = _output(body, FORMATS[format_name].content_type, _caching(viewer)).encoded(coding)
        if len(kept) < MOST_DRAWN:
            keep(output, kept, key, cache=wiring.cards.published())
    return output


def _url(view: CardView) -> str:
    return f"{wiring.site.origin()}/c/{view.handle}"


async def _picture(view: CardView, field: str) -> bytes | None:
    image = view.images.get(field)
    name = image.files.get("jpeg") if image else None
    found = await wiring.images.blobs().open_media(image.sources[name]) if image and name else None
    return found[0] if found else None


def _file_name(view: CardView, format_name: str) -> dict[str, str]:
    suffix = format_name.rpartition(".")[2]
    name = quote(f"{view.content.name}.{suffix}", safe="")
    return {"Content-Disposition": f"inline; filename=\"{view.handle}.{suffix}\"; filename*=UTF-8''{name}"}


def _output(body: bytes, content_type: str, headers: dict[str, str]) -> Output:
    tag = f'"{base64.urlsafe_b64encode(hashlib.sha256(body).digest()[:15]).decode()}"'
    headers = {"ETag": tag, "X-Robots-Tag": "noindex", **headers}
    if content_type.startswith("image/") and headers["Cache-Control"].startswith("public"):
        headers |= _FOR_OTHER_SITES
    return Output(etag=tag, full=reply(body, content_type=content_type, headers=headers))
