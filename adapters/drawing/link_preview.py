"""Picture of a card for previews of its link: a JPEG as large as networks show it.

It is drawn from `Said` alone, and hides nothing that it was given.
"""

from io import BytesIO
from typing import TYPE_CHECKING, Final, NamedTuple

from adapters.drawing.lettering import REGULAR, STRONG, Lines, drawable, fitted, font, line_height
from adapters.drawing.mark import BLUE, FINER, letter, rounded
from adapters.drawing.qr import luminance

if TYPE_CHECKING:
    from PIL.Image import Image

WIDTH: Final = 1200
HEIGHT: Final = 630
# A larger one would not be cached with the card, and some networks would show nothing of it.
MOST_BYTES: Final = 150_000
_EDGE, _FACE, _GAP = 80, 340, 72
_TEXT: Final = WIDTH - 2 * _EDGE - _FACE - _GAP
# What lies lower is beside the name of the site.
_TEXT_HEIGHT: Final = 440
_SPACE: Final = 20
# Luminance of a background that white letters are read on, also in its lighter corner.
_DARK_ENOUGH = 0.22
_WHITE, _BLACK = "#ffffff", "#1b1b1e"
_QUALITY = 80


class Said(NamedTuple):
    """What the picture tells. `colour` is `#rrggbb`, `photo` a JPEG that we made."""

    name: str
    title: str | None
    organisation: str | None
    initials: str
    colour: str
    photo: bytes | None


def draw_preview(said: Said) -> bytes:
    """The picture as JPEG. Texts with letters that our fonts lack are left out, never drawn as boxes."""
    ink = _WHITE if luminance(said.colour) <= _DARK_ENOUGH else _BLACK
    picture = background(said.colour, (WIDTH, HEIGHT), darker=ink == _WHITE)
    texts = _texts(said)
    left = _EDGE if texts else (WIDTH - _FACE) // 2
    _draw_face(picture, said, (left, (HEIGHT - _FACE) // 2), ink)
    _draw_texts(picture, texts, ink)
    draw_brand(picture, (WIDTH - _EDGE, HEIGHT - 56), ink)
    return jpeg(picture)


def draw_nobody(kind: str) -> bytes:
    """The shape of a person, where a picture was. `kind` is Pillow's name of a format."""
    picture = background(BLUE, (_FACE, _FACE))
    picture.paste(_WHITE, (0, 0), _person())
    out = BytesIO()
    picture.save(out, kind)
    return out.getvalue()


def background(colour: str, size: tuple[int, int], *, darker: bool = True) -> "Image":
    """The colour, lighter towards one corner and, for white letters, darker towards the other."""
    from PIL import Image, ImageColor  # noqa: PLC0415

    red, green, blue = ImageColor.getrgb(colour)[:3]

    def shade(by: float) -> tuple[int, ...]:
        return tuple(
            round(part * by if by <= 1 else 255 - (255 - part) * (2 - by)) for part in (red, green, blue)
        )

    corners = Image.new("RGB", (2, 2))
    below = (0.74, 0.82) if darker else (1.0, 1.12)
    for at, by in (((0, 0), 1.0), ((1, 0), 1.12), ((0, 1), below[0]), ((1, 1), below[1])):
        corners.putpixel(at, shade(by))
    # From the middle of one pixel to that of the other.
    return corners.resize(size, Image.Resampling.BILINEAR, (0.5, 0.5, 1.5, 1.5))


def draw_brand(picture: "Image", corner: tuple[int, int], ink: str) -> None:
    """The mark's letter and the name of the site, with their right lower corner here."""
    from PIL import ImageDraw  # noqa: PLC0415

    right, base = corner
    style, size = font(STRONG, 34), 56
    width = round(style.getlength("iZwop"))
    ImageDraw.Draw(picture).text((right - width, base), "iZwop", ink, style, anchor="ls")
    mask = letter(size)
    picture.paste(ink, (right - width - size + 4, base - 40), mask)


def jpeg(picture: "Image") -> bytes:
    out = BytesIO()
    picture.save(out, "JPEG", quality=_QUALITY, optimize=True)
    return out.getvalue()


def _texts(said: Said) -> list[Lines]:
    """The name, the title and the organisation below each other, as large as there is room for."""
    name, *others = map(drawable, (said.name, said.title, said.organisation))
    small = [fitted(text, REGULAR, range(40, 31, -4), width=_TEXT, most=2) for text in others if text]
    room = _TEXT_HEIGHT - sum(lines.height + _SPACE for lines in small)
    large = [fitted(name, STRONG, range(84, 43, -4), width=_TEXT, most=3, height=room)] if name else []
    return large + small


def _draw_texts(picture: "Image", texts: list[Lines], ink: str) -> None:
    from PIL import ImageDraw  # noqa: PLC0415

    brush = ImageDraw.Draw(picture)
    top = (HEIGHT - sum(lines.height for lines in texts) - _SPACE * (len(texts) - 1)) // 2
    for lines in texts:
        for line in lines.texts:
            ascent, _ = lines.font.getmetrics()
            base = top + round((line_height(lines.font) + ascent * 0.72) / 2)
            brush.text((_EDGE + _FACE + _GAP, base), line, ink, lines.font, anchor="ls")
            top += line_height(lines.font)
        top += _SPACE


def _draw_face(picture: "Image", said: Said, at: tuple[int, int], ink: str) -> None:
    """The photo, else the initials, else the shape of a person."""
    mask = rounded(_FACE, _FACE, _FACE * 0.3)
    if said.photo is not None:
        picture.paste(_photo(said.photo), at, mask)
        return
    veil = mask.point(lambda value: value * 0.16)
    picture.paste("white", at, veil)
    if initials := drawable(said.initials):
        from PIL import ImageDraw  # noqa: PLC0415

        style = font(STRONG, 140)
        middle = (at[0] + _FACE // 2, at[1] + _FACE // 2 + round(style.size * 0.364))
        ImageDraw.Draw(picture).text(middle, initials, ink, style, anchor="ms")
    else:
        picture.paste(ink, at, _person())


def _photo(content: bytes) -> "Image":
    from PIL import Image, ImageOps  # noqa: PLC0415

    with Image.open(BytesIO(content), formats=("JPEG",)) as opened:
        opened.draft("RGB", (_FACE, _FACE))
        return ImageOps.fit(opened.convert("RGB"), (_FACE, _FACE))


def _person() -> "Image":
    """Mask of a head and shoulders."""
    from PIL import Image, ImageDraw  # noqa: PLC0415

    side = _FACE * FINER
    mask = Image.new("L", (side, side))
    brush = ImageDraw.Draw(mask)
    brush.ellipse((side * 0.36, side * 0.2, side * 0.64, side * 0.48), fill=255)
    brush.pieslice((side * 0.24, side * 0.54, side * 0.76, side * 1.06), 180, 360, fill=255)
    return mask.reduce(FINER)
