"""`python -m release.site_pictures`: the icons of the site and the picture beside links to its home page.

They are made from the one mark (`adapters/drawing/mark.py`) and committed; a test compares them with it.
"""

import sys
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw

from adapters.drawing.lettering import REGULAR, STRONG, fitted, font, line_height
from adapters.drawing.link_preview import HEIGHT, WIDTH, background, jpeg
from adapters.drawing.mark import BLUE, filled, mark, rounded

FOLDER: Final = Path(__file__).parents[1] / "web" / "icons"
HEADLINE, PROMISE = "One card for everyone you meet", "A link, a QR code, and one tap to save the contact"
# Systems may cut a maskable icon to a circle of 80 %, so its sign is smaller.
_SAFE = 0.8
_SIZES_OF_ICO: Final = (16, 32, 48)
_PAPER, _INK, _SOFT = "#f4f3ef", "#1b1b1e", "#5a5960"
_CARD: Final = (740, 65, 1120, 565)


def main() -> int:
    for name, make in PICTURES.items():
        (FOLDER / name).write_bytes(make())
        print(f"{FOLDER / name}  {(FOLDER / name).stat().st_size:,} bytes")
    return 0


def _png(picture: Image.Image) -> bytes:
    out = BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()


def _ico() -> bytes:
    largest, *smaller = (mark(size) for size in reversed(_SIZES_OF_ICO))
    out = BytesIO()
    sizes = [(size, size) for size in _SIZES_OF_ICO]
    largest.save(out, "ICO", sizes=sizes, append_images=smaller)
    return out.getvalue()


def home() -> Image.Image:
    """The promise of the home page, and a card beside it."""
    picture = Image.new("RGB", (WIDTH, HEIGHT), _PAPER)
    brush = ImageDraw.Draw(picture)
    icon = mark(64)
    picture.paste(icon, (80, 80), icon)
    brush.text((162, 112), "iZwop", _INK, font(STRONG, 42), anchor="lm")
    base = 290
    for lines, ink in (
        (fitted(HEADLINE, STRONG, range(66, 43, -4), width=590, most=2), _INK),
        (fitted(PROMISE, REGULAR, range(34, 27, -2), width=560, most=2), _SOFT),
    ):
        for line in lines.texts:
            brush.text((80, base), line, ink, lines.font, anchor="ls")
            base += line_height(lines.font)
        base += 8
    _paste_card(picture)
    return picture


def _paste_card(picture: Image.Image) -> None:
    left, top, right, bottom = _CARD
    size = (right - left, bottom - top)
    shape = rounded(*size, 44)
    shadow = Image.new("L", (WIDTH, HEIGHT))
    shadow.paste(shape.point(lambda value: value * 0.18), (left, top + 14))
    picture.paste(_INK, mask=shadow.reduce(12).resize(shadow.size, Image.Resampling.BICUBIC))
    card = background(BLUE, size)
    brush = ImageDraw.Draw(card)
    card.paste("white", (36, 40), rounded(120, 120, 38).point(lambda value: value * 0.16))
    brush.text((96, 118), "AL", "white", font(STRONG, 48), anchor="ms")
    brush.text((36, 240), "Ada Lovelace", "white", font(STRONG, 46), anchor="ls")
    brush.text((36, 290), "Principal Engineer", "white", font(REGULAR, 27), anchor="ls")
    brush.text((36, 328), "Analytical Engines Ltd", "white", font(REGULAR, 27), anchor="ls")
    card.paste("white", (36, 384), rounded(size[0] - 72, 76, 24))
    brush.text((size[0] // 2, 431), "Save contact", BLUE, font(STRONG, 28), anchor="ms")
    picture.paste(card, (left, top), shape)


PICTURES: Final[dict[str, Callable[[], bytes]]] = {
    "favicon.ico": _ico,
    "apple-touch-icon.png": lambda: _png(filled(180)),
    "icon-192.png": lambda: _png(mark(192)),
    "icon-512.png": lambda: _png(mark(512)),
    "maskable-192.png": lambda: _png(filled(192, _SAFE)),
    "maskable-512.png": lambda: _png(filled(512, _SAFE)),
    "home.jpg": lambda: jpeg(home()),
}

if __name__ == "__main__":
    sys.exit(main())
