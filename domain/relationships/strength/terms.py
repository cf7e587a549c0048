"""The strength of a relationship, 0 to 100, as terms whose whole points add up to it.

A pure function of the sums, the owner's own settings, and a day. In integers: hundredths of a point.
"""

from typing import Annotated, Final, Literal, NamedTuple

from pydantic import Field

from domain.base.model import Closed
from domain.relationships.interactions.interaction import Kind
from domain.relationships.strength.decay import faded, grown
from domain.relationships.strength.sums import (
    BALANCE_HALF_LIFE,
    FREQUENCY_HALF_LIFE,
    WEIGHTS,
    Sums,
)

Term = Literal["recency", "frequency", "reciprocity", "variety", "longevity", "importance"]
# The most points of each term. Choices, as all figures here: see docs/relationships.md.
MOST: Final[dict[Term, int]] = {
    "recency": 30,
    "frequency": 25,
    "reciprocity": 15,
    "variety": 10,
    "longevity": 10,
    "importance": 10,
}
WHOLE = 100
_RECENCY_HALF_LIFE, _SILENCE_HALF_LIFE = 60, 365
# Half the points of frequency: three meetings. Of longevity: two years.
_ENOUGH, _LONG = 3, 730
# A meeting, in the weights of sums.
_MEETING = WEIGHTS["meeting"]

Correctable = Literal["recency", "frequency", "reciprocity", "variety", "longevity", "overall"]
Points = Annotated[int, Field(strict=True, ge=-WHOLE, le=WHOLE)]


class Settings(Closed):
    """What the owner says: how important the contact is, and by how many points a term is wrong."""

    importance: int = 0
    corrections: dict[Correctable, Points] = Field(default={})


class Score(NamedTuple):
    """The score on a day. The points of `terms` and of `corrections` add up to it.

    `exact` are the terms in hundredths.
    """

    score: int
    terms: dict[Term, int]
    corrections: dict[Correctable, int]
    exact: dict[Term, int]


def _share(part: int, whole: int, most: int) -> int:
    return part * most // whole if whole else 0


def worth(one: tuple[int, Kind], day: int) -> int:
    """What the recency of an interaction is worth on a day, in hundredths of a point."""
    then, kind = one
    return faded(WEIGHTS[kind] * MOST["recency"], max(0, day - then), _RECENCY_HALF_LIFE)


def hundredths(sums: Sums, importance: int, day: int) -> dict[Term, int]:
    """The terms on a day after the last interaction, in hundredths of a point."""
    found: dict[Term, int] = dict.fromkeys(MOST, 0)
    found["importance"] = 2 * WHOLE * importance
    if sums.first is None or sums.last is None:
        return found
    found["recency"] = max(worth(one, day) for one in sums.newest)
    unit = _MEETING * grown(day, FREQUENCY_HALF_LIFE)
    found["frequency"] = _share(sums.frequency, sums.frequency + _ENOUGH * unit, WHOLE * MOST["frequency"])
    unit = _MEETING * grown(day, BALANCE_HALF_LIFE)
    both = sums.incoming + sums.outgoing
    found["reciprocity"] = _share(
        2 * min(sums.incoming, sums.outgoing), both + 2 * unit, WHOLE * MOST["reciprocity"]
    )
    amounts = list(sums.kinds.values())
    total, squares = sum(amounts), sum(amount * amount for amount in amounts)
    # The kinds count as (total²/squares): half of what is above one, at most one.
    above = min(2 * squares, total * total - squares)
    found["variety"] = _share(above * total, 2 * squares * (total + unit), WHOLE * MOST["variety"])
    span = sums.last - sums.first
    longevity = _share(span, span + _LONG, WHOLE * MOST["longevity"])
    found["longevity"] = faded(longevity, max(0, day - sums.last), _SILENCE_HALF_LIFE)
    return found


def score_on(day: int, sums: Sums, said: Settings) -> Score:
    """Whole points by largest remainder, then the owner's corrections, within each term and 0 to 100."""
    exact = hundredths(sums, said.importance, day)
    score = (sum(exact.values()) + WHOLE // 2) // WHOLE
    terms = {term: value // WHOLE for term, value in exact.items()}
    left = score - sum(terms.values())
    for term in sorted(exact, key=lambda each: (-(exact[each] % WHOLE), each))[: max(0, left)]:
        terms[term] += 1
    corrections: dict[Correctable, int] = {}
    for term, most in MOST.items():
        if term != "importance" and (wanted := said.corrections.get(term)):
            corrections[term] = max(-terms[term], min(most - terms[term], wanted))
    score += sum(corrections.values())
    if wanted := said.corrections.get("overall"):
        corrections["overall"] = max(-score, min(WHOLE - score, wanted))
        score += corrections["overall"]
    return Score(score, terms, corrections, exact)
