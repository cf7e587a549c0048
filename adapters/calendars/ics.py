"""Reading calendar files (iCalendar, RFC 5545) with icalendar: days and addresses, and nothing else.

Titles, places and descriptions are never looked at.
"""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, Final

from domain.relationships.calendar.events import (
    MOST_BYTES,
    MOST_EVENTS,
    Event,
    too_large,
    too_many,
    unreadable,
)

_MOST_ADDRESS: Final = 254


def read_events(content: bytes) -> list[Event]:
    """The events of a file. Unreadable ones have no day."""
    if len(content) > MOST_BYTES:
        raise too_large()
    if content.upper().count(b"BEGIN:VEVENT") > MOST_EVENTS:
        raise too_many()
    from icalendar import Calendar  # noqa: PLC0415 - takes a fifth of a second

    try:
        calendar = Calendar.from_ical(content)
        events = [_event(each) for each in calendar.walk("VEVENT")]
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError, OverflowError, OSError):
        raise unreadable() from None
    if calendar.name != "VCALENDAR":
        raise unreadable()
    return events


def _event(found: Any) -> Event:
    start = getattr(found.get("DTSTART"), "dt", None)
    stands_for = getattr(found.get("RECURRENCE-ID"), "dt", None)
    rule = found.get("RRULE")
    return Event(
        uid=str(found.get("UID") or ""),
        day=_day(start),
        all_day=not isinstance(start, datetime),
        cancelled=str(found.get("STATUS") or "").upper() == "CANCELLED",
        people=tuple(dict.fromkeys(_people(found))),
        rule=None if rule is None else _rule(rule),
        without=frozenset(_without(found)),
        replaces=_day(stands_for),
    )


def _day(value: Any) -> date | None:
    return date(value.year, value.month, value.day) if isinstance(value, date) else None


def _rule(rule: Any) -> dict[str, list[Any]]:
    """The parts of a rule; of several rules or an unreadable one, what nobody understands."""
    if not isinstance(rule, dict):
        return {"FREQ": []}
    return {str(name).upper(): list(values) for name, values in rule.items()}


def _all(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _without(found: Any) -> Iterator[date]:
    for each in _all(found.get("EXDATE")):
        for one in getattr(each, "dts", ()):
            if (day := _day(one.dt)) is not None:
                yield day


def _people(found: Any) -> Iterator[str]:
    for each in (*_all(found.get("ATTENDEE")), *_all(found.get("ORGANIZER"))):
        declined = str(getattr(each, "params", {}).get("PARTSTAT", "")).upper() == "DECLINED"
        scheme, _, address = str(each).partition(":")
        if scheme.lower() == "mailto" and not declined and len(address) <= _MOST_ADDRESS:
            yield address.strip().casefold()
