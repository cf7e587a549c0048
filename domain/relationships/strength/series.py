"""The points of a strength, one for each week, in seven bytes: the score and the six terms.

Each term is rounded by itself here, so that its byte does not depend on the others. Comparing weeks by shares
of a rounded score made states flap.
"""

import base64
from typing import Annotated, Any, Final, NamedTuple

from pydantic import BeforeValidator, PlainSerializer

from domain.relationships.strength.rhythm import COMPARED
from domain.relationships.strength.terms import MOST, WHOLE, Score, Term

WEEK: Final = 7
_SIZE: Final = 1 + len(MOST)
_COMPARED_AT = [1 + list(MOST).index(term) for term in COMPARED]


def _from_base64(value: Any) -> Any:
    return base64.b64decode(value) if isinstance(value, str) else value


Packed = Annotated[
    bytes,
    BeforeValidator(_from_base64),
    PlainSerializer(lambda value: base64.b64encode(value).decode(), when_used="json"),
]


class Point(NamedTuple):
    """The strength at the end of a week."""

    week: int
    score: int
    terms: dict[Term, int]


def week_of(day: int) -> int:
    """Weeks begin on Mondays, as the landmark does."""
    return day // WEEK


def end_of(week: int) -> int:
    """The Sunday on which a week ends."""
    return WEEK * week + WEEK - 1


def rounded(score: Score) -> dict[Term, int]:
    return {term: (value + WHOLE // 2) // WHOLE for term, value in score.exact.items()}


def packed(score: Score) -> bytes:
    return bytes([score.score, *rounded(score).values()])


def weeks_in(points: bytes) -> int:
    return len(points) // _SIZE


def compared_in(points: bytes, index: int) -> int:
    """The compared terms of a point together; nothing before the first."""
    if index < 0:
        return 0
    return sum(points[index * _SIZE + at] for at in _COMPARED_AT)


def unpacked(points: bytes, first: int) -> list[Point]:
    """The points from the first week on."""
    rows = [points[at : at + _SIZE] for at in range(0, len(points), _SIZE)]
    return [Point(first + n, row[0], dict(zip(MOST, row[1:], strict=True))) for n, row in enumerate(rows)]
