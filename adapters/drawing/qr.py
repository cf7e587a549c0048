"""QR codes: the address of a card, never its vCard, so that a code is small and never stale.

All are at error correction level H, which survives a logo over the middle, with a quiet zone of four modules.
"""

import base64
import re
from functools import lru_cache
from io import BytesIO
from typing import TYPE_CHECKING, NamedTuple

from domain.base.errors import Fault

if TYPE_CHECKING:
    from PIL.Image import Image
    from segno import QRCode

QUIET_ZONE = 4
# Of the side of the code without its quiet zone; level H is still read with 40 %.
LOGO_SHARE = 0.25
SIZES = range(128, 2049)
_LEAST_CONTRAST = 4.0
_LOGO_PIXELS = 256
_COLOUR = re.compile("#[0-9a-f]{6}")


class Look(NamedTuple):
    """How a code is drawn: colours as `#rrggbb`, the side in pixels as far as whole modules fit."""

    dark: str = "#000000"
    light: str = "#ffffff"
    size: int = 512

    def faults(self) -> list[Fault]:
        """What keeps cameras from reading it, named by the options `fg`, `bg` and `size`."""
        found = [
            Fault(name, "invalid_format", "must be a colour like #1a2b3c")
            for name, colour in (("fg", self.dark), ("bg", self.light))
            if not _COLOUR.fullmatch(colour)
        ]
        if self.size not in SIZES:
            limits = f"must be from {SIZES[0]} to {SIZES[-1]} pixels"
            found.append(Fault("size", "out_of_range", limits))
        if any(fault.field != "size" for fault in found):
            return found
        dark, light = _luminance(self.dark), _luminance(self.light)
        if dark >= light:
            found.append(Fault("fg", "inverted_colours", "must be darker than the background"))
        elif (light + 0.05) / (dark + 0.05) < _LEAST_CONTRAST:
            found.append(
                Fault("fg", "low_contrast", f"needs a contrast of {_LEAST_CONTRAST:g}:1 with the background")
            )
        return found


PLAIN = Look()


def _luminance(colour: str) -> float:
    """Relative luminance by WCAG 2."""
    channels = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)  # noqa: PLR2004
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@lru_cache(maxsize=1024)
def qr_svg(url: str) -> str:
    """SVG markup, black on white."""
    return _svg(_code(url), PLAIN)


def qr_svg_with(url: str, look: Look, logo: bytes | None = None) -> str:
    """SVG markup of any size. `look` must be without faults; `logo` is PNG, JPEG or WebP."""
    code = _code(url)
    drawn = _svg(code, look)
    if logo is None:
        return drawn
    side = len(code.matrix)
    room = _logo_modules(side)
    at = QUIET_ZONE + (side - room) / 2
    data = base64.b64encode(_png(_fitted(logo, _LOGO_PIXELS))).decode()
    return drawn.replace(
        "</svg>",
        f'<path fill="{look.light}" d="M{at:g} {at:g}h{room}v{room}h-{room}z"/>'
        f'<image x="{at + 0.5:g}" y="{at + 0.5:g}" width="{room - 1}" height="{room - 1}" '
        f'href="data:image/png;base64,{data}"/></svg>',
    )


def qr_png(url: str, look: Look = PLAIN, logo: bytes | None = None) -> bytes:
    """A PNG of at most `look.size` pixels, each module of the same whole number of them; rest as for SVG."""
    code = _code(url)
    side = len(code.matrix)
    scale = max(2, look.size // (side + 2 * QUIET_ZONE))
    out = BytesIO()
    code.save(out, kind="png", border=QUIET_ZONE, scale=scale, dark=look.dark, light=look.light)
    if logo is None:
        return out.getvalue()
    return _with_logo(out, logo, look, scale, side)


def _with_logo(code: BytesIO, logo: bytes, look: Look, scale: int, side: int) -> bytes:
    from PIL import Image  # noqa: PLC0415

    with Image.open(code, formats=("PNG",)) as drawn:
        picture = drawn.convert("RGB")
    room = _logo_modules(side) * scale
    at = (picture.width - room) // 2
    picture.paste(look.light, (at, at, at + room, at + room))
    fitted = _fitted(logo, room - scale)
    corner = (picture.width - fitted.width) // 2, (picture.height - fitted.height) // 2
    picture.paste(fitted, corner, fitted)
    return _png(picture)


def _logo_modules(side: int) -> int:
    """The side of the field for a logo: odd, as the code's is, so that it covers whole modules."""
    modules = int(side * LOGO_SHARE)
    return modules if modules % 2 else modules - 1


def _fitted(logo: bytes, pixels: int) -> "Image":
    """The logo with its ratio kept, its longer side as given."""
    from PIL import Image, ImageOps  # noqa: PLC0415

    with Image.open(BytesIO(logo), formats=("PNG", "JPEG", "WEBP")) as picture:
        return ImageOps.contain(picture.convert("RGBA"), (pixels, pixels))


def _png(picture: "Image") -> bytes:
    out = BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def _code(url: str) -> "QRCode":
    import segno  # noqa: PLC0415

    return segno.make(url, error="h", micro=False, boost_error=False)


def _svg(code: "QRCode", look: Look) -> str:
    dark, light = ("#000", "#fff") if look == PLAIN else (look.dark, look.light)
    out = BytesIO()
    code.save(
        out, kind="svg", border=QUIET_ZONE, dark=dark, light=light, xmldecl=False, omitsize=True,
        svgclass="qr", lineclass=None, title="QR code",
    )  # fmt: skip
    return out.getvalue().decode().strip()
