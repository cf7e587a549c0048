"""Events of a calendar file: on which days they were, within bounds of our own.

Repetitions are understood by day, week, month and year. Whatever else a rule says, the event counts once:
rules of other people's files must not keep a worker busy.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final, NamedTuple

from domain.base.errors import Fault, InvalidInput
from domain.base.texts import N_

MOST_BYTES: Final = 4_000_000
MOST_EVENTS: Final = 2_000
MOST_YEARS: Final = 2
# Days that are looked at for the repetitions of one file.
MOST_STEPS: Final = 300_000
_WEEKDAYS: Final = {"MO": 0, "TU": 1, "WE": 2, "TH": 3, "FR": 4, "SA": 5, "SU": 6}
_KNOWN: Final = frozenset(
    ("FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS", "WKST")
)
_EARLIEST: Final = date(1990, 1, 1)
_MOST_INTERVAL: Final = 1_000


class Event(NamedTuple):
    """One event of a file. `people` are the addresses of those who did not decline, the organiser among them.

    `rule` is its rule of repetition as it is written, by the names of its parts. `replaces` is the day of the
    repetition that this event stands for.
    """

    uid: str
    day: date | None
    all_day: bool = False
    cancelled: bool = False
    people: tuple[str, ...] = ()
    rule: dict[str, list[Any]] | None = None
    without: frozenset[date] = frozenset()
    replaces: date | None = None


def too_large() -> InvalidInput:
    detail = N_("must not have more than %(most)s MB", most=MOST_BYTES // 1_000_000)
    return InvalidInput([Fault("/file", "too_large", detail)])


def too_many() -> InvalidInput:
    detail = N_("must not have more than %(most)s events. Export a shorter time.", most=MOST_EVENTS)
    return InvalidInput([Fault("/file", "too_many", detail)])


def unreadable() -> InvalidInput:
    detail = N_("is not a calendar file (.ics) that we can read")
    return InvalidInput([Fault("/file", "unreadable", detail)])


@dataclass
class Steps:
    """How many days may still be looked at."""

    left: int = MOST_STEPS

    def take(self) -> bool:
        self.left -= 1
        return self.left >= 0


class Rule(NamedTuple):
    """A rule of repetition that is understood."""

    freq: str
    interval: int
    times: int | None
    until: date | None
    weekdays: tuple[tuple[int, int], ...]  # how manieth (0: each), and the day of the week
    days: tuple[int, ...]
    months: tuple[int, ...]


class NotUnderstood(ValueError):
    """The rule says something that is not read here."""


def days_of(event: Event, first: date, last: date, steps: Steps) -> tuple[list[date], bool]:
    """The days of an event from `first` to `last`, and whether its rule was understood."""
    if event.day is None:
        return [], True
    if event.rule is None:
        return _within([event.day], event, first, last), True
    try:
        found = list(_repeated(event.day, rule_of(event.rule), first, last, steps))
    except NotUnderstood:
        return _within([event.day], event, first, last), False
    return _within(found, event, first, last), True


def _within(days: Iterable[date], event: Event, first: date, last: date) -> list[date]:
    return [day for day in days if first <= day <= last and day not in event.without]


def rule_of(parts: dict[str, list[Any]]) -> Rule:
    """The rule, if all that it says is understood."""
    freq = str(_one(parts, "FREQ", ""))
    if freq not in ("DAILY", "WEEKLY", "MONTHLY", "YEARLY") or parts.keys() - _KNOWN:
        raise NotUnderstood
    interval = _number(_one(parts, "INTERVAL", 1), 1, _MOST_INTERVAL)
    if str(_one(parts, "WKST", "MO")) != "MO" and freq == "WEEKLY" and interval > 1:
        raise NotUnderstood
    count, until = _one(parts, "COUNT", None), _one(parts, "UNTIL", None)
    place = _one(parts, "BYSETPOS", None)
    weekdays = _each(parts, "BYDAY", lambda value: _weekday(str(value)))
    if place is not None:
        if len(weekdays) != 1 or weekdays[0][0] or freq not in ("MONTHLY", "YEARLY"):
            raise NotUnderstood
        weekdays = ((_place(place), weekdays[0][1]),)
    if freq in ("DAILY", "WEEKLY") and (any(nth for nth, _ in weekdays) or "BYMONTHDAY" in parts):
        raise NotUnderstood
    if freq == "YEARLY" and weekdays and "BYMONTH" not in parts:
        raise NotUnderstood
    return Rule(
        freq,
        interval,
        None if count is None else _number(count, 1, MOST_STEPS),
        None if until is None else _day(until),
        weekdays,
        _each(parts, "BYMONTHDAY", _month_day),
        _each(parts, "BYMONTH", lambda value: _number(value, 1, 12)),
    )


def _one(parts: dict[str, list[Any]], name: str, otherwise: Any) -> Any:
    found = parts.get(name)
    if not found:
        return otherwise
    if len(found) != 1:
        raise NotUnderstood
    return found[0]


def _each[T](parts: dict[str, list[Any]], name: str, read: Callable[[Any], T]) -> tuple[T, ...]:
    """What a part names, each once: every day that is looked at is compared with all of it."""
    return tuple(dict.fromkeys(read(value) for value in parts.get(name, ())))


def _number(value: Any, least: int, most: int) -> int:
    try:
        number = int(value)
    except (TypeError, ValueError):
        raise NotUnderstood from None
    if not least <= number <= most:
        raise NotUnderstood
    return number


def _place(value: Any) -> int:
    return -1 if str(value) == "-1" else _number(value, 1, 5)


def _month_day(value: Any) -> int:
    return -1 if str(value) == "-1" else _number(value, 1, 31)


def _day(value: Any) -> date:
    if not isinstance(value, date):
        raise NotUnderstood
    return date(value.year, value.month, value.day)


def _weekday(text: str) -> tuple[int, int]:
    nth, name = text[:-2], text[-2:]
    if name not in _WEEKDAYS:
        raise NotUnderstood
    return (_place(nth.removeprefix("+")) if nth else 0, _WEEKDAYS[name])


def _repeated(start: date, rule: Rule, first: date, last: date, steps: Steps) -> Iterator[date]:
    """The days of a rule until `last`, beginning with its start; also earlier ones where it counts them."""
    if start < _EARLIEST:
        raise NotUnderstood
    if rule.until is not None:
        last = min(last, rule.until)
    found = 0
    day = start if rule.times is not None else max(start, first)
    while day <= last:
        if not steps.take():
            raise NotUnderstood
        if day == start or _matches(day, start, rule):
            found += 1
            yield day
            if found == rule.times:
                return
        day += timedelta(days=1)


def _matches(day: date, start: date, rule: Rule) -> bool:
    if rule.months and day.month not in rule.months:
        return False
    if rule.freq == "DAILY":
        of_week = not rule.weekdays or any(day.weekday() == each for _, each in rule.weekdays)
        return of_week and (day - start).days % rule.interval == 0
    if rule.freq == "WEEKLY":
        weeks = (_monday(day) - _monday(start)).days // 7
        wanted = [each for _, each in rule.weekdays] or [start.weekday()]
        return weeks % rule.interval == 0 and day.weekday() in wanted
    if rule.freq == "MONTHLY":
        months = (day.year - start.year) * 12 + day.month - start.month
        return months % rule.interval == 0 and _in_month(day, start, rule)
    in_month = bool(rule.months) or day.month == start.month
    return in_month and (day.year - start.year) % rule.interval == 0 and _in_month(day, start, rule)


def _in_month(day: date, start: date, rule: Rule) -> bool:
    if rule.weekdays and not any(_is_nth(day, nth, weekday) for nth, weekday in rule.weekdays):
        return False
    last = (day + timedelta(days=1)).month != day.month
    if rule.days:
        return day.day in rule.days or (last and -1 in rule.days)
    return bool(rule.weekdays) or day.day == start.day


def _is_nth(day: date, nth: int, weekday: int) -> bool:
    if day.weekday() != weekday:
        return False
    if nth == -1:
        return (day + timedelta(days=7)).month != day.month
    return nth in (0, (day.day - 1) // 7 + 1)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
