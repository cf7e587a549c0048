"""`/my/reminders`: what waits and what is planned; done, later, delete, and taking each back."""

from datetime import datetime, timedelta
from typing import Final

import azure.functions as func

import wiring.relationships
import wiring.relationships.reminders
from domain.base.errors import InvalidInput, Refusal
from domain.relationships.contact import Contact
from domain.relationships.reminders.reminder import Reminder
from domain.relationships.reminders.reminders import (
    ReminderVersion,
    delete_reminder,
    do_reminder,
    read_deleted_reminder,
    read_reminder,
    restore_reminder,
    snooze_reminder,
    take_back,
    waiting_reminders,
)
from functions.framework.callers import SignedIn
from functions.framework.clock import now
from functions.framework.my_pages import done_in, my_page, person_and_form, person_of, version_in
from functions.framework.replies import redirect
from functions.framework.texts import N_
from functions.relationships.reminders.form import later_day_in, sentences, when

_PAGE: Final = 50
_DONE: Final = {
    "saved": N_("The reminder is saved."),
    "done": N_("Done."),
    "later": N_("It comes again later."),
    "back": N_("It is as it was before."),
    "deleted": N_("The reminder is deleted. You can take it back for a day."),
    "restored": N_("The reminder is back, as it was."),
}
A_WEEK: Final = timedelta(weeks=1)


async def show(req: func.HttpRequest) -> func.HttpResponse:
    return await page(await person_of(req), req)


async def page(
    person: SignedIn, req: func.HttpRequest, faults: dict[str, str] | None = None
) -> func.HttpResponse:
    """A page of what waits, and one of the others, newest first: two queries and one for their contacts each.

    Within the page, what is planned stands in the order of its days.
    """
    desk = wiring.relationships.reminders.desk()
    cursor = req.params.get("cursor") or None
    waiting, more = list[tuple[Reminder, Contact]](), None
    if not cursor:
        after = req.params.get("waiting") or None
        waiting, more = await waiting_reminders(person.account_id, _PAGE, after, desk=desk)
    reminders = wiring.relationships.reminders.reminders()
    found, following = await reminders.list(person.account_id, _PAGE, cursor)
    ids = list({reminder.contact_id for reminder in found})
    contacts = await wiring.relationships.contacts().find(person.account_id, ids) if ids else []
    there = {contact.id: contact for contact in contacts}
    others = [
        (reminder, there[reminder.contact_id])
        for reminder in found
        if reminder.contact_id in there and reminder.state != "waiting"
    ]
    return my_page(
        "relationships/reminders/reminders.html",
        person,
        status=422 if faults else 200,
        waiting=waiting,
        more=more,
        planned=sorted((each for each in others if each[0].state == "planned"), key=_next),
        ended=[each for each in others if each[0].state == "done"],
        following=following,
        when=when,
        in_a_week=(now().date() + A_WEEK).isoformat(),
        faults=faults or {},
        done=done_in(req, _DONE),
        undo=await _undo_of(person, req),
    )


def _next(planned: tuple[Reminder, Contact]) -> datetime:
    return planned[0].due_at or planned[0].created_at


async def _undo_of(person: SignedIn, req: func.HttpRequest) -> tuple[str, int] | None:
    """Where the notice's button goes, and the version it is for: what was just done can be taken back."""
    what, reminder_id = req.params.get("done"), req.params.get("reminder", "")
    desk = wiring.relationships.reminders.desk()
    try:
        if what == "deleted":
            gone = await read_deleted_reminder(person.account_id, reminder_id, now=now(), desk=desk)
            return f"/my/reminders/{gone.id}/restoration", gone.version
        if what in ("done", "later"):
            reminder = await read_reminder(person.account_id, reminder_id, desk=desk)
            return (f"/my/reminders/{reminder.id}/undo", reminder.version) if reminder.earlier else None
    except Refusal:
        return None
    return None


def version_of(req: func.HttpRequest, person: SignedIn, form: dict[str, str]) -> ReminderVersion:
    return ReminderVersion(person.account_id, req.route_params["reminderId"], version_in(form))


def _told(what: str, of: ReminderVersion) -> func.HttpResponse:
    return redirect(f"/my/reminders?done={what}&reminder={of.reminder_id}")


async def do(req: func.HttpRequest) -> func.HttpResponse:
    person, form = await person_and_form(req)
    of = version_of(req, person, form)
    await do_reminder(of, now=now(), desk=wiring.relationships.reminders.desk())
    return _told("done", of)


async def snooze(req: func.HttpRequest) -> func.HttpResponse:
    person, form = await person_and_form(req)
    of = version_of(req, person, form)
    try:
        desk = wiring.relationships.reminders.desk()
        await snooze_reminder(of, later_day_in(form), now=now(), desk=desk)
    except InvalidInput as refusal:
        return await page(person, req, sentences(refusal.faults))
    return _told("later", of)


async def undo(req: func.HttpRequest) -> func.HttpResponse:
    person, form = await person_and_form(req)
    of = version_of(req, person, form)
    await take_back(of, now=now(), desk=wiring.relationships.reminders.desk())
    return _told("back", of)


async def delete(req: func.HttpRequest) -> func.HttpResponse:
    person, form = await person_and_form(req)
    of = version_of(req, person, form)
    await delete_reminder(of, now=now(), desk=wiring.relationships.reminders.desk())
    return _told("deleted", of)


async def restore(req: func.HttpRequest) -> func.HttpResponse:
    person, form = await person_and_form(req)
    of = version_of(req, person, form)
    await restore_reminder(of, now=now(), desk=wiring.relationships.reminders.desk())
    return _told("restored", of)
