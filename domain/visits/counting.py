"""Counts of visits: views, saves and clicks of a card on each day, without any data about visitors.

A published rule decides at once whether a visit is counted (docs/counting.md). A counted visit is the card's
id, the kind, the day in UTC and the link of a click.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date, timedelta
from typing import Annotated, Any, Literal, NamedTuple, Protocol

from pydantic import BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from domain.base.errors import Fault, InvalidInput
from domain.base.model import Closed, Model
from domain.base.texts import N_
from domain.visits.robots import is_robot

Kind = Literal["view", "save", "click"]
# Form of the key of a link on a card.
LINK_KEY = "^[a-z0-9]{1,32}$"
SUBJECT_ID = "^crd_[a-z2-7]{26}$"
MOST_DAYS = 366
# Queue messages live seven days; one more, because a visit late on a day is a day old after minutes.
PROVEN_DAYS = 8

_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
_AHEAD = ("prefetch", "prerender", "preview")


def counts(method: str, headers: Mapping[str, str], *, is_owner: bool) -> bool:
    """Published rule: whether a request counts as a person's visit. Header names are in lower case."""
    if method != "GET" or is_owner:
        return False
    purpose = " ".join(headers.get(name, "") for name in ("sec-purpose", "purpose", "x-purpose", "x-moz"))
    if any(word in purpose.lower() for word in _AHEAD):
        return False
    return not is_robot(headers.get("user-agent", ""))


def read_day(value: Any) -> date:
    """Read a day in its one form: 2026-11-22."""
    if isinstance(value, date):
        return value
    if isinstance(value, str) and _DAY.fullmatch(value):
        with suppress(ValueError):
            return date.fromisoformat(value)
    raise PydanticCustomError("invalid_day", "must be a day such as 2026-11-22")


Day = Annotated[date, BeforeValidator(read_day)]


class Visit(Model):
    """One action of a visitor. `subject_id` is the card's id; a click has its link."""

    model_config = ConfigDict(extra="forbid")

    subject_id: str = Field(pattern=SUBJECT_ID)
    kind: Kind
    day: Day
    link: str | None = Field(default=None, pattern=LINK_KEY)


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


# Key of a counter: the day of the month, the kind, and the link of a click.
Counted = tuple[int, Kind, str]


class Increment(NamedTuple):
    """Increment of the counters of one card and month. Its id marks it as made, so that it is made once."""

    id: str
    subject_id: str
    month: str
    counts: Counter[Counted]


class TrafficStore(Protocol):
    def fits(self, increments: Collection[Increment]) -> bool:
        """Whether increments of one card and month can be made at once."""
        ...

    async def add(self, subject_id: str, month: str, increments: Collection[Increment]) -> set[str]:
        """Make all the increments, or none and return the ids of those that were made before."""
        ...

    async def months(self, subject_id: str, months: Sequence[str]) -> Mapping[str, Mapping[Counted, int]]: ...


async def fold(increments: Iterable[Increment], *, today: date, traffic: TrafficStore) -> None:
    """Make increments of one card and month, each exactly once, however often and late they are delivered.

    Days so old that the store may have dropped their markers are left out: undercounting is preferred.
    """
    recent = {each.id: each for each in (_recent(each, today) for each in increments) if each.counts}
    for some in _portions(recent.values(), traffic):
        new = {each.id: each for each in some}
        while new:
            made_before = await traffic.add(some[0].subject_id, some[0].month, new.values())
            if not made_before:
                break
            new = {name: each for name, each in new.items() if name not in made_before}


def _recent(increment: Increment, today: date) -> Increment:
    first = date.fromisoformat(f"{increment.month}-01")
    oldest = (today - timedelta(days=PROVEN_DAYS) - first).days + 1
    kept = Counter({counted: number for counted, number in increment.counts.items() if counted[0] >= oldest})
    return increment._replace(counts=kept)


def _portions(increments: Iterable[Increment], traffic: TrafficStore) -> Iterator[list[Increment]]:
    portion: list[Increment] = []
    for each in increments:
        if portion and not traffic.fits([*portion, each]):
            yield portion
            portion = []
        portion.append(each)
    if portion:
        yield portion


async def read_counts(subject_id: str, period: Period, *, traffic: TrafficStore) -> Counts:
    """Counts of every day of a period, or `InvalidInput` for an empty or too long period."""
    length = (period.last - period.first).days + 1
    if length < 1:
        raise InvalidInput([Fault("to", "out_of_range", "must not be before from")])
    if length > MOST_DAYS:
        raise InvalidInput(
            [Fault("to", "out_of_range", N_("must be at most %(days)s days from from on", days=MOST_DAYS))]
        )
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
