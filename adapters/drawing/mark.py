"""The mark of the site, a Z on a rounded square, in drawn pictures; `favicon.svg` is the same."""

from functools import lru_cache
from itertools import pairwise
from math import hypot
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from PIL.Image import Image

BLUE: Final = "#2b3f78"
# On a square of 32.
_CORNER, _STROKE = 9, 3
_LINE: Final = ((9.5, 11), (22.5, 11), (9.5, 21), (22.5, 21))
# Pillow draws without smoothing, so shapes are drawn larger and made smaller.
FINER: Final = 4


@lru_cache(maxsize=16)
def rounded(width: int, height: int, radius: float) -> "Image":
    """Mask of a rectangle with round corners."""
    from PIL import Image, ImageDraw  # noqa: PLC0415

    mask = Image.new("L", (width * FINER, height * FINER))
    box = (0, 0, mask.width - 1, mask.height - 1)
    ImageDraw.Draw(mask).rounded_rectangle(box, radius * FINER, fill=255)
    return mask.reduce(FINER)


@lru_cache(maxsize=16)
def letter(size: int, share: float = 1) -> "Image":
    """Mask of the Z on a square of this many pixels; `share` makes it smaller, around its middle."""
    from PIL import Image, ImageDraw  # noqa: PLC0415

    mask = Image.new("L", (size * FINER, size * FINER))
    unit, brush = mask.width / 32, ImageDraw.Draw(mask)
    points = [tuple((16 + (at - 16) * share) * unit for at in point) for point in _LINE]
    radius = _STROKE * share * unit / 2
    for (x, y), (to_x, to_y) in pairwise(points):
        # A polygon instead of a line, whose width Pillow rounds.
        reach = radius / hypot(to_x - x, to_y - y)
        across, down = (y - to_y) * reach, (to_x - x) * reach
        brush.polygon(
            [(x + across, y + down), (to_x + across, to_y + down), (to_x - across, to_y - down),
             (x - across, y - down)], fill=255,
        )  # fmt: skip
    for x, y in points:
        brush.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    return mask.reduce(FINER)


def mark(size: int) -> "Image":
    """The mark as an icon, with nothing around its corners."""
    from PIL import Image  # noqa: PLC0415

    icon = Image.new("RGBA", (size, size), BLUE)
    icon.paste("white", mask=letter(size))
    icon.putalpha(rounded(size, size, size * _CORNER / 32))
    return icon


def filled(size: int, share: float = 1) -> "Image":
    """The mark without corners, for systems that cut an icon to their own shape."""
    from PIL import Image  # noqa: PLC0415

    icon = Image.new("RGB", (size, size), BLUE)
    icon.paste("white", mask=letter(size, share))
    return icon
