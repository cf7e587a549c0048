"""What happened with one contact, newest first, as a line down the page."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Final, NamedTuple

from domain.relationships.pictures.shapes import Picture, Said, Shape, line, mark, words

_AXIS, _FIRST, _STEP, _YEAR = 82, 14, 28, 24
# What fits beside the line.
_MOST_LETTERS: Final = 30


class Moment(NamedTuple):
    """An interaction: its day, its kind, and what the page calls it."""

    on: date
    kind: str
    text: str


def timeline(said: Said, moments: Sequence[Moment], day: Callable[[date], str]) -> Picture:
    """The line; `day` names a day without its year."""
    drawn: list[Shape] = []
    y, year = _FIRST, 0
    for moment in moments:
        if moment.on.year != year:
            year = moment.on.year
            drawn.append(words(8, y + 4, str(year), colour="ink", font_weight="600"))
            y += _YEAR
        drawn += [
            words(_AXIS - 14, y + 4, day(moment.on), anchor="end"),
            mark(moment.kind, _AXIS, y, 6),
            words(_AXIS + 16, y + 4, shortened(moment.text, _MOST_LETTERS), colour="ink"),
        ]
        y += _STEP
    axis = [line(_AXIS, _FIRST + 12, _AXIS, y - 16, stroke_width="2")] if moments else []
    return Picture(said.title, said.description, y, (*axis, *drawn))


def shortened(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"
