"""What is kept of visits of an organisation's cards: what is told of each period, and where counting is."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Literal, NamedTuple, Protocol, get_args

from pydantic import Field

from domain.base.model import Model
from domain.organisations.visits.rule import Count

Unit = Literal["day", "week", "month"]
UNITS: Final[tuple[Unit, ...]] = get_args(Unit)
KINDS: Final = ("views", "saves", "clicks")
# After the end of a day, until its visits are counted by the cards.
SETTLING: Final = timedelta(hours=2)
# Days that are made up for when the nights before were missed.
MOST_DAYS_BACK: Final = 7


class Numbers(NamedTuple):
    """What is told of one team in one period; 0 is too few to be told."""

    views: int = 0
    saves: int = 0
    clicks: int = 0

    def plus(self, other: "Numbers") -> "Numbers":
        return Numbers(*(one + more for one, more in zip(self, other, strict=True)))


class PeriodSums(Model):
    """What is told of a day, a week or a month. `teams` has the keys of `rule`."""

    org_id: str
    unit: Unit
    first: date
    teams: dict[str, Numbers] = Field(default={})

    def with_day(self, more: dict[str, Numbers]) -> "PeriodSums":
        teams = {team: self.teams.get(team, Numbers()).plus(numbers) for team, numbers in more.items()}
        return self.model_copy(update={"teams": self.teams | teams})


class DayCount(Model):
    """A day that is being counted, as far as the member `after`. `teams` has a count of each kind."""

    day: date
    after: str = ""
    teams: dict[str, tuple[Count, Count, Count]] = Field(default={})


class Counting(Model):
    """Where an organisation's counting is. `day` was counted last; `carried` waits, by kind and team."""

    org_id: str
    day: date
    carried: tuple[dict[str, int], dict[str, int], dict[str, int]] = Field(default=({}, {}, {}))
    current: DayCount | None = None
    due_at: datetime
    etag: str | None = Field(default=None, exclude=True)


class VisitSums(Protocol):
    async def counting(self, org_id: str) -> Counting | None: ...
    async def save(self, counting: Counting) -> Counting:
        """Store where it is; `StaleVersion` if another worker did meanwhile, or the organisation is gone."""
        ...

    async def tell(self, counting: Counting, numbers: dict[str, Numbers]) -> Counting:
        """Store a counted day with the sums of its week and month, all or nothing; else as `save`."""
        ...

    async def since(self, org_id: str, unit: Unit, first: date) -> list[PeriodSums]:
        """What is told of the periods from the one that begins on this day, the oldest first."""
        ...


def first_day(unit: Unit, day: date) -> date:
    """The first day of the period that a day is in; weeks begin on Mondays."""
    if unit == "day":
        return day
    return day - timedelta(days=day.weekday()) if unit == "week" else day.replace(day=1)


def last_day(unit: Unit, first: date) -> date:
    if unit == "day":
        return first
    if unit == "week":
        return first + timedelta(days=6)
    return (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def before(unit: Unit, first: date, periods: int) -> date:
    """The first day of a period so many before the one that begins on this day."""
    for _ in range(periods):
        first = first_day(unit, first - timedelta(days=1))
    return first


def last_full_day(now: datetime) -> date:
    """The last day whose visits are all counted by the cards."""
    return (now.astimezone(UTC) - SETTLING).date() - timedelta(days=1)


def due_after(day: date) -> datetime:
    """When the day after this one can be counted."""
    return datetime.combine(day + timedelta(days=2), time(), UTC) + SETTLING


def first_counting(org_id: str, now: datetime) -> Counting:
    """The counting of a new organisation: from today on."""
    day = now.astimezone(UTC).date() - timedelta(days=1)
    return Counting(org_id=org_id, day=day, due_at=due_after(day))
