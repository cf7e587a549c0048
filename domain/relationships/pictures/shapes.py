"""Pictures as shapes of SVG: what is drawn, without a word about how a page shows it.

Colours are names of the page's tokens, so that a picture is right in the dark. It has presentation attributes
only, because our pages allow no inline style. The same facts give the same bytes.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

# Wide enough for a phone; the page makes it wider where there is room.
WIDTH: Final = 320


class Shape(NamedTuple):
    """An element of SVG: its name, its attributes, and the text in it."""

    tag: str
    attributes: dict[str, str]
    text: str = ""


class Sign(NamedTuple):
    """A line of a picture's key: how something is drawn in a box of 16, and what it is."""

    shapes: tuple[Shape, ...]
    text: str


class Picture(NamedTuple):
    """A drawing with its title, what it says in a sentence or two, and its key."""

    title: str
    description: str
    height: int
    shapes: tuple[Shape, ...]
    key: tuple[Sign, ...] = ()
    width: int = WIDTH


class Said(NamedTuple):
    """What a picture is called and says, in the words of the page."""

    title: str
    description: str


def number(value: float) -> str:
    """A coordinate with at most one decimal, always written alike."""
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def tone(name: str) -> str:
    """The colour of a token."""
    return f"var(--{name})"


def line(x1: float, y1: float, x2: float, y2: float, colour: str = "line", **more: str) -> Shape:
    ends = {"x1": number(x1), "y1": number(y1), "x2": number(x2), "y2": number(y2)}
    return Shape("line", {**ends, "stroke": tone(colour), **_named(more)})


def circle(x: float, y: float, r: float, **more: str) -> Shape:
    return Shape("circle", {"cx": number(x), "cy": number(y), "r": number(r), **_named(more)})


def box(x: float, y: float, size: float, **more: str) -> Shape:
    """A square around a point."""
    corner = {"x": number(x - size / 2), "y": number(y - size / 2)}
    return Shape("rect", {**corner, "width": number(size), "height": number(size), **_named(more)})


def path(d: str, **more: str) -> Shape:
    return Shape("path", {"d": d, **_named(more)})


def words(
    x: float, y: float, text: str, *, colour: str = "soft", anchor: str = "start", **more: str
) -> Shape:
    place = {"x": number(x), "y": number(y), "text-anchor": anchor, "fill": tone(colour)}
    return Shape("text", {**place, **_named(more)}, text)


def _named(more: dict[str, str]) -> dict[str, str]:
    """Names of Python as attributes: `stroke_width` is `stroke-width`."""
    return {name.replace("_", "-"): value for name, value in more.items()}


# The mark of each kind of interaction, told apart by its form as well as by its colour.
MARKS: Final = {
    "meeting": ("chart-1", "circle"),
    "call": ("chart-2", "box"),
    "mail": ("chart-3", "diamond"),
    "message": ("chart-4", "triangle"),
    "exchange": ("chart-5", "star"),
    "again": ("chart-6", "ring"),
}
_OUTLINES: Final = {
    "diamond": ((0, -1.2), (1.2, 0), (0, 1.2), (-1.2, 0)),
    "triangle": ((0, -1.2), (1.2, 1), (-1.2, 1)),
    "star": (
        (0, -1.4), (0.4, -0.4), (1.4, -0.2), (0.6, 0.4), (0.8, 1.4),
        (0, 0.8), (-0.8, 1.4), (-0.6, 0.4), (-1.4, -0.2), (-0.4, -0.4),
    ),
}  # fmt: skip


def mark(kind: str, x: float, y: float, size: float = 5) -> Shape:
    colour, form = MARKS.get(kind, ("chart-6", "ring"))
    if form == "ring":
        return circle(x, y, size - 1, fill=tone("sheet"), stroke=tone(colour), stroke_width="2.5")
    edge = {"fill": tone(colour), "stroke": tone("sheet")}
    if form == "circle":
        return circle(x, y, size, **edge)
    if form == "box":
        return box(x, y, 2 * size - 1, **edge)
    corners = [f"{number(x + a * size)} {number(y + b * size)}" for a, b in _OUTLINES[form]]
    return path(f"M{'L'.join(corners)}Z", **edge)


def key_of(kinds: Sequence[str], names: dict[str, str]) -> tuple[Sign, ...]:
    """The key of the kinds of interactions that a picture shows."""
    shown = [kind for kind in MARKS if kind in kinds]
    return tuple(Sign((mark(kind, 8, 8),), names[kind]) for kind in shown)
