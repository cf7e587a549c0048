"""Palette of a card: the colours made from its own one so that all text can be read.

Text and what is behind it differ by 4.5:1 at least (WCAG 2.2, 1.4.3), on light and on dark pages.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from domain.base.model import Model

if TYPE_CHECKING:
    from coloraide import Color

_CONTRAST: Final = 4.5
# Lightest and darkest grounds of the page's text beside the tint (web/parts/tokens.css).
_LIGHT_GROUNDS: Final = ("#fff", "#f4f3ef")
_DARK_GROUNDS: Final = ("#111113", "#1b1b1e")
_STEPS: Final = 14
# The brand of cards without a colour of their own (web/parts/tokens.css).
OUR_BRAND: Final = "#2b3f78"


class Palette(Model):
    """Colours of a card as #rrggbb.

    `brand` is a ground for white text and `brand_deep` its darker companion. `accent` is a colour of text and
    `tint` of a pale ground, both also for dark pages.
    """

    brand: str
    brand_deep: str
    accent: str
    tint: str
    accent_dark: str
    tint_dark: str


class ShownColour(NamedTuple):
    """Colour that a card shows for its own one, and the reason if it is another."""

    colour: str
    reason: str | None


def shown_colour(own: str) -> ShownColour:
    shown = palette_of(own).brand
    return ShownColour(shown, None if shown == own else "made darker so that white text on it can be read")


@lru_cache(maxsize=1024)
def palette_of(colour: str) -> Palette:
    """Palette of an own colour."""
    from coloraide import Color  # noqa: PLC0415 - for writers only

    own = Color(colour).convert("oklch")
    lightness, chroma, hue = own.coords(nans=False)

    def tone(light: float, strength: float) -> "Color":
        made = Color("oklch", [light, strength, hue]).fit("srgb", method="oklch-chroma")
        # Contrast is that of the colour as it is written down.
        return Color(made.convert("srgb").to_string(hex=True))

    def readable(light: float, strength: float, grounds: Iterable["Color"], *, limit: float) -> "Color":
        """Tone as near to `light` as can be read on all the grounds; at `limit` every one can."""
        on = list(grounds)

        def is_read(found: "Color") -> bool:
            return all(found.contrast(ground, method="wcag21") >= _CONTRAST for ground in on)

        if is_read(found := tone(light, strength)):
            return found
        for _ in range(_STEPS):
            middle = (light + limit) / 2
            if is_read(found := tone(middle, strength)):
                limit = middle
            else:
                light = middle
        return tone(limit, strength)

    white = Color("#fff")
    brand = Color(colour)
    if brand.contrast(white, method="wcag21") < _CONTRAST:
        brand = readable(lightness, chroma, [white], limit=0)
    depth = brand.convert("oklch")["lightness"]
    tint, tint_dark = tone(0.95, min(chroma * 0.24, 0.03)), tone(0.3, min(chroma * 0.47, 0.05))
    light = [*map(Color, _LIGHT_GROUNDS), tint]
    dark = [*map(Color, _DARK_GROUNDS), tint_dark]
    strong = min(chroma * 1.18, 0.3)
    tones = {
        "brand": brand,
        "brand_deep": tone(max(depth - 0.1, 0), chroma * 0.82),
        "accent": readable(max(depth, 0.45), strong, light, limit=0),
        "tint": tint,
        "accent_dark": readable(max(lightness, 0.82), min(chroma, 0.13), dark, limit=1),
        "tint_dark": tint_dark,
    }
    return Palette(**{name: made.to_string(hex=True) for name, made in tones.items()})
