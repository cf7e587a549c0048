"""The demo person's relationships: an address book of 5,000 entries and three years with those who matter.

    python -m local.demo_relationships --owner acc_…

Runs beside the app with its settings, and uses the product's own use cases. Each day is logged as on that
day, so that strengths and their curves are those of somebody who was there all the time. Every id follows
from the owner and a number: a run that was cut off can be repeated.
"""

import argparse
import asyncio
import hashlib
import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, NamedTuple

import wiring
import wiring.relationships
import wiring.relationships.notes
import wiring.relationships.reminders
import wiring.relationships.search
import wiring.relationships.strength
from adapters.cosmos.relationships.transfer.bulk import CosmosBulk
from domain.base.ids import ID_BYTES, ID_PREFIXES, make_id
from domain.relationships.contact import Contact, ContactContent
from domain.relationships.interactions.interaction import Said
from domain.relationships.interactions.log import Logging, log_interaction
from domain.relationships.notes.note import NoteContent
from domain.relationships.notes.notes import Writing, create_note
from domain.relationships.reminders.reminder import ReminderContent
from domain.relationships.reminders.reminders import Making, create_reminder
from domain.relationships.tags import remember_tags
from local.demo_book import Entry, book

YEARS: Final = 3
# People with whom something happened, and how many of them are looked after at the same time.
CLOSE: Final = 160
AT_ONCE: Final = 4
PAGE: Final = 500
_NOTED, _REMINDED = 40, 12
_EVENTS: Final = (
    ("Design fair", "Gothenburg"), ("Open data day", "Stockholm"), ("Founders' breakfast", "Malmö"),
    ("Payments summit", "London"), ("Alumni evening", "Uppsala"),
)  # fmt: skip
_TAGS: Final = ("client", "supplier", "investor", "alumni", "press", "friend")
_GROUPS: Final = ("Work", "University", "Sailing club", "Neighbours", "Family")
_NOTES: Final = (
    "Wants to see the **new prototype** before the summer. Ask about the daughter's exams.",
    "Prefers calls in the morning.\n\n- has moved to the harbour office\n- knows the people at the port",
    "Promised an introduction to the buyer of the regional hospitals.",
    "Reads everything about sailing; we talked about the race around Gotland for an hour.",
    "Careful with prices: the board decides in March and in October only.",
)
_REMINDERS: Final = (
    "Send the photos",
    "Congratulate on the new job",
    "Ask how the move went",
    "Return the book",
)
_KINDS: Final = ("meeting", "call", "again", "mail", "message")


class Rhythm(NamedTuple):
    """How often somebody is met: days between, from when to when, in days before today."""

    days: int
    since: int
    until: int = 0


_RHYTHMS: Final = (
    Rhythm(14, 1000), Rhythm(30, 1090), Rhythm(45, 700), Rhythm(90, 1090), Rhythm(21, 200), Rhythm(10, 60),
    Rhythm(30, 1090, 150), Rhythm(60, 900, 400), Rhythm(180, 1090), Rhythm(400, 1000, 500),
)  # fmt: skip


def _id(kind: str, owner_id: str, *number: object) -> str:
    return make_id(
        ID_PREFIXES[kind], hashlib.sha256(f"{owner_id} {kind} {number}".encode()).digest()[:ID_BYTES]
    )


def _at(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC)


async def fill(owner_id: str, today: date, *, size: int, close: int) -> None:
    chance = random.Random(7)  # noqa: S311 - the same book each time
    entries = book(size)
    contacts = [_contact(owner_id, number, entry, chance, today) for number, entry in enumerate(entries)]
    await remember_tags(owner_id, _TAGS, _GROUPS, tags=wiring.relationships.tags())
    bulk = CosmosBulk(wiring.database(), wiring.relationships.keys())
    for at in range(0, len(contacts), PAGE):
        await bulk.create_many(contacts[at : at + PAGE])
    people = [each for each in contacts if each.content.kind == "person" and each.content.emails][:close]
    turn = asyncio.Semaphore(AT_ONCE)
    async with asyncio.TaskGroup() as group:
        for number, contact in enumerate(people):
            group.create_task(_live(turn, contact, number, today))
    await wiring.relationships.search.after_bulk(owner_id)


def _contact(owner_id: str, number: int, entry: Entry, chance: random.Random, today: date) -> Contact:
    met = today - timedelta(days=chance.randrange(30, YEARS * 365))
    event, place = chance.choice(_EVENTS)
    said = entry.content
    if entry.kind == "person" and chance.random() < 0.3:  # noqa: PLR2004 - how many were met at an event
        said |= {"met": {"event": f"{event} {met.year}", "place": place, "on": met.isoformat()}}
    if chance.random() < 0.4:  # noqa: PLR2004 - how many have a tag
        said |= {"tags": [chance.choice(_TAGS)], "importance": chance.randrange(6)}
    if chance.random() < 0.5:  # noqa: PLR2004 - how many are in a group
        said |= {"groups": [chance.choice(_GROUPS)]}
    content = ContactContent.model_validate(said).settled(None, met)
    return Contact(
        id=_id("contact", owner_id, number),
        owner_id=owner_id,
        content=content,
        created_at=_at(met),
        updated_at=_at(met),
    )


async def _live(turn: asyncio.Semaphore, contact: Contact, number: int, today: date) -> None:
    """Three years with one of the people, each day as it came."""
    chance = random.Random(number)  # noqa: S311 - the same life each time
    store = wiring.relationships.strength.interactions()
    async with turn:
        for said in _days(_RHYTHMS[number % len(_RHYTHMS)], chance, today):
            event = _id("interaction", contact.owner_id, contact.id, said.day, said.kind)
            logging = Logging(event, "typed", _at(said.day))
            await log_interaction(contact.owner_id, contact.id, said, logging, store=store)
        # As of today: the timer that follows silence has not run in these years.
        await wiring.relationships.strength.recount(contact.owner_id, [contact.id])
        await _write_down(contact, number, today)


def _days(rhythm: Rhythm, chance: random.Random, today: date) -> Iterator[Said]:
    left = float(rhythm.since)
    while left > rhythm.until:
        day = today - timedelta(days=round(left))
        kind = chance.choice(_KINDS)
        direction = (
            chance.choice(("in", "out", "mutual")) if kind in ("call", "mail", "message") else "mutual"
        )
        yield Said.model_validate({"kind": kind, "direction": direction, "day": day})
        left -= rhythm.days * chance.uniform(0.6, 1.4)


async def _write_down(contact: Contact, number: int, today: date) -> None:
    now = datetime.now(UTC)
    if number < _NOTED:
        key = hashlib.sha256(f"demo note {contact.id}".encode()).hexdigest()
        writing = Writing(_id("note", contact.owner_id, number), key, now)
        note = NoteContent(text=_NOTES[number % len(_NOTES)])
        await create_note(contact.owner_id, contact.id, note, writing, book=wiring.relationships.notes.book())
    if number < _REMINDED:
        key = hashlib.sha256(f"demo reminder {contact.id} {today}".encode()).hexdigest()
        content = ReminderContent(
            text=_REMINDERS[number % len(_REMINDERS)], on=today + timedelta(days=number % 6)
        )
        making = Making(contact.id, _id("reminder", contact.owner_id, number), key, now)
        desk = wiring.relationships.reminders.desk()
        await create_reminder(contact.owner_id, content, making, desk=desk)


async def _run(owner_id: str, size: int, close: int) -> None:
    try:
        await fill(owner_id, datetime.now(UTC).date(), size=size, close=close)
    finally:
        await wiring.close()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m local.demo_relationships", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    parser.add_argument("--owner", required=True, help="the id of the account")
    parser.add_argument("--size", type=int, default=5_000)
    parser.add_argument("--close", type=int, default=CLOSE)
    given = parser.parse_args()
    asyncio.run(_run(given.owner, given.size, given.close))


if __name__ == "__main__":
    main()
