"""Palette of a card: the colours made from its own one so that all text can be read.

Text and what is behind it differ by 4.5:1 at least (WCAG 2.2, 1.4.3), on light and on dark pages.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from domain.base.model import Model
from domain.base.texts import N_

if TYPE_CHECKING:
    from coloraide import Color

_CONTRAST: Final = 4.5
# A changed colour gets a little more: a screen rounds, and letters have thin edges.
_AIM: Final = 4.6
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
    return ShownColour(
        shown, None if shown == own else N_("made darker so that white text on it can be read")
    )


@lru_cache(maxsize=1024)
def palette_of(colour: str) -> Palette:
    """Palette of an own colour."""
    from coloraide import Color  # noqa: PLC0415 - for writers only

    own, white = Color(colour), [Color("#fff")]
    lightness, chroma, hue = own.convert("oklch").coords(nans=False)
    brand = own if _is_read(own, white, _CONTRAST) else _readable((lightness, chroma, hue), white, limit=0)
    depth = brand.convert("oklch")["lightness"]
    tint, tint_dark = _tone(0.95, min(chroma * 0.24, 0.03), hue), _tone(0.3, min(chroma * 0.47, 0.05), hue)
    light = [*map(Color, _LIGHT_GROUNDS), tint]
    dark = [*map(Color, _DARK_GROUNDS), tint_dark]
    tones = {
        "brand": brand,
        "brand_deep": _tone(max(depth - 0.1, 0), chroma * 0.82, hue),
        "accent": _readable((max(depth, 0.45), min(chroma * 1.18, 0.3), hue), light, limit=0),
        "tint": tint,
        "accent_dark": _readable((max(lightness, 0.82), min(chroma, 0.13), hue), dark, limit=1),
        "tint_dark": tint_dark,
    }
    return Palette(**{name: made.to_string(hex=True) for name, made in tones.items()})


def _tone(lightness: float, chroma: float, hue: float) -> "Color":
    from coloraide import Color  # noqa: PLC0415 - same

    made = Color("oklch", [lightness, chroma, hue]).fit("srgb", method="oklch-chroma")
    # Contrast is that of the colour as it is written down.
    return Color(made.convert("srgb").to_string(hex=True))


def _is_read(colour: "Color", grounds: Iterable["Color"], least: float) -> bool:
    return all(colour.contrast(ground, method="wcag21") >= least for ground in grounds)


def _readable(wanted: tuple[float, float, float], grounds: Sequence["Color"], *, limit: float) -> "Color":
    """Tone as near to the wanted one as is read on all the grounds; at `limit` every one is."""
    lightness, chroma, hue = wanted
    if _is_read(found := _tone(lightness, chroma, hue), grounds, _AIM):
        return found
    for _ in range(_STEPS):
        middle = (lightness + limit) / 2
        if _is_read(_tone(middle, chroma, hue), grounds, _AIM):
            limit = middle
        else:
            lightness = middle
    return _tone(limit, chroma, hue)
