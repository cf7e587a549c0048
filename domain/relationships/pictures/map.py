"""The relationships of one person: the nearer to the middle, the stronger; a sector for each group.

Nothing is simulated, so nothing moves unless its strength or its group does.
"""

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple
from unicodedata import east_asian_width

from domain.relationships.pictures.shapes import (
    WIDTH,
    Picture,
    Said,
    Shape,
    Sign,
    box,
    circle,
    line,
    tone,
    words,
)
from domain.relationships.pictures.timeline import shortened

MOST_SHOWN: Final = 60
_MOST_GROUPS: Final = 6
_HEIGHT, _X, _Y, _INNER, _OUTER = 330, WIDTH / 2, 162, 34, 150
_RINGS: Final = (75, 50, 25)
_MOST_LETTERS: Final = 13
_LETTER, _WIDE_LETTER = 6.2, 11.5
_EDGE: Final = 2
_HALO: Final = {"paint_order": "stroke", "stroke": tone("sheet"), "stroke_width": "3", "font_size": "11"}
# Neighbours in strength are spread over their sector by the golden ratio.
_GOLDEN: Final = 0.6180339887498949


class Relation(NamedTuple):
    """A contact of the map: its name, its strength, the group it is shown in."""

    name: str
    strength: int
    group: str = ""
    entity: bool = False


class Words(NamedTuple):
    """What the page calls its person, contacts without a group, and the smaller groups together."""

    you: str
    no_group: str
    others: str
    person: str
    entity: str


class _Place(NamedTuple):
    """Where a relation stands, and how large it is drawn."""

    relation: Relation
    x: float
    y: float
    size: float
    colour: str


class _Area(NamedTuple):
    left: float
    top: float
    right: float
    bottom: float

    def fits(self) -> bool:
        """Whether nothing of it is cut."""
        across = self.left >= _EDGE and self.right <= WIDTH - _EDGE
        return across and self.top >= _EDGE and self.bottom <= _HEIGHT - _EDGE

    def hits(self, other: "_Area") -> bool:
        across = self.left < other.right and self.right > other.left
        return across and self.top < other.bottom and self.bottom > other.top


def strongest(relations: Sequence[Relation]) -> list[Relation]:
    """The relations that the map shows, strongest first."""
    return sorted(relations, key=lambda each: (-each.strength, each.name, each.group))[:MOST_SHOWN]


def relations_map(said: Said, relations: Sequence[Relation], names: Words) -> Picture:
    shown = strongest(relations)
    groups = _groups(shown, names)
    places = [place for n, group in enumerate(groups) for place in _sector(groups, group, n)]
    drawn = [*_rings(), *_borders(groups)]
    drawn += [*(_dot(place) for place in places), *_numbers()]
    drawn += [
        circle(_X, _Y, 15, fill=tone("ink")),
        words(_X, _Y + 4, names.you, colour="sheet", anchor="middle", font_size="11"),
        *_labels(places),
    ]
    return Picture(said.title, said.description, _HEIGHT, tuple(drawn), _key(groups, shown, names))


def _groups(shown: Sequence[Relation], names: Words) -> dict[str, list[Relation]]:
    """The relations by group: the largest by name, then the smaller ones together, then those in none."""
    sizes = Counter(each.group for each in shown if each.group)
    # Room for the smaller ones and for those in none.
    named = sorted(sizes, key=lambda group: (-sizes[group], group))
    kept = sorted(named[: _MOST_GROUPS - 2] if len(named) > _MOST_GROUPS - 1 else named)
    parts = {group: [each for each in shown if each.group == group] for group in kept}
    parts[names.others] = [each for each in shown if each.group and each.group not in kept]
    parts[names.no_group] = [each for each in shown if not each.group]
    return {group: members for group, members in parts.items() if members}


def _colour(n: int) -> str:
    return f"chart-{n % _MOST_GROUPS + 1}"


def _radius(strength: float) -> float:
    return _INNER + (_OUTER - _INNER) * (100 - strength) / 100


def _at(angle: float, radius: float) -> tuple[float, float]:
    return _X + radius * math.cos(angle), _Y + radius * math.sin(angle)


def _angles(groups: dict[str, list[Relation]]) -> list[float]:
    """Where each sector begins, clockwise from the top, and where the last one ends."""
    total = sum(len(members) for members in groups.values())
    angles, passed = [-math.pi / 2], 0
    for members in groups.values():
        passed += len(members)
        angles.append(-math.pi / 2 + 2 * math.pi * passed / total)
    return angles


def _sector(groups: dict[str, list[Relation]], group: str, n: int) -> Iterator[_Place]:
    members = groups[group]
    begin, end = _angles(groups)[n : n + 2]
    slots = sorted(range(len(members)), key=lambda rank: rank * _GOLDEN % 1)
    for rank, relation in enumerate(members):
        angle = begin + (end - begin) * (slots[rank] + 0.5) / len(members)
        x, y = _at(angle, _radius(relation.strength))
        yield _Place(relation, x, y, 3 + relation.strength / 20, _colour(n))


def _dot(place: _Place) -> Shape:
    if place.relation.entity:
        frame = {"fill": tone("sheet"), "stroke": tone(place.colour), "stroke_width": "2"}
        return box(place.x, place.y, 2 * place.size, **frame)
    return circle(place.x, place.y, place.size, fill=tone(place.colour), stroke=tone("sheet"))


def _rings() -> Iterator[Shape]:
    for strength in _RINGS:
        yield circle(_X, _Y, _radius(strength), fill="none", stroke=tone("line"), stroke_dasharray="3 3")


def _numbers() -> Iterator[Shape]:
    """The strength of each ring, which no dot covers."""
    for strength in _RINGS:
        yield words(_X + 3, _Y - _radius(strength) - 2, str(strength), **_HALO)


def _borders(groups: dict[str, list[Relation]]) -> Iterator[Shape]:
    if len(groups) > 1:
        for angle in _angles(groups)[:-1]:
            yield line(*_at(angle, _INNER), *_at(angle, _OUTER))


def _labels(places: Sequence[_Place]) -> Iterator[Shape]:
    """Names beside their dots, strongest first, where they hit nothing; the others are in the table."""
    dots = [(place, _around(place)) for place in places]
    # The person in the middle, and the numbers of the rings.
    tops = [_Y - _radius(strength) for strength in _RINGS]
    taken = [_Area(_X - 17, _Y - 17, _X + 17, _Y + 17), *(_Area(_X, top - 12, _X + 20, top) for top in tops)]
    for place, own in sorted(dots, key=lambda dot: (-dot[0].relation.strength, dot[0].relation.name)):
        text = shortened(place.relation.name, _MOST_LETTERS)
        others = [area for _place, area in dots if area is not own]
        for area, anchor, x, y in _beside(place, _width(text)):
            if not area.fits() or any(area.hits(each) for each in (*taken, *others)):
                continue
            taken.append(area)
            yield words(x, y, text, colour="ink", anchor=anchor, **_HALO)
            break


def _width(text: str) -> float:
    """About how wide a name is; letters of East Asia are twice as wide."""
    return sum(_WIDE_LETTER if east_asian_width(letter) in "WF" else _LETTER for letter in text)


def _around(place: _Place) -> _Area:
    size = place.size
    return _Area(place.x - size, place.y - size, place.x + size, place.y + size)


def _beside(place: _Place, width: float) -> Iterator[tuple[_Area, str, float, float]]:
    """Where a name may stand: after its dot, before it, above it, below it; with its anchor and its line."""
    x, y, off = place.x, place.y, place.size + 3
    yield _Area(x + off, y - 6, x + off + width, y + 6), "start", x + off, y + 4
    yield _Area(x - off - width, y - 6, x - off, y + 6), "end", x - off, y + 4
    for line_at in (y - off, y + off + 8):
        yield _Area(x - width / 2, line_at - 9, x + width / 2, line_at + 2), "middle", x, line_at


def _key(groups: dict[str, list[Relation]], shown: Sequence[Relation], names: Words) -> tuple[Sign, ...]:
    key = [Sign((circle(8, 8, 5, fill=tone(_colour(n))),), group) for n, group in enumerate(groups)]
    if any(each.entity for each in shown):
        outline = {"fill": "none", "stroke": tone("soft"), "stroke_width": "2"}
        key += [
            Sign((circle(8, 8, 5, **outline),), names.person),
            Sign((box(8, 8, 10, **outline),), names.entity),
        ]
    return tuple(key)
