"""A year of interactions, a square a day, as two half-years: 53 columns do not fit a phone."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Final, NamedTuple

from domain.relationships.pictures.shapes import Picture, Said, Shape, Sign, box, number, path, tone, words

_LEFT, _TOP, _CELL, _SIZE, _GAP = 34, 24, 10.4, 8.8, 34
_HALVES: Final = (((1, 1), (6, 30)), ((7, 1), (12, 31)))
# Strength of the colour for one, two, three, and four or more a day.
_LEVELS: Final = ("0.3", "0.5", "0.75", "1")
_DAYS_SHOWN: Final = (0, 2, 4)


class Names(NamedTuple):
    """What the page calls the days of a week (Monday first), the months, and a day without and with most."""

    days: Sequence[str]
    months: Sequence[str]
    none: str
    most: str


def heat(said: Said, year: int, counts: Mapping[date, int], names: Names) -> Picture:
    """The squares of a year; `counts` are the interactions of its days."""
    drawn: list[Shape] = []
    top: float = _TOP
    for (month, day), (last_month, last_day) in _HALVES:
        drawn += _half(date(year, month, day), date(year, last_month, last_day), counts, names, top)
        top += 7 * _CELL + _GAP
    key = (
        Sign((_cell(0),), names.none),
        *(Sign((_cell(level),), str(level)) for level in range(1, len(_LEVELS))),
        Sign((_cell(len(_LEVELS)),), names.most),
    )
    return Picture(said.title, said.description, round(top - _GAP + 4), tuple(drawn), key)


def _half(first: date, last: date, counts: Mapping[date, int], names: Names, top: float) -> Iterator[Shape]:
    """One half-year: a path for each level, which is shorter than an element for each day."""
    monday = first - timedelta(days=first.weekday())
    for each in _DAYS_SHOWN:
        yield words(_LEFT - 6, top + each * _CELL + _SIZE, names.days[each], anchor="end", font_size="11")
    squares: dict[int, list[str]] = {}
    for n in range((last - first).days + 1):
        on = first + timedelta(days=n)
        x, y = _LEFT + (on - monday).days // 7 * _CELL, top + on.weekday() * _CELL
        level = min(counts.get(on, 0), len(_LEVELS))
        squares.setdefault(level, []).append(f"M{number(x)} {number(y)}h{_SIZE}v{_SIZE}h-{_SIZE}z")
        if on.day == 1:
            yield words(x, top - 7, names.months[on.month - 1], font_size="11")
    for level in sorted(squares):
        yield path("".join(squares[level]), **_filled(level))


def _filled(level: int) -> dict[str, str]:
    if not level:
        return {"fill": tone("line")}
    return {"fill": tone("accent"), "fill_opacity": _LEVELS[level - 1]}


def _cell(level: int) -> Shape:
    return box(8, 8, 10, **_filled(level))
