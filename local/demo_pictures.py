"""Pictures for the demo people, drawn on the first start from a few shapes and colours."""

import io
import math
from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFont, ImageOps

# Drawn larger than needed and then reduced, which makes the edges smooth.
_EDGE, _FINER = 640, 2
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Portrait:
    """A person from the shoulders up. `hair` is one of short, bob, long, bun, curls and scarf."""

    hair: str
    hair_colour: str
    skin: str
    shade: str
    clothes: str
    background: tuple[str, str]
    glasses: bool = False
    beard: bool = False

    def jpeg(self) -> bytes:
        picture = _gradient(self.background, (_EDGE * _FINER, _EDGE * _FINER))
        _Brush(picture).draw(self)
        return _file(picture.resize((_EDGE, _EDGE), Image.Resampling.LANCZOS), "JPEG")


class _Brush:
    """Draws on a square that reaches from 0 to 100 in both directions."""

    def __init__(self, picture: Image.Image) -> None:
        self._pen = ImageDraw.Draw(picture)
        self._unit = picture.width / 100

    def _box(self, box: Box) -> Box:
        left, top, right, bottom = (edge * self._unit for edge in box)
        return left, top, right, bottom

    def oval(self, box: Box, colour: str) -> None:
        self._pen.ellipse(self._box(box), fill=colour)

    def block(self, box: Box, colour: str, radius: float) -> None:
        self._pen.rounded_rectangle(self._box(box), radius * self._unit, fill=colour)

    def cap(self, box: Box, colour: str, start: float, end: float) -> None:
        self._pen.chord(self._box(box), start, end, fill=colour)

    def line(self, box: Box, colour: str, start: float, end: float, width: float) -> None:
        self._pen.arc(self._box(box), start, end, fill=colour, width=round(width * self._unit))

    def draw(self, person: Portrait) -> None:
        self._behind(person)
        self.block((42, 58, 58, 84), person.shade, 7)
        self.oval((14, 76, 86, 150), person.clothes)
        self.cap((42, 65, 58, 86), person.shade, 0, 180)
        self.oval((31, 24, 69, 70), person.skin)
        if person.hair != "scarf":
            self.oval((27.5, 44, 34, 54), person.skin)
            self.oval((66, 44, 72.5, 54), person.skin)
        if person.beard:
            self.cap((31, 24, 69, 70), person.hair_colour, 27, 153)
        self._in_front(person)
        self._face(person)

    def _behind(self, person: Portrait) -> None:
        hair = person.hair_colour
        if person.hair == "long":
            self.block((25, 24, 75, 88), hair, 22)
        elif person.hair == "bob":
            self.block((26, 20, 74, 66), hair, 20)
        elif person.hair == "bun":
            self.oval((39, 6, 61, 27), hair)
            self.oval((29, 18, 71, 58), hair)
        elif person.hair == "curls":
            for turn in range(13):
                angle = math.pi * (0.92 + 1.16 * turn / 12)
                x, y = 50 + 21 * math.cos(angle), 41 + 22 * math.sin(angle)
                self.oval((x - 9, y - 9, x + 9, y + 9), hair)
        elif person.hair == "scarf":
            self.oval((25, 14, 75, 80), hair)

    def _in_front(self, person: Portrait) -> None:
        hair = person.hair_colour
        if person.hair == "scarf":
            self.line((25, 14, 75, 80), hair, 0, 360, 8.5)
            self.cap((24, 67, 76, 137), hair, 180, 360)
        elif person.hair == "short":
            self.cap((29, 18, 71, 62), hair, 188, 352)
            self.block((29, 34, 33, 47), hair, 2)
            self.block((67, 34, 71, 47), hair, 2)
        elif person.hair == "curls":
            for x in (36, 43, 50, 57, 64):
                self.oval((x - 6, 21, x + 6, 33), hair)
        else:
            # A parting: two locks that meet above the forehead.
            self.cap((28, 17, 64, 53), hair, 150, 318)
            self.cap((40, 17, 72, 51), hair, 225, 35)

    def _face(self, person: Portrait) -> None:
        ink = "#2a211f"
        for x in (42, 58):
            self.oval((x - 1.7, 46, x + 1.7, 50), ink)
            self.line((x - 4.5, 40, x + 4.5, 48), person.hair_colour if person.hair != "scarf" else ink,
                      215, 325, 1.1)  # fmt: skip
            if person.glasses:
                self.line((x - 6.5, 41.5, x + 6.5, 54.5), ink, 0, 360, 0.9)
        if person.glasses:
            self.line((47, 45, 53, 51), ink, 200, 340, 0.9)
        self.line((47.5, 50, 52.5, 57), person.shade, 20, 160, 1.1)
        self.line((43.5, 52, 56.5, 63.5), "#f6e9e2" if person.beard else "#a2493f", 25, 155, 1.3)


def wordmark(name: str, colour: str) -> bytes:
    """A logo: a ring of dots beside a name, on nothing, as PNG."""
    font = ImageFont.load_default(size=132)
    left, _, right, _ = font.getbbox(name)
    picture = Image.new("RGBA", (round(right - left) + 300, 240))
    pen = ImageDraw.Draw(picture)
    for turn in range(12):
        x, y = (120 + 84 * f(math.tau * turn / 12) for f in (math.cos, math.sin))
        pen.ellipse((x - 17, y - 17, x + 17, y + 17), fill=colour)
    pen.ellipse((80, 80, 160, 160), fill=colour)
    pen.text((264, 120), name, fill=colour, font=font, anchor="lm")
    return _file(picture, "PNG")


def weave(colours: tuple[str, str, str]) -> bytes:
    """Threads that cross, as JPEG."""
    dark, light, accent = colours
    return _wide((dark, dark), lambda pen, width, height: _threads(pen, width, height, light, accent))


def hills(colours: tuple[str, str, str]) -> bytes:
    """A house between hills at sunrise, as JPEG."""
    sky, ground, house = colours
    return _wide(("#fbe3c8", sky), lambda pen, width, height: _land(pen, width, height, ground, house))


def _threads(pen: ImageDraw.ImageDraw, width: int, height: int, light: str, accent: str) -> None:
    for thread in range(-4, 30):
        points = [
            (x, thread * height / 25 + 0.11 * height * math.sin(x / width * 9 + thread / 2.6))
            for x in range(0, width + 1, 8)
        ]
        pen.line(points, fill=accent if thread % 5 == 0 else light, width=height // 90, joint="curve")


def _land(pen: ImageDraw.ImageDraw, width: int, height: int, ground: str, house: str) -> None:
    pen.ellipse((0.66 * width, 0.16 * height, 0.66 * width + 0.28 * height, 0.44 * height), fill="#fff4dc")
    for step, lift in enumerate((0.46, 0.58, 0.72)):
        shade = tuple(round(part * (1.25 - 0.22 * step)) for part in _rgb(ground))
        top = [
            (x, height * (lift + 0.07 * math.sin(x / width * (4 + step) + 2.2 * step)))
            for x in range(0, width + 1, 8)
        ]
        pen.polygon([(0, height), *top, (width, height)], fill=shade)
        if step == 1:
            left, roof = 0.24 * width, 0.45 * height
            pen.rectangle((left, roof, left + 0.3 * width, 0.8 * height), fill=house)
            pen.rectangle(
                (left - 0.03 * width, roof - 0.03 * height, left + 0.33 * width, roof), fill="#3b322e"
            )
            for pane in range(5):
                x = left + (0.02 + 0.054 * pane) * width
                pen.rectangle((x, 0.5 * height, x + 0.044 * width, 0.7 * height), fill="#ffdf9e")


def _wide(colours: tuple[str, str], draw: Callable[[ImageDraw.ImageDraw, int, int], None]) -> bytes:
    picture = _gradient(colours, (1600, 900))
    draw(ImageDraw.Draw(picture), 1600, 900)
    return _file(picture.resize((1200, 675), Image.Resampling.LANCZOS), "JPEG")


def _gradient(colours: tuple[str, str], size: tuple[int, int]) -> Image.Image:
    return ImageOps.colorize(Image.linear_gradient("L").resize(size), black=colours[0], white=colours[1])


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _file(picture: Image.Image, form: str) -> bytes:
    out = io.BytesIO()
    picture.save(out, form, quality=90)
    return out.getvalue()
