"""Styles of a card's page: the sheet of its theme, and the colours of its own."""

import re
from functools import cache
from pathlib import Path
from typing import Final

from domain.cards.look import Look, Theme
from domain.cards.palette import Palette
from domain.visibility.view import CardView

_WEB: Final = Path(__file__).parents[3] / "web"
_TOKEN: Final = re.compile(r"(--[a-z0-9-]+):[^;}]*;?")
# Themes that are dark at any time of the day.
_ALWAYS_DARK: Final = frozenset({"night"})


def styles_of(view: CardView, *, preview: bool = False) -> tuple[str, ...]:
    """The style sheets of a card's page, each for a `style` element of its own."""
    theme = (view.content.look or Look()).theme
    return (sheet(theme, preview), *([colours(view.palette, theme)] if view.palette else []))


@cache
def sheet(theme: Theme, preview: bool = False) -> str:  # noqa: FBT001, FBT002 - a key of the cache
    """The style sheet of a theme, with the tokens it uses; that of a preview has a bar above the card."""
    names = ["styles/card", f"styles/themes/{theme}", "styles/card-print"]
    rules = "".join(map(_read, [*names, "styles/card-preview"] if preview else names))
    tokens = _TOKEN.sub(lambda token: token[0] if f"var({token[1]})" in rules else "", _read("parts/tokens"))
    return tokens + rules


def _read(name: str) -> str:
    return (_WEB / f"{name}.css").read_text("utf-8").replace("\n", "")


def colours(palette: Palette, theme: Theme) -> str:
    """The style sheet that puts a card's own colours in the place of ours."""
    dark = f"--accent:{palette.accent_dark};--tint:{palette.tint_dark}"
    brand = f"--brand:{palette.brand};--brand-deep:{palette.brand_deep}"
    if theme in _ALWAYS_DARK:
        return f":root{{{brand};{dark}}}"
    light = f"--accent:{palette.accent};--tint:{palette.tint}"
    return f":root{{{brand};{light}}}@media (prefers-color-scheme:dark){{:root{{{dark}}}}}"
