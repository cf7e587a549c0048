"""The published rule of what an organisation is told about visits of its cards.

Each card is counted in one team. A number is told only of five cards or more that had such visits this month
or the last, and only from five visits on. Teams with fewer such cards are told together, with the smallest
other team if they need it. Visits that are too few to be told are told with the next ones of their team.

Every sum is one of numbers that are told themselves. So no difference of two sums, teams or periods is
anything that is not told; and nothing is counted anew when somebody changes team.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

LEAST_CARDS: Final = 5
LEAST_VISITS: Final = 5
# Keys beside the ids of teams: people without a team, and teams that are told together.
NO_TEAM: Final = "none"
OTHERS: Final = "others"


class Count(NamedTuple):
    """Visits of one kind on a day. `cards` are those that had some this month or the last."""

    cards: int = 0
    visits: int = 0

    def plus(self, other: "Count") -> "Count":
        return Count(self.cards + other.cards, self.visits + other.visits)


class Told(NamedTuple):
    """What is told of a day, and what waits for the next ones: numbers by team."""

    numbers: dict[str, int]
    carried: dict[str, int]


def grouped(teams: Mapping[str, Count]) -> dict[str, Count]:
    """The groups of which numbers may be told, each of enough cards; none if all together are too few."""
    large = {team: count for team, count in teams.items() if count.cards >= LEAST_CARDS}
    rest = Count()
    for team, count in teams.items():
        if team not in large:
            rest = rest.plus(count)
    if not rest.cards:
        return large
    if rest.cards < LEAST_CARDS and large:
        smallest = min(large, key=lambda team: (large[team].cards, team))
        rest = rest.plus(large.pop(smallest))
    return large | {OTHERS: rest} if rest.cards >= LEAST_CARDS else {}


def told(teams: Mapping[str, Count], carried: Mapping[str, int]) -> Told:
    """What is told of the visits of a day, with those that waited."""
    numbers, waiting = dict[str, int](), dict(carried)
    for group, count in grouped(teams).items():
        number = waiting.pop(group, 0) + count.visits
        if number >= LEAST_VISITS:
            numbers[group] = number
        elif number:
            waiting[group] = number
    return Told(numbers, waiting)
