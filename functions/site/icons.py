"""Icons of the site, its manifest, and the picture beside links to its home page: files of `web/icons`."""

from functools import cache
from pathlib import Path
from typing import Final

import azure.functions as func

from domain.base.errors import NotFound
from functions.framework.replies import reply

_FOLDER: Final = Path(__file__).parent.parent.parent / "web" / "icons"
_TYPES: Final = {
    ".ico": "image/vnd.microsoft.icon",
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
}
_HEADERS: Final = {"Cache-Control": "public, max-age=86400", "Cross-Origin-Resource-Policy": "cross-origin"}


@cache
def _files() -> dict[str, tuple[bytes, str]]:
    """Each file and its media type, by name."""
    return {path.name: (path.read_bytes(), _TYPES[path.suffix]) for path in _FOLDER.iterdir()}


async def show_icon(req: func.HttpRequest) -> func.HttpResponse:
    """The file that the last part of the path names."""
    # The Host header is part of the URL and may be anything.
    found = _files().get(req.url.partition("?")[0].rpartition("/")[2])
    if found is None:
        raise NotFound
    content, content_type = found
    return reply(content, content_type=content_type, headers=_HEADERS)
