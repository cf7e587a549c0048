"""Styles, scripts and pictures of the site, under names that change with their bytes: browsers keep them."""

import hashlib
from functools import cache
from pathlib import Path
from typing import NamedTuple

_WEB = Path(__file__).parent.parent.parent / "web"
# Tokens and elements first: every other part may refine them.
_FIRST = ("tokens", "base", "shell")


class Asset(NamedTuple):
    content: bytes
    content_type: str


@cache
def assets() -> dict[str, Asset]:
    """Every asset by the name it is served under: `edit.0123456789ab.js`."""
    scripts = sorted([*_WEB.glob("scripts/*.js"), *_WEB.glob("scripts/vendor/*.js")])
    found = {path.name: Asset(path.read_bytes(), "text/javascript; charset=utf-8") for path in scripts}
    found |= {path.name: Asset(path.read_bytes(), "image/webp") for path in _WEB.glob("images/*.webp")}
    found["site.css"] = Asset(_site_style().encode(), "text/css; charset=utf-8")
    return {_name_of(plain, asset.content): asset for plain, asset in found.items()}


def _site_style() -> str:
    """The parts' styles, then those of single pages."""
    parts = sorted(path.stem for path in _WEB.glob("parts/*.css") if path.stem not in _FIRST)
    sheets = [_WEB / "parts" / f"{part}.css" for part in (*_FIRST, *parts)]
    return "".join(path.read_text("utf-8") for path in (*sheets, _WEB / "styles" / "site.css"))


def _name_of(plain: str, content: bytes) -> str:
    stem, _, suffix = plain.rpartition(".")
    return f"{stem}.{hashlib.sha256(content).hexdigest()[:12]}.{suffix}"


@cache
def inline_script(plain: str) -> str:
    """Text of a script without its comments, for a page that has it inline."""
    lines = (_WEB / "scripts" / plain).read_text("utf-8").splitlines()
    return "".join(line for line in lines if not line.startswith("//"))


@cache
def asset_url(plain: str) -> str:
    """Address of an asset, such as `edit.js`, as it is now."""
    stem, _, suffix = plain.rpartition(".")
    return next(
        f"/assets/{name}"
        for name in assets()
        if name.endswith(f".{suffix}") and name[: -len(suffix) - 14] == stem
    )
