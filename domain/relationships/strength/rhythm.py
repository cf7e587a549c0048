"""The state of a relationship, by the pair's own rhythm and by what changed in twelve weeks.

- *dormant*: silent for half a year, or for four times the usual gap where that is longer;
- *cooling*: silent for three weeks, or for two and a half times the usual gap where that is longer;
- *growing*: from six points more than twelve weeks ago, until they are two or fewer;
- *steady*: anything else.

Thresholds are choices: comparing with some weeks ago only made a monthly lunch change its state 26 times.
"""

from fractions import Fraction
from typing import Final, Literal

from domain.relationships.strength.sums import Sums
from domain.relationships.strength.terms import Term

State = Literal["growing", "steady", "cooling", "dormant"]

WEEKS_COMPARED: Final = 12
GROWS_FROM, GROWS_UNTIL = 6, 2
# The terms that say how much there is between two people, whatever the last days were like.
COMPARED: Final[tuple[Term, ...]] = ("frequency", "reciprocity", "variety", "longevity")
_USUAL_GAP: Final = 30
_COOLING_DAYS, _DORMANT_DAYS = 21, 180


def gap(sums: Sums) -> Fraction:
    """Mean days between the newest days of contact; a month while there is one day only."""
    days = sorted({day for day, _ in sums.newest})
    return Fraction(days[-1] - days[0], len(days) - 1) if len(days) > 1 else Fraction(_USUAL_GAP)


def cooling_after(sums: Sums) -> int:
    """Days of silence after which a relationship is cooling."""
    return max(_COOLING_DAYS, int(gap(sums) * Fraction(5, 2)))


def dormant_from(sums: Sums) -> int:
    """Days of silence from which it is dormant."""
    return max(_DORMANT_DAYS, -int(-gap(sums) * 4 // 1))


def state_after(before: State, sums: Sums, day: int, more: int) -> State:
    """The state on a day, after this one before. `more` is what the compared terms have gained."""
    silent = day - (sums.last if sums.last is not None else day)
    if silent >= dormant_from(sums):
        return "dormant"
    if silent > cooling_after(sums):
        return "cooling"
    if more >= GROWS_FROM or (before == "growing" and more > GROWS_UNTIL):
        return "growing"
    return "steady"
