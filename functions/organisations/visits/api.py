"""`/api/v1/organisations/{organisationId}`: visits of its cards, and each person's of their own card."""

from datetime import date
from typing import Literal

from pydantic import Field

import wiring.cards
import wiring.organisations.teams
import wiring.organisations.visits
import wiring.visits
from domain.base.errors import NotFound
from domain.base.model import Closed
from domain.cards.card import read_card
from domain.organisations.roles import NotAllowed
from domain.organisations.visits.report import GONE, PERIODS, Report, VisitPeriods, read_report
from domain.organisations.visits.rule import NO_TEAM, OTHERS
from domain.organisations.visits.sums import Numbers, Unit
from domain.visits.counting import Counts, Day, Period, read_counts
from functions.framework.operations import Answer, Call, operation
from functions.organisations.acting import acting_in


class VisitNumbers(Closed):
    """Numbers of visits. Null is too few: of fewer than five cards, or fewer than five visits."""

    views: int | None
    saves: int | None
    clicks: int | None


class TeamVisits(VisitNumbers):
    """Of the cards of one team, of people without one, of teams too small to be told, or of gone ones."""

    of: Literal["team", "none", "others", "gone"]
    team_id: str | None


class PeriodVisits(VisitNumbers):
    """Of one day, week or month. `last` is the last day that is counted."""

    first: date
    last: date
    teams: list[TeamVisits]


class VisitsOut(Closed):
    """Visits of the cards of an organisation, as far as the published rule lets.

    Each sum is that of the numbers that are told. Few visits of a team are told with its next ones.
    """

    by: Unit
    counted_to: date = Field(description="The last day that is counted, in UTC.")
    data: list[PeriodVisits]
    teams: list[TeamVisits]
    total: VisitNumbers


def _told(numbers: Numbers) -> dict[str, int | None]:
    return {name: number or None for name, number in numbers._asdict().items()}


def _team(team: str, numbers: Numbers) -> TeamVisits:
    for other in (NO_TEAM, OTHERS, GONE):
        if team == other:
            return TeamVisits.model_validate({"of": team, "teamId": None, **_told(numbers)})
    return TeamVisits.model_validate({"of": "team", "teamId": team, **_told(numbers)})


def _out(report: Report) -> VisitsOut:
    return VisitsOut(
        by=report.unit,
        counted_to=report.counted_to,
        data=[
            PeriodVisits.model_validate(
                {
                    "first": period.first,
                    "last": period.last,
                    "teams": [_team(team, numbers) for team, numbers in period.teams.items()],
                    **_told(period.total),
                }
            )
            for period in report.periods
        ],
        teams=[_team(team, numbers) for team, numbers in report.teams.items()],
        total=VisitNumbers.model_validate(_told(report.total)),
    )


@operation(
    "Visits of the cards of an organisation by team, of the latest 30 days, 12 weeks or 12 months",
    query=VisitPeriods,
    answer=VisitsOut,
    conflicts=(NotAllowed,),
)
async def get_visits(call: Call[None, VisitPeriods]) -> Answer:
    by = await acting_in(call, "see_visits")
    teams = await wiring.organisations.teams.store().get(by.organisation.id)
    sums = wiring.organisations.visits.store()
    report = await read_report(by, call.query.by, teams, sums=sums)
    if report is None:
        raise NotFound
    return Answer(_out(report))


class OwnDays(Closed):
    """`from` and `to` are days in UTC, both included; else 30 days until `to` or today."""

    first: Day | None = Field(default=None, alias="from")
    last: Day | None = Field(default=None, alias="to")


@operation(
    "Views, saves and link clicks of one's own staff card on each day of a period; nobody else sees them",
    query=OwnDays,
    answer=Counts,
    conflicts=(NotAllowed,),
)
async def get_own_counts(call: Call[None, OwnDays]) -> Answer:
    by = await acting_in(call, "see")
    card = await read_card(by.organisation.id, call.params["cardId"], cards=wiring.cards.store())
    if card.staff is None or card.staff.member_id != by.member.id:
        raise NotAllowed
    last = call.query.last or call.now.date()
    days_before = PERIODS["day"] - 1
    first = call.query.first or date.fromordinal(max(1, last.toordinal() - days_before))
    period = Period.model_validate({"from": first, "to": last})
    return Answer(await read_counts(card.id, period, traffic=wiring.visits.traffic()))
