"""The strength of one relationship, week by week, with what happened."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Final, NamedTuple

from domain.relationships.pictures.shapes import (
    WIDTH,
    Picture,
    Said,
    Shape,
    key_of,
    line,
    mark,
    number,
    path,
    tone,
    words,
)

_LEFT, _RIGHT, _TOP, _BOTTOM = 30, 10, 12, 168
_HEIGHT: Final = 196
_MOST_TICKS: Final = 3
_QUARTER: Final = 13


class Event(NamedTuple):
    """An interaction of a kind, in a week of the course."""

    week: int
    kind: str


class Course(NamedTuple):
    """Scores of the weeks from `start` on, and what happened in them."""

    start: date
    scores: Sequence[int]
    events: Sequence[Event] = ()


def curve(said: Said, course: Course, kinds: dict[str, str], month: Callable[[date], str]) -> Picture:
    """The curve; `kinds` are the names of the kinds, and `month` names the month of a tick."""
    last = max(len(course.scores) - 1, 1)

    def x(week: int) -> float:
        return _LEFT + (WIDTH - _LEFT - _RIGHT) * week / last

    points = [f"{number(x(week))} {number(_y(score))}" for week, score in enumerate(course.scores)]
    drawn = [*_levels()]
    if points:
        along = "L".join(points)
        under = f"M{number(x(0))} {_BOTTOM}L{along}L{number(x(len(points) - 1))} {_BOTTOM}Z"
        drawn += [
            path(under, fill=tone("tint")),
            path(
                f"M{along}", fill="none", stroke=tone("accent"), stroke_width="2.5", stroke_linejoin="round"
            ),
        ]
    drawn += [
        mark(event.kind, x(event.week), _y(course.scores[event.week]))
        for event in course.events
        if 0 <= event.week < len(course.scores)
    ]
    for week in ticks(len(course.scores)):
        at, text = x(week), month(course.start + timedelta(weeks=week))
        drawn += [
            line(at, _BOTTOM, at, _BOTTOM + 4, "edge"),
            words(at, _BOTTOM + 18, text, anchor=_anchor(at)),
        ]
    shown = key_of([event.kind for event in course.events], kinds)
    return Picture(said.title, said.description, _HEIGHT, tuple(drawn), shown)


def ticks(weeks: int) -> range:
    """Weeks that are named below the curve: whole quarters, so few that no names collide."""
    quarters = -(-weeks // (_QUARTER * _MOST_TICKS))
    return range(0, weeks, _QUARTER * max(1, quarters))


def _y(score: int) -> float:
    return _BOTTOM - (_BOTTOM - _TOP) * score / 100


def _levels() -> list[Shape]:
    return [
        shape
        for score in (0, 25, 50, 75, 100)
        for shape in (
            line(_LEFT, _y(score), WIDTH - _RIGHT, _y(score)),
            words(_LEFT - 6, _y(score) + 4, str(score), anchor="end"),
        )
    ]


def _anchor(at: float) -> str:
    """A name at an edge begins or ends there, so that nothing of it is cut."""
    if at < _LEFT + 24:
        return "start"
    return "end" if at > WIDTH - 36 else "middle"
