"""The pictures of the parts page: four as relationships have them, and an empty one."""

import math
from collections.abc import Iterator
from datetime import date, timedelta

from domain.relationships.pictures.curve import Course, Event, curve
from domain.relationships.pictures.map import Relation, Words, relations_map
from domain.relationships.pictures.shapes import MARKS, Picture, Said
from domain.relationships.pictures.timeline import Moment, timeline
from domain.relationships.pictures.year import Names, heat

_KINDS = {
    "meeting": "Meeting",
    "call": "Call",
    "mail": "Mail",
    "message": "Message",
    "exchange": "Exchange",
    "again": "Met again",
}
_WORDS = Words("You", "No group", "Other groups", "A person", "A company")
_NAMES = ("Ada Lovelace", "Grace Hopper", "ليلى حداد", "王小明", "Analytical Engines", "Søren", "Ångström Å")
_YEAR = Names(
    ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    [f"{date(2026, month, 1):%b}" for month in range(1, 13)],
    "none",
    "4 or more a day",
)
_GROUPS = ("Clients", "Family", "Alumni", "Board", "Chess", "Neighbours", "")


def pictures() -> dict[str, Picture]:
    start, kinds = date(2025, 8, 4), list(MARKS)
    scores = [round(45 + 35 * math.sin(week / 9) * (1 - week / 130)) for week in range(66)]
    events = [Event(week, kinds[week % 6]) for week in range(2, 66, 7)]
    days = {date(2026, 1, 1) + timedelta(days=n * n % 365): n % 5 for n in range(1, 140)}
    said = Said("A title for people who listen", "What the picture shows, in a sentence.")
    return {
        "curve": curve(said, Course(start, scores, events), _KINDS, lambda on: f"{on:%b %Y}"),
        "timeline": timeline(said, list(_moments(kinds)), lambda on: f"{on.day} {on:%b}"),
        "map": relations_map(said, [_relation(n) for n in range(60)], _WORDS),
        "year": heat(said, 2026, days, _YEAR),
        "empty": relations_map(said, [], _WORDS),
    }


def _moments(kinds: list[str]) -> Iterator[Moment]:
    for n in range(9):
        kind = kinds[n % len(kinds)]
        on = date(2026, 11, 20) - timedelta(days=38 * n)
        yield Moment(on, kind, f"{_KINDS[kind]}, with a text that does not fit" if n % 2 else _KINDS[kind])


def _relation(n: int) -> Relation:
    own = n % len(_NAMES)
    again = f" {n}" if n >= len(_NAMES) else ""
    strength = 97 - int(12 * math.log(n + 1) ** 1.3)
    return Relation(_NAMES[own] + again, strength, _GROUPS[own], _NAMES[own].endswith("Engines"))
