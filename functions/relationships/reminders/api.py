"""`/api/v1/reminders`: what the caller wants to be reminded of about contacts, which nobody else can read."""

from datetime import date, datetime
from typing import Literal

from pydantic import Field

import wiring.relationships
import wiring.relationships.reminders
from domain.base.errors import KeyReused
from domain.base.limits import LimitReached
from domain.base.model import Closed
from domain.relationships.contacts import read_contact
from domain.relationships.keys import Unreadable
from domain.relationships.reminders.reminder import Reminder, ReminderContent, State
from domain.relationships.reminders.reminders import (
    MOST_OF_A_CONTACT,
    Making,
    NothingToTakeBack,
    ReminderVersion,
    change_reminder,
    create_reminder,
    delete_reminder,
    do_reminder,
    read_deleted_reminder,
    read_reminder,
    restore_reminder,
    snooze_reminder,
    take_back,
    waiting_reminders,
)
from functions.framework.clock import new_id
from functions.framework.operations import Answer, Call, Page, operation


class ActOut(Closed):
    at: datetime
    what: Literal["done", "snoozed"]


class ReminderOut(Closed):
    """A reminder. It is planned for `dueAt`, or waits since `waitingSince`, or is done."""

    id: str
    contact_id: str
    content: ReminderContent
    unreadable: bool = Field(description="Whether the text is damaged in the store: a hyphen stands for it.")
    state: State
    due_at: datetime | None
    waiting_since: datetime | None
    history: list[ActOut]
    created_at: datetime
    updated_at: datetime


class ReminderList(Closed):
    data: list[ReminderOut]
    page: Page


class ContactReminderList(Closed):
    data: list[ReminderOut]


class DeletedReminderOut(Closed):
    """A deleted reminder as it was. It can be taken back before `restorableUntil`, and is then erased."""

    reminder: ReminderOut
    restorable_until: datetime


class ReminderFilter(Closed):
    """Which reminders to list: all, newest first, or those that wait, the last that rang first."""

    waiting: bool = False


class Snooze(Closed):
    """The day on whose morning it comes again."""

    until: date


def _out(reminder: Reminder) -> ReminderOut:
    waits = reminder.rang_at is not None
    return ReminderOut(
        id=reminder.id,
        contact_id=reminder.contact_id,
        content=reminder.content,
        unreadable=reminder.unreadable,
        state=reminder.state,
        due_at=None if waits else reminder.due_at,
        waiting_since=reminder.rang_at,
        history=[ActOut(at=act.at, what=act.what) for act in reminder.history],
        created_at=reminder.created_at,
        updated_at=reminder.updated_at,
    )


def _answer(reminder: Reminder) -> Answer:
    return Answer(_out(reminder), reminder.version)


def _version_of[B, Q](call: Call[B, Q]) -> ReminderVersion:
    return ReminderVersion(call.account_id, call.params["reminderId"], call.version)


@operation("The account's reminders", query=ReminderFilter, answer=ReminderList, lists=True)
async def list_reminders(call: Call[None, ReminderFilter]) -> Answer:
    desk = wiring.relationships.reminders.desk()
    if call.query.waiting:
        pairs, following = await waiting_reminders(call.account_id, call.limit, call.cursor, desk=desk)
        found = [reminder for reminder, _contact in pairs]
    else:
        reminders = wiring.relationships.reminders.reminders()
        found, following = await reminders.list(call.account_id, call.limit, call.cursor)
        ids = list({reminder.contact_id for reminder in found})
        contacts = await wiring.relationships.contacts().find(call.account_id, ids)
        there = {contact.id for contact in contacts}
        found = [reminder for reminder in found if reminder.contact_id in there]
    return Answer(ReminderList(data=[_out(reminder) for reminder in found], page=Page(next=following)))


@operation("The reminders of a contact, newest first", answer=ContactReminderList)
async def list_of_contact(call: Call) -> Answer:
    contact_id = call.params["contactId"]
    await read_contact(call.account_id, contact_id, contacts=wiring.relationships.contacts())
    reminders = wiring.relationships.reminders.reminders()
    found = await reminders.of_contact(call.account_id, contact_id, MOST_OF_A_CONTACT)
    return Answer(ContactReminderList(data=[_out(reminder) for reminder in found]))


@operation(
    "Make a reminder on a contact: on a day, repeating from a day on, or after weeks of silence",
    body=ReminderContent,
    answer=ReminderOut,
    creates=True,
    conflicts=(KeyReused, LimitReached),
)
async def post_reminder(call: Call[ReminderContent]) -> Answer:
    making = Making(call.params["contactId"], new_id("rem"), call.key, call.now)
    desk = wiring.relationships.reminders.desk()
    reminder = await create_reminder(call.account_id, call.body, making, desk=desk)
    return Answer(_out(reminder), reminder.version, location=f"reminders/{reminder.id}")


@operation("One reminder", answer=ReminderOut, conflicts=(Unreadable,))
async def get_reminder(call: Call) -> Answer:
    desk = wiring.relationships.reminders.desk()
    return _answer(await read_reminder(call.account_id, call.params["reminderId"], desk=desk))


@operation(
    "Replace a reminder; with another time it is planned anew",
    body=ReminderContent,
    answer=ReminderOut,
    versioned=True,
    conflicts=(Unreadable,),
)
async def put_reminder(call: Call[ReminderContent]) -> Answer:
    desk = wiring.relationships.reminders.desk()
    return _answer(await change_reminder(_version_of(call), call.body, now=call.now, desk=desk))


@operation("Delete a reminder; it can be taken back for a day", versioned=True)
async def remove_reminder(call: Call) -> Answer:
    desk = wiring.relationships.reminders.desk()
    await delete_reminder(_version_of(call), now=call.now, desk=desk)
    return Answer()


@operation(
    "Note that a reminder is done; a repeating one is planned again", answer=ReminderOut, versioned=True
)
async def put_done(call: Call) -> Answer:
    desk = wiring.relationships.reminders.desk()
    return _answer(await do_reminder(_version_of(call), now=call.now, desk=desk))


@operation("Put a reminder off until a later day", body=Snooze, answer=ReminderOut, versioned=True)
async def put_snooze(call: Call[Snooze]) -> Answer:
    desk = wiring.relationships.reminders.desk()
    return _answer(await snooze_reminder(_version_of(call), call.body.until, now=call.now, desk=desk))


@operation(
    "Take back that the reminder was done or put off, whichever was last",
    answer=ReminderOut,
    versioned=True,
    conflicts=(NothingToTakeBack,),
)
async def delete_act(call: Call) -> Answer:
    desk = wiring.relationships.reminders.desk()
    return _answer(await take_back(_version_of(call), now=call.now, desk=desk))


@operation("One deleted reminder that can be taken back", answer=DeletedReminderOut)
async def get_restoration(call: Call) -> Answer:
    desk = wiring.relationships.reminders.desk()
    reminder_id = call.params["reminderId"]
    reminder = await read_deleted_reminder(call.account_id, reminder_id, now=call.now, desk=desk)
    until = reminder.until or call.now
    return Answer(DeletedReminderOut(reminder=_out(reminder), restorable_until=until), reminder.version)


@operation(
    "Take a deleted reminder back, as it was", answer=ReminderOut, versioned=True, conflicts=(LimitReached,)
)
async def put_restoration(call: Call) -> Answer:
    desk = wiring.relationships.reminders.desk()
    return _answer(await restore_reminder(_version_of(call), now=call.now, desk=desk))
