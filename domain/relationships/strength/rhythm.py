"""The state of a relationship, by the pair's own rhythm and by what changed in twelve weeks.

- *dormant*: silent for half a year, or for four times the usual gap where that is longer;
- *cooling*: silent for three weeks, or for two and a half times the usual gap where that is longer;
- *growing*: from six points more than twelve weeks ago, until they are two or fewer;
- *steady*: anything else.

Thresholds are choices: comparing with some weeks ago only made a monthly lunch change its state 26 times.
"""

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


def _gaps(sums: Sums) -> tuple[int, int]:
    """Days between the newest days of contact, and how many gaps they have; a month if there is one day."""
    days = {day for day, _ in sums.newest}
    return (max(days) - min(days), len(days) - 1) if len(days) > 1 else (_USUAL_GAP, 1)


def cooling_after(sums: Sums) -> int:
    """Days of silence after which a relationship is cooling."""
    days, gaps = _gaps(sums)
    return max(_COOLING_DAYS, 5 * days // (2 * gaps))


def dormant_from(sums: Sums) -> int:
    """Days of silence from which it is dormant."""
    days, gaps = _gaps(sums)
    return max(_DORMANT_DAYS, -(-4 * days // gaps))


def state_after(before: State, sums: Sums, day: int, more: int) -> State:
    """The state on a day, after this one before. `more` is what the compared terms have gained."""
    silent = day - (sums.last if sums.last is not None else day)
    if silent >= _DORMANT_DAYS and silent >= dormant_from(sums):
        return "dormant"
    if silent > _COOLING_DAYS and silent > cooling_after(sums):
        return "cooling"
    if more >= GROWS_FROM or (before == "growing" and more > GROWS_UNTIL):
        return "growing"
    return "steady"
