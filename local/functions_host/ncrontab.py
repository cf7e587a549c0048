"""NCRONTAB, the schedule language of Azure's timers, by the rules of the NCrontab library.

Six fields (second first) or five. Different from other cron dialects: day of month and weekday must
both match, a reversed range is swapped (`22-2` is `2-22`), weekdays are 0 (Sunday) to 6, a name may
be any beginning of the English name, and there is no L, W, ?, # or @daily.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_WEEKDAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
# 29 February on a given weekday can be 40 years away (no leap year in 2100).
_FAR = timedelta(days=366 * 41)


class BadSchedule(ValueError):
    """The text is not an NCRONTAB schedule."""


@dataclass(frozen=True)
class _Field:
    title: str
    low: int
    high: int
    names: Sequence[str] = ()

    def parse(self, text: str) -> frozenset[int]:
        return frozenset().union(*(self._range(part) for part in text.split(",")))

    def _range(self, text: str) -> range:
        body, slash, step_text = text.partition("/")
        step = max(1, self._number(step_text)) if slash else 1
        if body == "*":
            return range(self.low, self.high + 1, step)
        start_text, dash, end_text = body.partition("-")
        start = self._value(start_text)
        if dash:
            start, end = sorted((start, self._value(end_text)))
        else:
            end = self.high if slash and step > 1 else start
        return range(start, end + 1, step)

    def _value(self, text: str) -> int:
        if text[:1].isdigit():
            value = self._number(text)
        else:
            found = [n for n, name in enumerate(self.names) if text and name.startswith(text.lower())]
            if not found:
                raise BadSchedule(f"{text!r} is not a {self.title}")
            value = found[0] + self.low
        if not self.low <= value <= self.high:
            raise BadSchedule(f"{self.title} {value} is not within {self.low} and {self.high}")
        return value

    def _number(self, text: str) -> int:
        if not re.fullmatch("[0-9]{1,9}", text):
            raise BadSchedule(f"{text!r} is not a number for the {self.title}")
        return int(text)


_FIELDS = (
    _Field("second", 0, 59),
    _Field("minute", 0, 59),
    _Field("hour", 0, 23),
    _Field("day", 1, 31),
    _Field("month", 1, 12, _MONTHS),
    _Field("weekday", 0, 6, _WEEKDAYS),
)


@dataclass(frozen=True)
class Schedule:
    """Schedule of a timer. All times are UTC: Azure's Flex plan has no other."""

    seconds: Sequence[int]
    minutes: Sequence[int]
    hours: Sequence[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]

    @classmethod
    def parse(cls, text: str) -> "Schedule":
        """Read five or six fields; raises `BadSchedule` with the reason."""
        fields = text.split()
        if len(fields) == len(_FIELDS) - 1:
            fields.insert(0, "0")
        if len(fields) != len(_FIELDS):
            raise BadSchedule(f"a schedule has five or six fields, not {len(fields)}")
        seconds, minutes, hours, days, months, weekdays = (
            field.parse(part) for field, part in zip(_FIELDS, fields, strict=True)
        )
        return cls(sorted(seconds), sorted(minutes), sorted(hours), days, months, weekdays)

    @property
    def more_than_once_a_minute(self) -> bool:
        return len(self.seconds) > 1

    def after(self, moment: datetime) -> datetime | None:
        """The first occurrence strictly after an aware moment, or None when there never is one."""
        start = moment.astimezone(UTC).replace(microsecond=0) + timedelta(seconds=1)
        day = start.replace(hour=0, minute=0, second=0)
        while day - start < _FAR:
            if day.month in self.months and day.day in self.days and day.isoweekday() % 7 in self.weekdays:
                found = self._within(day, start)
                if found is not None:
                    return found
            day += timedelta(days=1)
        return None

    def _within(self, day: datetime, start: datetime) -> datetime | None:
        for hour in self.hours:
            for minute in self.minutes:
                if day.replace(hour=hour, minute=minute, second=59) < start:
                    continue
                for second in self.seconds:
                    found = day.replace(hour=hour, minute=minute, second=second)
                    if found >= start:
                        return found
        return None
