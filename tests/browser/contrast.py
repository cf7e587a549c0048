"""Contrast by pixels: texts, fields and focus rings that people can hardly tell from what is around them.

axe reads colours from style sheets and gives up before a gradient or a picture. Here the window is
photographed with its words and without them: the difference is the ink, and the second picture is what lies
behind it.
"""

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from PIL import Image, ImageChops, ImageStat
from playwright.async_api import Page

from tests.browser.photographs import Camera

# Strokes of small letters are thinner than a pixel of a plain screen, and would never show their full colour.
_SCALE = 2
# What an edge of a glyph or a neighbour's border takes of a word's box.
_STRAY = 0.1
# The share of the greatest difference at which a pixel is ink all over.
_INK = 0.97
_LEAST_CHANGE = 3
# Of a control's box: what a ring takes outside of it.
_AROUND = (-8, -8, 8, 8)
# Of what stands behind a bar that stays in place, the next step shows all.
_OVERLAP = 240

Colour = tuple[float, ...]


@dataclass(frozen=True)
class Pale:
    """Something with too little contrast."""

    kind: str
    selector: str
    words: str
    ratio: float
    needed: float

    def __str__(self) -> str:
        return f"{self.kind} {self.selector} ({self.words!r}): {self.ratio:.2f}, needs {self.needed}"


async def pale(page: Page, within: str = "body") -> list[Pale]:
    """Texts below 4.5:1 (3:1 where large) and borders of fields below 3:1, one of each place."""
    found: dict[tuple[str, str], Pale] = {}
    done: set[str] = set()
    await _ask(page, "still()")
    async for shown, hidden in _steps(page, within):
        texts = await _ask(page, "texts(argument)", within)
        fields = await _ask(page, "fields(argument)", within)
        for kind, each in [*(("text", text) for text in texts), *(("field", field) for field in fields)]:
            if each["id"] in done:
                continue
            done.add(each["id"])
            box = _box(each["box"], shown)
            if kind == "text":
                contrast = of_text(shown.crop(box), hidden.crop(box))
            else:
                contrast = of_border(shown, box, each["border"])
            key = (kind, each["selector"])
            if contrast < each["needed"] and (key not in found or contrast < found[key].ratio):
                found[key] = Pale(kind, each["selector"], each["words"], contrast, each["needed"])
    return list(found.values())


async def pale_focus(page: Page, known: set[str]) -> list[Pale]:
    """Kinds of controls whose look changes by less than 3:1 when the keyboard reaches them.

    Those in `known` were looked at on another page; what is looked at here is added.
    """
    await _ask(page, "still()")
    camera = await Camera.of(page, _SCALE)
    # After a key the browser draws what it draws for keyboards.
    await page.keyboard.press("Tab")
    found = []
    kinds = [kind for kind in await _ask(page, "kinds()") if kind not in known]
    known.update(kinds)
    for kind in kinds:
        each = await _ask(page, "focus(argument)", kind)
        around = [edge + side for edge, side in zip(each["box"], _AROUND, strict=True)]
        focused = await camera.part(*around)
        await _ask(page, "leave()")
        contrast = of_change(await camera.part(*around), focused)
        if contrast < each["needed"]:
            found.append(Pale("focus", each["selector"], each["words"], contrast, each["needed"]))
    return found


def of_text(shown: Image.Image, hidden: Image.Image) -> float:
    """Contrast of a word to what is behind it, where that is nearly worst; 1 when nobody can see it."""
    change = _change(shown, hidden)
    most = change.getextrema()[1]
    if most < _LEAST_CHANGE:
        return 1.0
    ink = _mean(shown, change, most)
    behind = hidden.getcolors(maxcolors=hidden.width * hidden.height)
    ratios = sorted((contrast_of(ink, colour), count) for count, colour in behind)
    passed, stray = 0, hidden.width * hidden.height * _STRAY
    for ratio, count in ratios:
        passed += count
        if passed > stray:
            return ratio
    raise AssertionError("a word has pixels")


def of_border(shown: Image.Image, box: tuple[int, ...], border: float) -> float:
    """Contrast of a field's best side: of its border or its ground to what is outside."""
    left, top, right, bottom = box
    across, down = (left + right) // 2, (top + bottom) // 2
    deep, out = round((border + 1) * _SCALE), 2 * _SCALE
    sides = [
        [(across, bottom - 1 - at) for at in range(-out, deep)],
        [(across, top + at) for at in range(-out, deep)],
        [(left + at, down) for at in range(-out, deep)],
        [(right - 1 - at, down) for at in range(-out, deep)],
    ]
    best = 1.0
    for side in sides:
        seen = [shown.getpixel(at) for at in side if 0 <= at[0] < shown.width and 0 <= at[1] < shown.height]
        best = max(best, *(contrast_of(seen[0], colour) for colour in seen))
    return best


def of_change(before: Image.Image, after: Image.Image) -> float:
    """Contrast between two looks of the same place, where they differ most; 1 where too little differs."""
    pairs = Counter(zip(before.get_flattened_data(), after.get_flattened_data(), strict=True))
    ratios = sorted(((contrast_of(*pair), count) for pair, count in pairs.items()), reverse=True)
    # As many pixels as a line of one along two sides.
    passed, enough = 0, sum(before.size)
    for ratio, count in ratios:
        passed += count
        if passed >= enough:
            return ratio
    return 1.0


def contrast_of(one: Colour, other: Colour) -> float:
    """The contrast ratio of WCAG 2.2."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: Colour) -> float:
    parts = (part / 255 for part in colour)
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _change(one: Image.Image, other: Image.Image) -> Image.Image:
    """How much each pixel differs, in the channel where it does most."""
    red, green, blue = ImageChops.difference(one, other).split()
    return ImageChops.lighter(ImageChops.lighter(red, green), blue)


def _mean(picture: Image.Image, change: Image.Image, most: int) -> Colour:
    """The colour where the change is (nearly) the greatest."""
    return tuple(ImageStat.Stat(picture, change.point(lambda value: 255 * (value >= _INK * most))).mean)


def _box(box: tuple[float, ...], picture: Image.Image) -> tuple[int, int, int, int]:
    left, top, right, bottom = (round(edge * _SCALE) for edge in box)
    return max(0, left), max(0, top), min(picture.width, right), min(picture.height, bottom)


async def _steps(page: Page, within: str) -> AsyncIterator[tuple[Image.Image, Image.Image]]:
    """A part of the page in steps of a window, photographed with words and without."""
    camera = await Camera.of(page, _SCALE)
    height = await page.evaluate("innerHeight")
    top, bottom = await _ask(page, "extent(argument)", within)
    asked = max(0, top - _OVERLAP / 2)
    while True:
        at = await _ask(page, "scroll(argument)", asked)
        shown = await camera.window()
        await _ask(page, "wordless(true)")
        hidden = await camera.window()
        await _ask(page, "wordless(false)")
        yield shown, hidden
        # The page's end comes before the step's.
        if at + height >= bottom or at < asked - 1:
            return
        asked = at + max(height - _OVERLAP, height // 2)


async def _ask(page: Page, call: str, argument: object = None) -> Any:
    # Evaluated by the browser's debugger, to which the page's policy does not apply.
    return await page.evaluate(f"argument => {_program()}.{call}", argument)


@cache
def _program() -> str:
    program = Path(__file__).with_suffix(".js").read_text("utf-8")
    return program[program.index("(() =>") :].rstrip()
