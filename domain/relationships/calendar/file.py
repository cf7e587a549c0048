"""A calendar file: what it would log, shown before anything is written; then logged, and undone as a whole.

Kept of it are days and ids of contacts. Everybody who is not a contact is forgotten at once: otherwise an
address book of strangers would arise.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Final, Literal, NamedTuple, Protocol

from pydantic import Field

from domain.base.errors import Fault, InvalidInput, NotFound
from domain.base.ids import ID_BYTES, ID_PREFIXES, make_id
from domain.base.model import Model
from domain.base.texts import N_
from domain.relationships.calendar.events import MOST_YEARS, Event, Steps, days_of
from domain.relationships.interactions.interaction import LANDMARK

# More people are a lecture, not a meeting.
MOST_PEOPLE: Final = 10
MOST_ADDRESSES: Final = 1_000
MOST_MEETINGS: Final = 5_000
KEPT: Final = timedelta(days=7)

# Why an event is left out.
Reason = Literal["unreadable", "cancelled", "all_day", "too_many_people", "another_time", "nobody", "rule"]


class Meetings(Model):
    """The days on which a contact was met, with the id of the interaction of each."""

    contact_id: str
    days: list[tuple[date, str]]


class CalendarFile(Model):
    """What a file would log. `left_out` counts its events that are not logged, by the reason."""

    id: str
    owner_id: str
    meetings: list[Meetings]
    events: int
    left_out: dict[Reason, int]
    created_at: datetime
    etag: str | None = Field(default=None, exclude=True)

    @property
    def number(self) -> int:
        return sum(len(each.days) for each in self.meetings)


class CalendarFiles(Protocol):
    async def create(self, made: CalendarFile) -> bool: ...
    async def get(self, owner_id: str, file_id: str) -> CalendarFile | None: ...


class AddressBook(Protocol):
    async def with_addresses(self, owner_id: str, addresses: list[str]) -> Mapping[str, list[str]]:
        """The ids of the contacts that have one of these e-mail addresses, by address."""
        ...


class Looking(NamedTuple):
    """What a new file needs beside its events: its owner and id, and the time."""

    owner_id: str
    file_id: str
    now: datetime


async def look_at(
    events: list[Event], looking: Looking, *, book: AddressBook, files: CalendarFiles
) -> CalendarFile:
    """Find the meetings with contacts among the events, and keep them for the owner to look at."""
    last = looking.now.date()
    first = max(LANDMARK, last.replace(year=last.year - MOST_YEARS, day=min(last.day, 28)))
    left_out: Counter[Reason] = Counter()
    steps = Steps()
    met: list[tuple[Event, date]] = []
    replaced = {(event.uid, event.replaces) for event in events if event.replaces is not None}
    for event in events:
        reason = _unfit(event)
        if reason is not None:
            left_out[reason] += 1
            continue
        days, understood = days_of(event, first, last, steps)
        if not understood:
            left_out["rule"] += 1
        days = [day for day in days if event.replaces is not None or (event.uid, day) not in replaced]
        if not days:
            left_out["another_time"] += understood
        met += [(event, day) for day in days]
        if len(met) > MOST_MEETINGS:
            detail = N_("has more than %(most)s meetings. Export a shorter time.", most=MOST_MEETINGS)
            raise InvalidInput([Fault("/file", "too_many", detail)])
    contacts = await book.with_addresses(looking.owner_id, _addresses(met))
    made = CalendarFile(
        id=looking.file_id,
        owner_id=looking.owner_id,
        meetings=_meetings(looking.owner_id, met, contacts),
        events=len(events),
        left_out=dict(left_out | _without_contact(met, contacts)),
        created_at=looking.now,
    )
    await files.create(made)
    return made


def _unfit(event: Event) -> Reason | None:
    if event.day is None or not event.uid:
        return "unreadable"
    if event.cancelled:
        return "cancelled"
    if event.all_day:
        return "all_day"
    if len(event.people) > MOST_PEOPLE:
        return "too_many_people"
    return None


def _addresses(met: list[tuple[Event, date]]) -> list[str]:
    found = list(dict.fromkeys(address for event, _ in met for address in event.people))
    if len(found) > MOST_ADDRESSES:
        detail = N_("names more than %(most)s people. Export a shorter time.", most=MOST_ADDRESSES)
        raise InvalidInput([Fault("/file", "too_many", detail)])
    return found


def _meetings(
    owner_id: str, met: list[tuple[Event, date]], contacts: Mapping[str, list[str]]
) -> list[Meetings]:
    """One meeting for each contact, event and day, by contact."""
    days: dict[str, dict[str, date]] = {}
    for event, day in met:
        for contact, known_by in _present(event, contacts).items():
            # A hash of the event's id, so that the same event is logged once, whatever file it comes in; with
            # the contact's address, which another contact has after a merge.
            which = event.replaces or (day if event.rule else "")
            told = f"{owner_id} {event.uid} {which} {known_by}"
            digest = hashlib.sha256(told.encode()).digest()
            days.setdefault(contact, {})[make_id(ID_PREFIXES["interaction"], digest[:ID_BYTES])] = day
    return [
        Meetings(contact_id=contact, days=sorted((day, each) for each, day in found.items()))
        for contact, found in sorted(days.items())
    ]


def _present(event: Event, contacts: Mapping[str, list[str]]) -> dict[str, str]:
    """The contacts who were there, each with what it is known by: an address, and its place among several."""
    found: dict[str, str] = {}
    for address in sorted(event.people):
        for place, contact in enumerate(sorted(contacts.get(address, ()))):
            found.setdefault(contact, f"{address} {place}")
    return found


def _without_contact(met: list[tuple[Event, date]], contacts: Mapping[str, list[str]]) -> "Counter[Reason]":
    alone = {
        (event.uid, event.replaces)
        for event, _ in met
        if not any(contacts.get(address) for address in event.people)
    }
    return Counter({"nobody": len(alone)} if alone else {})


async def read_file(owner_id: str, file_id: str, *, files: CalendarFiles) -> CalendarFile:
    found = await files.get(owner_id, file_id)
    if found is None:
        raise NotFound
    return found
