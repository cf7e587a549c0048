"""The date and time functions of queries, counted in ticks of 100 ns since 1970.

Sources: "DateTimeAdd" and its neighbours in the query language reference of Azure Cosmos DB.
"""

import calendar
import datetime as dt
import re
from collections.abc import Callable
from typing import Any

from local.cosmos.errors import unsupported
from local.cosmos.values import UNDEFINED, is_number

ISO = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,7}))?Z?", re.ASCII)
SECOND = 10_000_000
MILLISECOND, MICROSECOND = SECOND // 1000, SECOND // 1_000_000
DAY = 86_400 * SECOND
EPOCH_DAY = dt.date(1970, 1, 1).toordinal()
FIRST, BEYOND = (1 - EPOCH_DAY) * DAY, (dt.date.max.toordinal() + 1 - EPOCH_DAY) * DAY
NANOSECONDS = 100  # in a tick

PARTS = {
    "year": ("year", "yyyy", "yy"),
    "month": ("month", "mm", "m"),
    "day": ("day", "dd", "d"),
    "hour": ("hour", "hh"),
    "minute": ("minute", "mi", "n"),
    "second": ("second", "ss", "s"),
    "millisecond": ("millisecond", "ms"),
    "microsecond": ("microsecond", "mcs"),
    "nanosecond": ("nanosecond", "ns"),
}
NAMES = {spelling: part for part, spellings in PARTS.items() for spelling in spellings}
LENGTHS = {
    "day": DAY,
    "hour": 3600 * SECOND,
    "minute": 60 * SECOND,
    "second": SECOND,
    "millisecond": MILLISECOND,
    "microsecond": MICROSECOND,
}


class _NoDate(Exception):
    """An argument is no date, part or whole number, so that the result is undefined."""


def _ticks(text: Any) -> int:
    match = ISO.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise _NoDate
    return _from_parts(*map(int, match.groups()[:6]), int((match[7] or "0").ljust(7, "0")))


def _from_parts(*given: int) -> int:
    """Year, month, day and, if given, hour, minute, second and the ticks in the second."""
    year, month, day, hour, minute, second, fraction = (*given, 0, 0, 0, 0)[:7]
    try:
        moment = dt.datetime(year, month, day, hour, minute, second, tzinfo=dt.UTC)
    except (ValueError, OverflowError) as exc:
        raise _NoDate from exc
    if not 0 <= fraction < SECOND:
        raise _NoDate
    seconds = (moment.hour * 60 + moment.minute) * 60 + moment.second
    return (moment.toordinal() - EPOCH_DAY) * DAY + seconds * SECOND + fraction


def _date(ticks: int) -> dt.date:
    return dt.date.fromordinal(ticks // DAY + EPOCH_DAY)


def _text(ticks: int) -> str:
    if not FIRST <= ticks < BEYOND:
        raise _NoDate
    seconds, fraction = divmod(ticks % DAY, SECOND)
    hour, minute, second = seconds // 3600, seconds // 60 % 60, seconds % 60
    return f"{_date(ticks).isoformat()}T{hour:02}:{minute:02}:{second:02}.{fraction:07}Z"


def _part(name: Any) -> str:
    if not isinstance(name, str) or name not in NAMES:
        raise _NoDate
    return NAMES[name]


def _whole(value: Any) -> int:
    if not is_number(value) or value != int(value):
        raise _NoDate
    return int(value)


def _add(name: Any, count: Any, text: Any) -> str:
    part, number, ticks = _part(name), _whole(count), _ticks(text)
    if part == "nanosecond":
        return _text(ticks + int(number / NANOSECONDS))
    if part in LENGTHS:
        return _text(ticks + number * LENGTHS[part])
    date = _date(ticks)
    year, month = divmod(date.year * 12 + date.month - 1 + number * (12 if part == "year" else 1), 12)
    if not dt.MINYEAR <= year <= dt.MAXYEAR:
        raise _NoDate
    day = min(date.day, calendar.monthrange(year, month + 1)[1])  # 31 January and a month is 28 February
    return _text(_from_parts(year, month + 1, day) + ticks % DAY)


def _diff(name: Any, start: Any, end: Any) -> int:
    """The number of boundaries of the part between the two."""
    part, first, last = _part(name), _ticks(start), _ticks(end)
    if part == "nanosecond":
        return (last - first) * NANOSECONDS
    if part in LENGTHS:
        return last // LENGTHS[part] - first // LENGTHS[part]
    a, b = _date(first), _date(last)
    return b.year - a.year if part == "year" else (b.year - a.year) * 12 + b.month - a.month


def _value_of(name: Any, text: Any) -> int:
    part, ticks = _part(name), _ticks(text)
    match part:
        case "year" | "month" | "day":
            return int(getattr(_date(ticks), part))
        case "hour" | "minute" | "second":
            return ticks // LENGTHS[part] % (24 if part == "hour" else 60)
        case "nanosecond":
            return ticks % SECOND * NANOSECONDS
    return ticks % SECOND // LENGTHS[part]


def _bin(text: Any, name: Any, size: Any = 1, origin: Any = "1970-01-01T00:00:00Z") -> str:
    ticks, part, count, start = _ticks(text), _part(name), _whole(size), _ticks(origin)
    if count < 1:
        raise _NoDate
    if part in {"year", "month"}:
        raise unsupported(f"DateTimeBin by {part}")
    length = count // NANOSECONDS if part == "nanosecond" else count * LENGTHS[part]
    if not length:
        raise _NoDate
    return _text(start + (ticks - start) // length * length)


def _checked(run: Callable[..., Any]) -> Callable[..., Any]:
    def checked(*args: Any) -> Any:
        try:
            return run(*args)
        except (_NoDate, OverflowError):
            return UNDEFINED

    return checked


DATES: dict[str, tuple[int, int, Callable[..., Any]]] = {
    "DATETIMEADD": (3, 3, _checked(_add)),
    "DATETIMEBIN": (2, 4, _checked(_bin)),
    "DATETIMEDIFF": (3, 3, _checked(_diff)),
    "DATETIMEFROMPARTS": (3, 7, _checked(lambda *parts: _text(_from_parts(*map(_whole, parts))))),
    "DATETIMEPART": (2, 2, _checked(_value_of)),
    "DATETIMETOTICKS": (1, 1, _checked(lambda text: int(float(_ticks(text))))),  # a double, as all numbers
    "DATETIMETOTIMESTAMP": (1, 1, _checked(lambda text: _ticks(text) // MILLISECOND)),
    "TICKSTODATETIME": (1, 1, _checked(lambda ticks: _text(_whole(ticks)))),
    "TIMESTAMPTODATETIME": (1, 1, _checked(lambda value: _text(_whole(value) * MILLISECOND))),
}
# One query sees one time, so that the form named "static" is the same.
CURRENT: dict[str, Callable[[float], Any]] = {
    f"GETCURRENT{name}{static}": run
    for static in ("", "STATIC")
    for name, run in {
        "DATETIME": lambda now: _text(int(now * SECOND)),
        "TICKS": lambda now: int(now * SECOND),
        "TIMESTAMP": lambda now: int(now * 1000),
    }.items()
}
