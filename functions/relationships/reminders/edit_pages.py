"""Setting a reminder on a contact, and changing one. Typed text is never lost."""

import secrets
from http import HTTPStatus

import azure.functions as func

import wiring.relationships
import wiring.relationships.reminders
from domain.base.errors import InvalidInput, KeyReused, StaleVersion
from domain.relationships.contact import Contact
from domain.relationships.contacts import read_contact
from domain.relationships.reminders.reminder import Reminder, ReminderContent
from domain.relationships.reminders.reminders import (
    Making,
    change_reminder,
    create_reminder,
    read_reminder,
)
from functions.framework.callers import SignedIn
from functions.framework.clock import new_id, now
from functions.framework.forms import vet
from functions.framework.my_pages import creation_key, my_page, person_and_form, person_of
from functions.framework.replies import redirect
from functions.framework.texts import _
from functions.relationships.reminders.form import UNITS, WAYS, content_of, form_of, sentences, when
from functions.relationships.reminders.pages import version_of


async def show_new(req: func.HttpRequest) -> func.HttpResponse:
    person = await person_of(req)
    contact = await _contact(person, req.route_params["contactId"])
    return _page(person, contact, {"key": secrets.token_urlsafe(16)})


async def create(req: func.HttpRequest) -> func.HttpResponse:
    """Set the reminder of this form once, however often the form is sent."""
    person, form = await person_and_form(req)
    contact = await _contact(person, req.route_params["contactId"])
    try:
        content = vet(ReminderContent, content_of(form))
        making = Making(contact.id, new_id("rem"), creation_key(form), now())
        desk = wiring.relationships.reminders.desk()
        await create_reminder(person.account_id, content, making, desk=desk)
    except InvalidInput as refusal:
        return _page(person, contact, form, faults=sentences(refusal.faults))
    except KeyReused:
        fault = {"/text": _("This form has set a reminder already. Send it again to set one more")}
        return _page(person, contact, form | {"key": secrets.token_urlsafe(16)}, faults=fault)
    return redirect(f"/my/contacts/{contact.id}?done=reminded#reminders")


async def show(req: func.HttpRequest) -> func.HttpResponse:
    person = await person_of(req)
    reminder = await _reminder(person, req)
    contact = await _contact(person, reminder.contact_id)
    return _page(person, contact, form_of(reminder.content), reminder=reminder)


async def save(req: func.HttpRequest) -> func.HttpResponse:
    person, form = await person_and_form(req)
    reminder = await _reminder(person, req)
    contact = await _contact(person, reminder.contact_id)
    try:
        content = vet(ReminderContent, content_of(form))
        desk = wiring.relationships.reminders.desk()
        await change_reminder(version_of(req, person, form), content, now=now(), desk=desk)
    except InvalidInput as refusal:
        return _page(person, contact, form, reminder=reminder, faults=sentences(refusal.faults))
    except StaleVersion:
        said = _("It was changed somewhere else meanwhile. Save again to replace that with what is below")
        stale = form | {"version": str(reminder.version)}
        status = HTTPStatus.PRECONDITION_FAILED
        return _page(person, contact, stale, reminder=reminder, faults={"/text": said}, status=status)
    return redirect("/my/reminders?done=saved")


async def _contact(person: SignedIn, contact_id: str) -> Contact:
    return await read_contact(person.account_id, contact_id, contacts=wiring.relationships.contacts())


async def _reminder(person: SignedIn, req: func.HttpRequest) -> Reminder:
    desk = wiring.relationships.reminders.desk()
    return await read_reminder(person.account_id, req.route_params["reminderId"], desk=desk)


def _page(
    person: SignedIn,
    contact: Contact,
    form: dict[str, str],
    *,
    reminder: Reminder | None = None,
    faults: dict[str, str] | None = None,
    status: int = HTTPStatus.UNPROCESSABLE_ENTITY,
) -> func.HttpResponse:
    return my_page(
        "relationships/reminders/edit.html",
        person,
        status=status if faults else HTTPStatus.OK,
        contact=contact,
        reminder=reminder,
        ways=[(key, _(label), _(hint)) for key, label, hint in WAYS],
        units=[(key, _(label)) for key, label in UNITS],
        typed={"text": "", "way": "once", "on": "", "every-number": "1", "every-unit": "years",
               "silentWeeks": "8", **form},
        version=form.get("version", reminder.version if reminder else None),
        key=form.get("key"),
        when=when,
        faults=faults or {},
    )  # fmt: skip
