"""`/my/calendar-files`: send a calendar, look at the meetings in it, log them, take all of them back."""

from http import HTTPStatus
from typing import Any, Final

import azure.functions as func

import wiring.operations
import wiring.relationships
import wiring.relationships.calendar
from domain.base.errors import ImageTooLarge, InvalidInput
from domain.operations.work import Work
from domain.relationships.calendar.events import too_large
from domain.relationships.calendar.file import CalendarFile, Reason, read_file
from domain.relationships.calendar.logging import (
    NotLoggedYet,
    log_id,
    start_logging,
    start_undo,
    undo_id,
)
from functions.framework.callers import SignedIn, check_form, count_change
from functions.framework.clock import now
from functions.framework.filters import day as day_text
from functions.framework.forms import read_sent, sentences
from functions.framework.my_pages import my_page, person_and_form, person_of
from functions.framework.replies import redirect
from functions.framework.texts import N_, _
from functions.relationships.calendar.api import looked_at

_AT: Final = "/my/calendar-files"
# Contacts whose meetings the page lists; the others are counted.
_SHOWN: Final = 50
_LABELS: Final = {"/file": N_("Calendar file")}
_REASONS: Final[dict[Reason, str]] = {
    "unreadable": N_("The event cannot be read"),
    "cancelled": N_("It was cancelled"),
    "all_day": N_("It takes the whole day"),
    "too_many_people": N_("More than ten people"),
    "another_time": N_("In the future, or more than two years ago"),
    "nobody": N_("Nobody of your contacts was there"),
    "rule": N_("It repeats in a way that we do not read; at most its first day counts"),
}


async def show(req: func.HttpRequest) -> func.HttpResponse:
    return _sending(await person_of(req))


async def send(req: func.HttpRequest) -> func.HttpResponse:
    """Read the file. What is found is shown before anything is logged."""
    person = await person_of(req)
    try:
        form, files = read_sent(req)
        check_form(req, person, form)
        await count_change(person.account_id)
        made = await looked_at(person.account_id, files.get("file", b""), now())
    except ImageTooLarge:
        return _sending(person, sentences(too_large().faults, _LABELS))
    except InvalidInput as refusal:
        return _sending(person, sentences(refusal.faults, _LABELS))
    return redirect(f"{_AT}/{made.id}")


def _sending(person: SignedIn, faults: dict[str, str] | None = None) -> func.HttpResponse:
    status = HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK
    return my_page("relationships/calendar/send.html", person, status=status, faults=faults or {})


async def show_file(req: func.HttpRequest) -> func.HttpResponse:
    person = await person_of(req)
    file = await _file(req, person)
    return await _page(person, file)


async def apply(req: func.HttpRequest) -> func.HttpResponse:
    person, _form = await person_and_form(req)
    file = await _file(req, person)
    works, queue = wiring.operations.works(), wiring.operations.work_queue()
    await start_logging(file, now(), works=works, queue=queue)
    return redirect(f"{_AT}/{file.id}")


async def undo(req: func.HttpRequest) -> func.HttpResponse:
    person, _form = await person_and_form(req)
    file = await _file(req, person)
    works, queue = wiring.operations.works(), wiring.operations.work_queue()
    try:
        await start_undo(file, now(), works=works, queue=queue)
    except NotLoggedYet:
        return await _page(person, file, status=HTTPStatus.CONFLICT)
    return redirect(f"{_AT}/{file.id}")


async def _file(req: func.HttpRequest, person: SignedIn) -> CalendarFile:
    return await read_file(
        person.account_id, req.route_params["calendarId"], files=wiring.relationships.calendar.files()
    )


async def _page(person: SignedIn, file: CalendarFile, *, status: int = HTTPStatus.OK) -> func.HttpResponse:
    works = wiring.operations.works()
    logging = await works.get(person.account_id, log_id(file.id))
    undoing = await works.get(person.account_id, undo_id(file.id))
    return my_page(
        "relationships/calendar/file.html",
        person,
        status=status,
        file=file,
        rows=await _rows(person, file),
        more=max(0, len(file.meetings) - _SHOWN),
        left_out=[(_(_REASONS[reason]), number) for reason, number in file.left_out.items() if number],
        state=_state(logging, undoing),
        work=undoing or logging,
    )


def _state(logging: Work | None, undoing: Work | None) -> str:
    if undoing is not None:
        return "undone" if undoing.state == "done" else "undoing"
    if logging is None:
        return "found"
    return logging.state if logging.is_over else "logging"


async def _rows(person: SignedIn, file: CalendarFile) -> list[tuple[Any, ...]]:
    shown = file.meetings[:_SHOWN]
    ids = [each.contact_id for each in shown]
    found = await wiring.relationships.contacts().find(person.account_id, ids) if ids else []
    names = {contact.id: contact.content.name for contact in found}
    return [
        (names[each.contact_id], day_text(each.days[-1][0], year=True), len(each.days))
        for each in shown
        if each.contact_id in names
    ]
