"""Our own scripts, each under a name that changes with its text, so that it may be kept for ever."""

import hashlib
from functools import cache
from pathlib import Path

_SCRIPTS = Path(__file__).parent.parent.parent / "web" / "scripts"


@cache
def scripts() -> dict[str, bytes]:
    """Every script by the name it is served under: `edit.0123456789ab.js`."""
    texts = {path.stem: path.read_bytes() for path in _SCRIPTS.glob("*.js")}
    return {f"{stem}.{hashlib.sha256(text).hexdigest()[:12]}.js": text for stem, text in texts.items()}


@cache
def script_url(stem: str) -> str:
    """The address of `web/scripts/{stem}.js` as it is now."""
    return next(f"/assets/{name}" for name in scripts() if name.startswith(f"{stem}."))
