"""What a card's owner learns of its visitors: how many views, saves and clicks there were on each day.

Nothing here says who came. A visit is counted or not when it happens, by a rule that anybody can read
(docs/counting.md), and travels on as a random id, the card's id, what was done and the day in UTC.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date, timedelta
from typing import Annotated, Any, Literal, Protocol

from pydantic import BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from domain.base.errors import Fault, InvalidInput
from domain.base.model import Closed, Model
from domain.visits.robots import is_robot

Kind = Literal["view", "save", "click"]
# A link's key says which link of the card was followed; whoever makes the key keeps to this form.
LINK_KEY = "^[a-z0-9]{1,32}$"
MOST_DAYS = 366
# Queue messages live seven days; one more, because a visit late on a day is older by days than by hours.
PROVEN_DAYS = 8

_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
_AHEAD = ("prefetch", "prerender", "preview")


def counts(method: str, headers: Mapping[str, str], *, is_owner: bool) -> bool:
    """The published rule: whether a request is a person's visit. Header names are in lower case."""
    if method != "GET" or is_owner:
        return False
    purpose = " ".join(headers.get(name, "") for name in ("sec-purpose", "purpose", "x-purpose", "x-moz"))
    if any(word in purpose.lower() for word in _AHEAD):
        return False
    return not is_robot(headers.get("user-agent", ""))


def read_day(value: Any) -> date:
    """A day is written in one way only: 2026-11-22."""
    if isinstance(value, date):
        return value
    if isinstance(value, str) and _DAY.fullmatch(value):
        with suppress(ValueError):
            return date.fromisoformat(value)
    raise PydanticCustomError("invalid_day", "must be a day such as 2026-11-22")


Day = Annotated[date, BeforeValidator(read_day)]


class Visit(Model):
    """One thing a visitor did. `subject_id` is the card's id; a click names its link."""

    model_config = ConfigDict(extra="forbid")

    event_id: str = Field(pattern="^evt_[a-z2-7]{26}$")
    subject_id: str = Field(pattern="^crd_[a-z2-7]{26}$")
    kind: Kind
    day: Day
    link: str | None = Field(default=None, pattern=LINK_KEY)

    @property
    def month(self) -> tuple[str, str]:
        """What visits are stored by: the card and the month."""
        return self.subject_id, f"{self.day:%Y-%m}"


class VisitMessage(Model):
    """The queue message. Visits that come while one is on its way travel together."""

    model_config = ConfigDict(extra="forbid")

    version: Literal[1] = 1
    visits: list[Visit] = Field(min_length=1, max_length=100)


class DayCounts(Closed):
    """The counts of one day, UTC. `clicks` is by link key."""

    day: date
    views: int
    saves: int
    clicks: dict[str, int]


class Counts(Closed):
    """Every day of the period, those without visits too."""

    data: list[DayCounts]


class Period(Closed):
    """`from` and `to` are days in UTC, both included, at most 366 of them."""

    first: Day = Field(alias="from")
    last: Day = Field(alias="to")


# What is counted: the day of the month, the kind, and the link of a click.
Counted = tuple[int, Kind, str]


def tally(visits: Iterable[Visit]) -> Counter[Counted]:
    """How much each counter of a month goes up."""
    return Counter((visit.day.day, visit.kind, visit.link or "") for visit in visits)


class TrafficStore(Protocol):
    async def add(self, subject_id: str, month: str, visits: Collection[Visit]) -> set[str]:
        """Count all the visits, or none and return the ids of those that were counted before."""
        ...

    async def months(self, subject_id: str, months: Sequence[str]) -> Mapping[str, Mapping[Counted, int]]: ...


async def fold(visits: Sequence[Visit], *, today: date, traffic: TrafficStore) -> None:
    """Count the visits of one card and month, each exactly once, however often and late they are given.

    One so old that the store may have forgotten counting it is dropped: better one too few than one twice.
    """
    new = {v.event_id: v for v in visits if today - v.day <= timedelta(days=PROVEN_DAYS)}
    while new:
        counted_before = await traffic.add(*visits[0].month, new.values())
        if not counted_before:
            return
        new = {event_id: visit for event_id, visit in new.items() if event_id not in counted_before}


async def read_counts(subject_id: str, period: Period, *, traffic: TrafficStore) -> Counts:
    """The counts of every day of a period, or `InvalidInput` for a period that is none or too long."""
    length = (period.last - period.first).days + 1
    if length < 1:
        raise InvalidInput([Fault("to", "out_of_range", "must not be before from")])
    if length > MOST_DAYS:
        raise InvalidInput([Fault("to", "out_of_range", f"must be at most {MOST_DAYS} days from from on")])
    days = [period.first + timedelta(days=number) for number in range(length)]
    found = await traffic.months(subject_id, sorted({f"{day:%Y-%m}" for day in days}))
    return Counts(data=[_of_day(day, found[f"{day:%Y-%m}"]) for day in days])


def _of_day(day: date, month: Mapping[Counted, int]) -> DayCounts:
    of_day = {(kind, link): number for (d, kind, link), number in month.items() if d == day.day}
    return DayCounts(
        day=day,
        views=of_day.get(("view", ""), 0),
        saves=of_day.get(("save", ""), 0),
        clicks={link: number for (kind, link), number in sorted(of_day.items()) if kind == "click"},
    )
