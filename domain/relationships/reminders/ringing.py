"""Reminders ring: what is due waits for its owner from now on, and a mail is ordered that says how many do.

No text is read for it. All that rings together rings in one batch with the order of its mail, so that there
is never one without the other, and what rang is not due any more: another run changes nothing.
"""

from collections.abc import AsyncIterator, Sequence
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple, Protocol

from domain.base.errors import Refusal, StaleVersion
from domain.operations.erasure import Settled
from domain.operations.orders import Order, new_order
from domain.operations.slices import Slice
from domain.relationships.reminders.reminder import morning, silence_broken, silence_ends
from domain.relationships.reminders.reminders import Contacts, Meetings

# Kind of the order of a mail; its subject is the owner.
MAIL: Final = "reminder-mail"
# A batch may have 100 operations.
MOST_AT_ONCE: Final = 90
MOST_COUNTED: Final = 100


class Due(NamedTuple):
    """What is known of a due reminder without its text. `made_on` and `counted_from` are of a silence."""

    id: str
    contact_id: str
    silent_weeks: int | None
    made_on: date
    counted_from: date | None
    rang_at: datetime | None
    etag: str


class Rung(NamedTuple):
    """When a reminder is looked at next, and since when it waits."""

    of: Due
    due_at: datetime | None
    rang_at: datetime | None


class DueReminders(Protocol):
    def owners_due(self, now: datetime) -> AsyncIterator[str]:
        """Ids of the owners with due reminders, also several times."""
        ...

    async def due(self, owner_id: str, now: datetime, limit: int) -> list[Due]: ...
    async def waiting_due(self, owner_id: str, limit: int) -> list[Due]:
        """Reminders that wait for their owner."""
        ...

    async def ring(self, owner_id: str, rung: Sequence[Rung], order: Order | None) -> None:
        """Store all of it or nothing; `StaleVersion` if one was changed meanwhile."""
        ...


class Ports(NamedTuple):
    reminders: DueReminders
    contacts: Contacts
    meetings: Meetings


async def ring_due(now: datetime, bound: Slice, *, ports: Ports) -> Settled:
    """Ring what is due, owner by owner, until the bound; the next run goes on."""
    result, seen = Settled(), set[str]()
    async for owner_id in ports.reminders.owners_due(now):
        if bound.is_over:
            break
        if owner_id in seen:
            continue
        seen.add(owner_id)
        bound.spend()
        try:
            result.done += await _ring_all_of(owner_id, now, bound, ports)
        except StaleVersion:
            # Its owner changed one just now: the next run rings the others.
            continue
        except Refusal:
            result.failed += 1
    return result


async def _ring_all_of(owner_id: str, now: datetime, bound: Slice, ports: Ports) -> int:
    done = 0
    while True:
        number = await ring_of(owner_id, now, ports=ports)
        done += number
        if number < MOST_AT_ONCE or bound.is_over:
            return done
        bound.spend()


async def ring_of(owner_id: str, now: datetime, *, ports: Ports) -> int:
    """Ring the first due reminders of an owner, at most `MOST_AT_ONCE`; return how many were due."""
    due = await ports.reminders.due(owner_id, now, MOST_AT_ONCE)
    if not due:
        return 0
    found = await ports.contacts.find(owner_id, list({each.contact_id for each in due}))
    there = {contact.id for contact in found}
    silent = list({each.contact_id for each in due if each.silent_weeks})
    last = await ports.meetings.last_days(owner_id, silent) if silent else {}
    rung = [_rung(each, now, last.get(each.contact_id), there=each.contact_id in there) for each in due]
    loud = any(each.rang_at is not None and each.of.rang_at is None for each in rung)
    order = new_order(MAIL, owner_id, owner_id, now, container="relations") if loud else None
    await ports.reminders.ring(owner_id, rung, order)
    return len(due)


async def count_waiting(owner_id: str, *, ports: Ports) -> int:
    """How many reminders wait for their owner and would be shown, as far as the first hundred tell."""
    waiting = await ports.reminders.waiting_due(owner_id, MOST_COUNTED)
    if not waiting:
        return 0
    found = await ports.contacts.find(owner_id, list({each.contact_id for each in waiting}))
    there = {contact.id for contact in found}
    silent = list({each.contact_id for each in waiting if each.silent_weeks})
    last = await ports.meetings.last_days(owner_id, silent) if silent else {}
    return sum(
        each.contact_id in there
        and not (each.silent_weeks and silence_broken(each.rang_at, last.get(each.contact_id)))
        for each in waiting
    )


def _rung(due: Due, now: datetime, last: date | None, *, there: bool) -> Rung:
    tomorrow = morning(now.date() + timedelta(days=1))
    if not there:
        # Its contact is deleted, and may come back.
        return Rung(due, tomorrow, due.rang_at)
    if due.silent_weeks is None:
        return Rung(due, None, due.rang_at or now)
    ends = silence_ends(due.silent_weeks, last, due.made_on, due.counted_from)
    if ends > now:
        return Rung(due, ends, None)
    return Rung(due, tomorrow, due.rang_at or now)
