"""Text in drawn pictures: the letters that our fonts have, and lines of them that fit a width."""

import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from functools import cache, lru_cache
from math import ceil
from pathlib import Path
from struct import unpack_from
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

REGULAR, STRONG = "Inter-Regular.ttf", "Inter-SemiBold.ttf"
FONTS: Final = Path(__file__).parent / "fonts"
_LAST_OF_ALL = 0xFFFF
# Emoji and other symbols, the colours of emoji, marks that join or order characters.
_LEFT_OUT: Final = frozenset(["So", "Sk", "Cf", "Cn", "Co"])
_JOINERS: Final = "\ufe0e\ufe0f\u20e3"


class Lines(NamedTuple):
    """Lines of a text and the font that they fit in."""

    texts: tuple[str, ...]
    font: "FreeTypeFont"

    @property
    def height(self) -> int:
        return len(self.texts) * line_height(self.font)


@cache
def letters() -> frozenset[str]:
    """Characters of our fonts, which have the same: the segments of the character map (`cmap`, format 4)."""
    data = (FONTS / REGULAR).read_bytes()
    (tables,) = unpack_from(">H", data, 4)
    entries = (unpack_from(">4sLLL", data, 12 + 16 * at) for at in range(tables))
    start = next(offset for tag, _, offset, _ in entries if tag == b"cmap")
    (first,) = unpack_from(">L", data, start + 8)
    form, _, _, twice = unpack_from(">4H", data, start + first)
    if form != 4:  # noqa: PLR2004
        raise ValueError("The character map of the font has another format than 4.")
    ends = unpack_from(f">{twice // 2}H", data, start + first + 14)
    starts = unpack_from(f">{twice // 2}H", data, start + first + 16 + twice)
    pairs = (pair for pair in zip(starts, ends, strict=True) if pair[1] != _LAST_OF_ALL)
    return frozenset(chr(code) for begin, end in pairs for code in range(begin, end + 1))


def drawable(text: str | None) -> str:
    """The text as our fonts can draw it, without emoji; empty if any letter of it is missing in them."""
    composed = " ".join(unicodedata.normalize("NFC", text or "").split())
    kept = "".join(
        each
        for each in composed
        if each in letters() or (unicodedata.category(each) not in _LEFT_OUT and each not in _JOINERS)
    )
    return " ".join(kept.split()) if letters().issuperset(kept) else ""


@lru_cache(maxsize=32)
def font(name: str, size: int) -> "FreeTypeFont":
    from PIL import ImageFont  # noqa: PLC0415

    # The other layout depends on a library of the system, which the pictures must not.
    return ImageFont.truetype(str(FONTS / name), size, layout_engine=ImageFont.Layout.BASIC)


def line_height(of: "FreeTypeFont") -> int:
    return round(of.size * 1.2)


def fitted(
    text: str, name: str, sizes: range, *, width: int, most: int, height: float = float("inf")
) -> Lines:
    """The text in the largest of the sizes in which it fits, or cut in the smallest; `most` is of lines."""
    words = text.split()
    for size in sizes:
        style = font(name, size)
        # A word that is broken looks worse than a small one.
        if max(map(style.getlength, words), default=0) > width:
            continue
        texts = tuple(_lines(words, style, width))
        if len(texts) <= most and len(texts) * line_height(style) <= height:
            return Lines(texts, style)
    smallest = font(name, sizes[-1])
    texts = tuple(_lines(words, smallest, width))
    return Lines(texts if len(texts) <= most else _cut(texts[:most], smallest, width), smallest)


def _cut(texts: tuple[str, ...], of: "FreeTypeFont", width: int) -> tuple[str, ...]:
    last = texts[-1]
    while last and of.getlength(f"{last}…") > width:
        last = last[:-1]
    return (*texts[:-1], f"{last.rstrip()}…")


def _lines(words: list[str], of: "FreeTypeFont", width: int) -> Iterator[str]:
    """Lines of whole words; a word that is wider than a line is broken."""
    line = ""
    for word in words:
        longer = f"{line} {word}".lstrip()
        if of.getlength(longer) <= width:
            line = longer
            continue
        if line:
            yield line
        line = word
        while of.getlength(line) > width:
            fits = bisect_right(range(1, len(line)), width, key=lambda end: ceil(of.getlength(line[:end])))
            end = max(1, fits)
            yield line[:end]
            line = line[end:]
    if line:
        yield line
