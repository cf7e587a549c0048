"""QR codes of a card's address, never of its vCard, so that a code is small and never stale.

All have error correction level H, which tolerates a logo over the middle, and a quiet zone of four modules.
Codes are public in any look: the slow steps are done once for an address and not for each look.
"""

import base64
import re
import zlib
from collections.abc import Iterable, Iterator
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
_COMPRESSION = 3
# As segno writes them, to be replaced by those of a look.
_SVG_DARK, _SVG_LIGHT = "#000", "#fff"
_COLOUR = re.compile("#[0-9a-f]{6}")


class Look(NamedTuple):
    """Look of a code: colours as `#rrggbb`, the side in pixels."""

    dark: str = "#000000"
    light: str = "#ffffff"
    size: int = 512

    def faults(self) -> list[Fault]:
        """Faults that keep cameras from reading the code, named by the options `fg`, `bg` and `size`."""
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
        dark, light = luminance(self.dark), luminance(self.light)
        if dark >= light:
            found.append(Fault("fg", "inverted_colours", "must be darker than the background"))
        elif (light + 0.05) / (dark + 0.05) < _LEAST_CONTRAST:
            found.append(
                Fault("fg", "low_contrast", f"needs a contrast of {_LEAST_CONTRAST:g}:1 with the background")
            )
        return found


PLAIN = Look()


def luminance(colour: str) -> float:
    """Relative luminance by WCAG 2."""
    channels = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)  # noqa: PLR2004
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@lru_cache(maxsize=1024)
def qr_svg(url: str) -> str:
    """SVG markup, black on white."""
    out = BytesIO()
    _code(url).save(
        out, kind="svg", border=QUIET_ZONE, dark=_SVG_DARK, light=_SVG_LIGHT, xmldecl=False, omitsize=True,
        svgclass="qr", lineclass=None, title="QR code",
    )  # fmt: skip
    return out.getvalue().decode().strip()


def sized(svg: str, size: int) -> str:
    """SVG markup that is this many pixels wide and high where nothing else is said."""
    return svg.replace("<svg ", f'<svg width="{size}" height="{size}" ', 1)


def qr_svg_with(url: str, look: Look, logo: bytes | None = None) -> str:
    """SVG markup of the look's size. `look` must be without faults; `logo` is PNG, JPEG or WebP."""
    drawn = sized(qr_svg(url), look.size)
    if look != PLAIN:
        drawn = drawn.replace(f'"{_SVG_LIGHT}"', f'"{look.light}"').replace(
            f'"{_SVG_DARK}"', f'"{look.dark}"'
        )
    if logo is None:
        return drawn
    side = len(_rows(url)) - 2 * QUIET_ZONE
    room = _logo_modules(side)
    at = QUIET_ZONE + (side - room) / 2
    return drawn.replace(
        "</svg>",
        f'<path fill="{look.light}" d="M{at:g} {at:g}h{room}v{room}h-{room}z"/>'
        f'<image x="{at + 0.5:g}" y="{at + 0.5:g}" width="{room - 1}" height="{room - 1}" '
        f'href="data:image/png;base64,{_embedded(logo)}"/></svg>',
    )


def qr_png(url: str, look: Look = PLAIN, logo: bytes | None = None) -> bytes:
    """A PNG of exactly `look.size` pixels; rest as for SVG.

    All modules are the same whole number of pixels; what is left of the side makes the quiet zone wider.
    """
    rows = _rows(url)
    scale = look.size // len(rows)
    return _in_two_colours(rows, look, scale) if logo is None else _with_logo(rows, look, scale, logo)


def _margins(rows: tuple[bytes, ...], look: Look, scale: int) -> tuple[int, int]:
    """Light pixels before and behind the modules of a line."""
    left_over = look.size - len(rows) * scale
    return left_over // 2, left_over - left_over // 2


def _in_two_colours(rows: tuple[bytes, ...], look: Look, scale: int) -> bytes:
    before, behind = _margins(rows, look, scale)
    line_bytes = -(-look.size // 8)
    empty = bytes(1 + line_bytes)
    lines = [empty * before]
    for row in rows:
        bits = ("0" * before + "".join(("1" if dark else "0") * scale for dark in row)).ljust(
            line_bytes * 8, "0"
        )
        lines.append((b"\0" + int(bits, 2).to_bytes(line_bytes)) * scale)
    lines.append(empty * behind)
    palette = _chunk(b"PLTE", _rgb(look.light) + _rgb(look.dark))
    return _png(look.size, b"\x01\x03", palette, lines)


def _with_logo(rows: tuple[bytes, ...], look: Look, scale: int, logo: bytes) -> bytes:
    before, behind = _margins(rows, look, scale)
    light = _rgb(look.light)
    empty = b"\0" + light * look.size

    def lines() -> Iterator[bytes]:
        yield empty * before
        for line in _lines_with_logo(rows, look, scale, logo):
            yield b"\0" + light * before + line + light * behind
        yield empty * behind

    return _png(look.size, b"\x08\x02", b"", lines())


def _lines_with_logo(rows: tuple[bytes, ...], look: Look, scale: int, logo: bytes) -> Iterator[bytes]:
    """Lines of RGB pixels without the margins."""
    room = _logo_modules(len(rows) - 2 * QUIET_ZONE)
    first = (len(rows) - room) // 2
    inner = _field(logo, look, room * scale, scale)
    colours = _rgb(look.light) * scale, _rgb(look.dark) * scale
    begin, width = 3 * first * scale, 3 * room * scale
    for number, row in enumerate(rows):
        line = b"".join(colours[dark] for dark in row)
        if not first <= number < first + room:
            yield from (line for _ in range(scale))
            continue
        for at in range((number - first) * scale * width, (number - first + 1) * scale * width, width):
            yield line[:begin] + inner[at : at + width] + line[begin + width :]


def _field(logo: bytes, look: Look, side: int, margin: int) -> bytes:
    """RGB pixels of the field in the middle with the logo in it."""
    from PIL import Image  # noqa: PLC0415

    fitted = _fitted(logo, side - margin)
    field = Image.new("RGB", (side, side), look.light)
    field.paste(fitted, ((side - fitted.width) // 2, (side - fitted.height) // 2), fitted)
    return field.tobytes()


def _png(side: int, kind: bytes, palette: bytes, lines: Iterable[bytes]) -> bytes:
    """A square PNG of unfiltered lines; `kind` is the bits of a sample and the colour type (PNG, 11.2.1)."""
    size = side.to_bytes(4)
    head = _chunk(b"IHDR", size + size + kind + b"\0\0\0")
    # In pieces and without the interpreter's lock, so that other requests run meanwhile.
    packer = zlib.compressobj(_COMPRESSION)
    data = _chunk(b"IDAT", b"".join([*map(packer.compress, lines), packer.flush()]))
    return b"\x89PNG\r\n\x1a\n" + head + palette + data + _chunk(b"IEND", b"")


def _chunk(kind: bytes, body: bytes) -> bytes:
    return len(body).to_bytes(4) + kind + body + zlib.crc32(kind + body).to_bytes(4)


def _rgb(colour: str) -> bytes:
    return bytes.fromhex(colour[1:])


def _logo_modules(side: int) -> int:
    """Side of the field for a logo in modules: odd like the code's, so that it covers whole modules."""
    modules = int(side * LOGO_SHARE)
    return modules if modules % 2 else modules - 1


def _fitted(logo: bytes, pixels: int) -> "Image":
    """Logo scaled to the given longer side, in its own ratio."""
    from PIL import Image, ImageOps  # noqa: PLC0415

    with Image.open(BytesIO(logo), formats=("PNG", "JPEG", "WEBP")) as picture:
        return ImageOps.contain(picture.convert("RGBA"), (pixels, pixels))


@lru_cache(maxsize=16)
def _embedded(logo: bytes) -> str:
    out = BytesIO()
    _fitted(logo, _LOGO_PIXELS).save(out, "PNG")
    return base64.b64encode(out.getvalue()).decode()


@lru_cache(maxsize=256)
def _rows(url: str) -> tuple[bytes, ...]:
    """Modules of the code with its quiet zone, a byte each: 1 where it is dark."""
    return tuple(bytes(row) for row in _code(url).matrix_iter(border=QUIET_ZONE))


def _code(url: str) -> "QRCode":
    import segno  # noqa: PLC0415

    return segno.make(url, error="h", micro=False, boost_error=False)
