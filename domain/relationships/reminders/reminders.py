"""The reminders of one owner: made, changed, done, put off, deleted for a day and then erased.

Every function takes the owner's id, and a store reads no other owner's partition: what is somebody else's is
absent. So is the reminder of a deleted contact, until the contact is back.
"""

from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from typing import NamedTuple, Protocol

from domain.base.errors import Conflict, Fault, InvalidInput, KeyReused, NotFound, StaleVersion, Unavailable
from domain.base.idempotency import Creation, request_hash
from domain.base.limits import MOST_REMINDERS, UNDO_TIME, LimitReached
from domain.base.texts import N_
from domain.operations.erasure import Settled, came_back, erase_due, restorable
from domain.operations.slices import Slice
from domain.relationships.contact import Contact
from domain.relationships.keys import Unreadable
from domain.relationships.reminders.reminder import (
    Reminder,
    ReminderContent,
    morning,
    next_day,
    silence_broken,
    silence_ends,
)

MOST_OF_A_CONTACT = 100
# It is still today somewhere when it is tomorrow here.
_WEST = timedelta(hours=12)
_FURTHEST = timedelta(days=366 * 20)
# What an erased reminder says.
_NOTHING = ReminderContent(text="-", silent_weeks=1)


class NothingToTakeBack(Conflict):
    code = "nothing_to_take_back"
    title = N_("There is nothing to take back")


class ReminderStore(Protocol):
    async def get(self, owner_id: str, reminder_id: str) -> Reminder | None: ...
    async def get_with_deleted(self, owner_id: str, reminder_id: str) -> Reminder | None:
        """Return the reminder, also a deleted or erased one."""
        ...

    async def of_contact(self, owner_id: str, contact_id: str, limit: int) -> list[Reminder]:
        """The reminders of a contact, newest first."""
        ...

    async def waiting(
        self, owner_id: str, limit: int, cursor: str | None
    ) -> tuple[list[Reminder], str | None]:
        """A page of the reminders that rang and wait for their owner, the last that rang first."""
        ...

    async def count(self, owner_id: str) -> int: ...
    async def count_of(self, owner_id: str, contact_id: str) -> int: ...
    async def create(self, reminder: Reminder, creation: "Creation[Reminder] | None") -> bool: ...
    async def creation(self, owner_id: str, key: str) -> "Creation[Reminder] | None": ...
    async def forget_creation(self, owner_id: str, key: str) -> None: ...
    async def save(self, reminder: Reminder) -> Reminder: ...
    async def remove(self, reminder: Reminder) -> None:
        """Delete the document of a reminder without a trace."""
        ...


class DeletedReminders(ReminderStore, Protocol):
    def to_be_erased(self, now: datetime) -> AsyncIterator[Reminder]:
        """Deleted reminders of all owners whose time to come back is over."""
        ...


class Contacts(Protocol):
    async def get(self, owner_id: str, contact_id: str) -> Contact | None: ...
    async def find(self, owner_id: str, contact_ids: list[str]) -> list[Contact]: ...


class Meetings(Protocol):
    async def last_days(self, owner_id: str, contact_ids: list[str]) -> dict[str, date]:
        """The day of the last interaction with each of the contacts, where there is one."""
        ...


class Desk(NamedTuple):
    """The stores that reminders need."""

    reminders: ReminderStore
    contacts: Contacts
    meetings: Meetings


class ReminderVersion(NamedTuple):
    """Version of an owner's reminder that a change is based on."""

    owner_id: str
    reminder_id: str
    version: int


class Making(NamedTuple):
    """What a new reminder needs beside its content: contact, id, hashed Idempotency-Key, time."""

    contact_id: str
    reminder_id: str
    key: str | None
    now: datetime


async def create_reminder(owner_id: str, content: ReminderContent, making: Making, *, desk: Desk) -> Reminder:
    """Store a new reminder; a repetition under the same key returns the first."""
    reminders, key, now = desk.reminders, making.key, making.now
    await _refuse_absent(owner_id, making.contact_id, desk.contacts)
    if key and (done := await reminders.creation(owner_id, key)):
        return _repeated(done, content, making)
    _refuse_past(content, None, now)
    await _refuse_when_full(owner_id, making.contact_id, reminders)
    reminder = Reminder(
        id=making.reminder_id,
        owner_id=owner_id,
        contact_id=making.contact_id,
        content=content,
        due_at=await _due(owner_id, making.contact_id, content, now, desk.meetings),
        key=key,
        created_at=now,
        updated_at=now,
    )
    creation = Creation[Reminder](key=key, request=request_hash(content), made=reminder) if key else None
    if not await reminders.create(reminder, creation):
        if key and (done := await reminders.creation(owner_id, key)):
            return _repeated(done, content, making)
        # It may be stored although the answer was lost: nobody else can have made this id.
        if await reminders.get(owner_id, reminder.id) is None:
            raise Unavailable
    if await desk.contacts.get(owner_id, making.contact_id) is None:
        # Deleted or merged meanwhile: an erasure may have passed it.
        await reminders.remove(reminder)
        raise NotFound
    return reminder


def _repeated(done: Creation[Reminder], content: ReminderContent, making: Making) -> Reminder:
    if done.made.contact_id != making.contact_id:
        raise KeyReused
    return done.repeated(content)


async def read_reminder(owner_id: str, reminder_id: str, *, desk: Desk) -> Reminder:
    reminder = await _there(owner_id, reminder_id, desk)
    if reminder.unreadable:
        raise Unreadable
    return reminder


async def _there(owner_id: str, reminder_id: str, desk: Desk) -> Reminder:
    reminder = await desk.reminders.get(owner_id, reminder_id)
    if reminder is None:
        raise NotFound
    await _refuse_absent(owner_id, reminder.contact_id, desk.contacts)
    return reminder


async def change_reminder(
    of: ReminderVersion, content: ReminderContent, *, now: datetime, desk: Desk
) -> Reminder:
    """Replace the content. It is due by the new one, unless only the text is another."""
    reminder = await _read_version(of, desk)
    if reminder.unreadable:
        raise Unreadable
    _refuse_past(content, reminder.content, now)
    if content.model_copy(update={"text": ""}) == reminder.content.model_copy(update={"text": ""}):
        return await desk.reminders.save(reminder.changed(now, content=content))
    due_at = await _due(of.owner_id, reminder.contact_id, content, now, desk.meetings)
    changed = reminder.changed(now, content=content, due_at=due_at, rang_at=None, earlier=None)
    return await desk.reminders.save(changed)


async def do_reminder(of: ReminderVersion, *, now: datetime, desk: Desk) -> Reminder:
    """Note that it is done; a repeating one is due again."""
    reminder = await _read_version(of, desk)
    if reminder.state == "done":
        return reminder
    last = (await desk.meetings.last_days(of.owner_id, [reminder.contact_id])).get(reminder.contact_id)
    return await desk.reminders.save(reminder.done(now, last))


async def snooze_reminder(of: ReminderVersion, until: date, *, now: datetime, desk: Desk) -> Reminder:
    """Put it off until a later day."""
    reminder = await _read_version(of, desk)
    if until <= (now - _WEST).date():
        raise InvalidInput([Fault("/until", "in_the_past", N_("is not a later day. Choose one after today"))])
    _refuse_far("/until", until, now)
    return await desk.reminders.save(reminder.snoozed(until, now))


async def take_back(of: ReminderVersion, *, now: datetime, desk: Desk) -> Reminder:
    """Take the last act back, if nothing else came after it."""
    reminder = await _read_version(of, desk)
    if reminder.earlier is None:
        raise NothingToTakeBack
    return await desk.reminders.save(reminder.taken_back(now))


async def delete_reminder(of: ReminderVersion, *, now: datetime, desk: Desk) -> Reminder:
    """Delete the reminder; it can come back for a day."""
    reminder = await _read_version(of, desk)
    saved = await desk.reminders.save(reminder.changed(now, deleted=True, until=now + UNDO_TIME))
    if reminder.key is not None:
        await desk.reminders.forget_creation(of.owner_id, reminder.key)
    return saved


async def read_deleted_reminder(owner_id: str, reminder_id: str, *, now: datetime, desk: Desk) -> Reminder:
    """Return a deleted reminder that can still come back."""
    reminder = restorable(await desk.reminders.get_with_deleted(owner_id, reminder_id), now)
    await _refuse_absent(owner_id, reminder.contact_id, desk.contacts)
    return reminder


async def restore_reminder(of: ReminderVersion, *, now: datetime, desk: Desk) -> Reminder:
    """Bring a deleted reminder back as it was; a repetition returns the reminder."""
    there = await desk.reminders.get_with_deleted(of.owner_id, of.reminder_id)
    if came_back(there, of.version):
        return there
    reminder = restorable(there, now, of.version)
    await _refuse_absent(of.owner_id, reminder.contact_id, desk.contacts)
    await _refuse_when_full(of.owner_id, reminder.contact_id, desk.reminders)
    return await desk.reminders.save(reminder.changed(now, deleted=False, until=None))


async def erase(reminder: Reminder, now: datetime, *, reminders: ReminderStore) -> None:
    """Drop everything that a deleted reminder said."""
    await reminders.save(reminder.changed(now, until=None, content=_NOTHING, history=[], earlier=None))


async def erase_due_reminders(now: datetime, bound: Slice, *, reminders: DeletedReminders) -> Settled:
    """Erase reminders whose time to come back is over, until the bound."""
    due = reminders.to_be_erased(now)
    return await erase_due(due, lambda reminder: erase(reminder, now, reminders=reminders), bound)


async def waiting_reminders(
    owner_id: str, limit: int, cursor: str | None, *, desk: Desk
) -> tuple[list[tuple[Reminder, Contact]], str | None]:
    """A page of the reminders that wait, with their contacts.

    Without those of deleted contacts, and those of a silence that has ended since.
    """
    found, following = await desk.reminders.waiting(owner_id, limit, cursor)
    ids = list({reminder.contact_id for reminder in found})
    there = {contact.id: contact for contact in await desk.contacts.find(owner_id, ids)} if ids else {}
    silent = list({reminder.contact_id for reminder in found if reminder.content.silent_weeks})
    last = await desk.meetings.last_days(owner_id, silent) if silent else {}
    return [
        (reminder, there[reminder.contact_id])
        for reminder in found
        if reminder.contact_id in there
        and not (
            reminder.content.silent_weeks and silence_broken(reminder.rang_at, last.get(reminder.contact_id))
        )
    ], following


async def _read_version(of: ReminderVersion, desk: Desk) -> Reminder:
    reminder = await _there(of.owner_id, of.reminder_id, desk)
    if reminder.version != of.version:
        raise StaleVersion
    return reminder


async def _due(
    owner_id: str, contact_id: str, content: ReminderContent, now: datetime, meetings: Meetings
) -> datetime:
    if content.on is not None and content.every is not None:
        # Changed later, a row goes on from today.
        return morning(next_day(content.on, content.every, (now - _WEST).date() - timedelta(days=1)))
    if content.on is not None:
        return morning(content.on)
    last = (await meetings.last_days(owner_id, [contact_id])).get(contact_id)
    return silence_ends(content.silent_weeks or 1, last, now.date(), None)


async def _refuse_absent(owner_id: str, contact_id: str, contacts: Contacts) -> None:
    if await contacts.get(owner_id, contact_id) is None:
        raise NotFound


def _refuse_past(content: ReminderContent, before: ReminderContent | None, now: datetime) -> None:
    """Refuse a day that is over everywhere; one that was there before may be, and a row goes on from it."""
    if content.on is None:
        return
    if before is not None and before.on == content.on and (content.every or before.every is None):
        return
    if content.on < (now - _WEST).date():
        raise InvalidInput([Fault("/on", "in_the_past", N_("is in the past. Choose today or a later day"))])
    _refuse_far("/on", content.on, now)


def _refuse_far(field: str, on: date, now: datetime) -> None:
    if on > (now + _FURTHEST).date():
        raise InvalidInput(
            [Fault(field, "too_late", N_("is more than 20 years ahead. Choose an earlier day"))]
        )


async def _refuse_when_full(owner_id: str, contact_id: str, reminders: ReminderStore) -> None:
    if await reminders.count(owner_id) >= MOST_REMINDERS:
        raise LimitReached(
            N_("An account may have %(most)s reminders. Delete some that you need less.", most=MOST_REMINDERS)
        )
    if await reminders.count_of(owner_id, contact_id) >= MOST_OF_A_CONTACT:
        raise LimitReached(
            N_("A contact may have %(most)s reminders. Delete some that are done.", most=MOST_OF_A_CONTACT)
        )
