"""What an organisation is told of the visits of its cards: the latest periods, with a row for each team."""

from datetime import date
from functools import reduce
from typing import Final, NamedTuple

from domain.base.model import Closed
from domain.organisations.organisation import Acting
from domain.organisations.teams.team import Teams
from domain.organisations.visits.rule import NO_TEAM, OTHERS
from domain.organisations.visits.sums import (
    Counting,
    Numbers,
    PeriodSums,
    Unit,
    VisitSums,
    before,
    first_day,
    last_day,
)

# Periods that are told of each unit, with the one that is not over.
PERIODS: Final[dict[Unit, int]] = {"day": 30, "week": 12, "month": 12}
# Teams that are deleted, together.
GONE: Final = "gone"


class VisitPeriods(Closed):
    """Whether the numbers are those of days, weeks or months."""

    by: Unit = "day"


class Period(NamedTuple):
    """What is told of one period, in all and by team; a number of 0 is too few."""

    first: date
    last: date
    total: Numbers
    teams: dict[str, Numbers]


class Report(NamedTuple):
    """Periods, the oldest first; `teams` are of all of them together, in the order of the list of teams."""

    unit: Unit
    periods: list[Period]
    total: Numbers
    teams: dict[str, Numbers]
    counted_to: date


async def read_report(by: Acting, unit: Unit, teams: Teams, *, sums: VisitSums) -> Report | None:
    """The visits of the latest periods. One query of a few documents, however many cards there are."""
    org_id = by.organisation.id
    counting = await sums.counting(org_id)
    if counting is None:
        return None
    newest = first_day(unit, counting.day)
    oldest = before(unit, newest, PERIODS[unit] - 1)
    return report(counting, unit, await sums.since(org_id, unit, oldest), teams)


def report(counting: Counting, unit: Unit, found: list[PeriodSums], teams: Teams) -> Report:
    told = {each.first: each.teams for each in found}
    first, periods = first_day(unit, counting.day), list[Period]()
    order = [*(team.id for team in teams.as_tree()), NO_TEAM, OTHERS, GONE]
    for _ in range(PERIODS[unit]):
        rows = _in_order(told.get(first, {}), order)
        last = min(last_day(unit, first), counting.day)
        periods.insert(0, Period(first, last, _sum(rows), rows))
        first = before(unit, first, 1)
    all_rows = dict[str, Numbers]()
    for period in periods:
        for team, numbers in period.teams.items():
            all_rows[team] = all_rows.get(team, Numbers()).plus(numbers)
    rows = _in_order(all_rows, order)
    return Report(unit, periods, _sum(rows), rows, counting.day)


def _in_order(teams: dict[str, Numbers], order: list[str]) -> dict[str, Numbers]:
    """The rows in this order; those of teams that are not in it are one row."""
    known = {team: numbers for team, numbers in teams.items() if team in order}
    gone = [numbers for team, numbers in teams.items() if team not in order]
    if gone:
        known[GONE] = reduce(Numbers.plus, gone, known.get(GONE, Numbers()))
    return {team: known[team] for team in order if team in known}


def _sum(rows: dict[str, Numbers]) -> Numbers:
    return reduce(Numbers.plus, rows.values(), Numbers())
