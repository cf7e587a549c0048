"""Reading calendar files (iCalendar, RFC 5545) with icalendar: days and addresses, and nothing else.

Titles, places and descriptions are never looked at.
"""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, Final

from domain.base.errors import Fault, InvalidInput
from domain.base.texts import N_
from domain.relationships.calendar.events import Event

MOST_BYTES: Final = 4_000_000
MOST_EVENTS: Final = 2_000
_MOST_ADDRESS: Final = 254
_WRONG = N_("is not a calendar file (.ics) that we can read")


def read_events(content: bytes) -> list[Event]:
    """The events of a file. Unreadable ones have no day."""
    if len(content) > MOST_BYTES:
        detail = N_("must not have more than %(most)s MB", most=MOST_BYTES // 1_000_000)
        raise InvalidInput([Fault("/file", "too_large", detail)])
    if content.upper().count(b"BEGIN:VEVENT") > MOST_EVENTS:
        detail = N_("must not have more than %(most)s events. Export a shorter time.", most=MOST_EVENTS)
        raise InvalidInput([Fault("/file", "too_many", detail)])
    from icalendar import Calendar  # noqa: PLC0415 - takes a fifth of a second

    try:
        calendar = Calendar.from_ical(content)
        events = [_event(each) for each in calendar.walk("VEVENT")]
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError, OverflowError):
        raise InvalidInput([Fault("/file", "unreadable", _WRONG)]) from None
    if calendar.name != "VCALENDAR":
        raise InvalidInput([Fault("/file", "unreadable", _WRONG)])
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
