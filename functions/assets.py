"""Our own scripts, each under a name that changes with its text, so that it may be kept for ever."""

import hashlib
from functools import cache
from pathlib import Path

import azure.functions as func

from domain.errors import NotFound
from functions.http import reply
from functions.pages import page_endpoint

bp = func.Blueprint()

_SCRIPTS = Path(__file__).parent.parent / "web" / "scripts"


@cache
def _scripts() -> dict[str, bytes]:
    """Every script by the name it is served under: `edit.0123456789ab.js`."""
    texts = {path.stem: path.read_bytes() for path in _SCRIPTS.glob("*.js")}
    return {f"{stem}.{hashlib.sha256(text).hexdigest()[:12]}.js": text for stem, text in texts.items()}


@cache
def script_url(stem: str) -> str:
    """The address of `web/scripts/{stem}.js` as it is now."""
    return next(f"/assets/{name}" for name in _scripts() if name.startswith(f"{stem}."))


@bp.function_name("site_asset")
@bp.route(route="assets/{name}", methods=["GET", "HEAD"])
@page_endpoint
async def site_asset(req: func.HttpRequest) -> func.HttpResponse:
    text = _scripts().get(req.route_params["name"])
    if text is None:
        raise NotFound
    return reply(
        text,
        content_type="text/javascript; charset=utf-8",
        headers={"Cache-Control": "public, max-age=31536000, immutable"},
    )
