"""`/my/export`: contacts as a file, from asking for it to fetching it."""

import re
from http import HTTPStatus
from typing import Any, Final

import azure.functions as func

import wiring.accounts
import wiring.operations
import wiring.relationships
import wiring.relationships.transfer
from domain.base.errors import NotFound
from domain.operations.work import Work
from domain.relationships.transfer.exports import (
    EXPORT,
    KEEP,
    ExportCursor,
    TooManyExports,
    Wanted,
    is_kept,
    parts_of,
    read_export,
    read_part,
    start_export,
)
from domain.relationships.transfer.writers.forms import FORMS
from functions.framework.callers import SignedIn, require_fresh
from functions.framework.clock import new_id, now
from functions.framework.forms import vet
from functions.framework.my_pages import creation_key, my_page, person_and_form, person_of
from functions.framework.replies import redirect, reply
from functions.framework.texts import N_, _
from functions.operations.forms import change_said, do_change

_PAGE: Final = "/my/export"
_FILE: Final = re.compile(r"([1-9][0-9]{0,3})\.[a-z.]{2,20}")
_TAG: Final = re.compile("tag_[a-z2-7]{26}")
_LISTED: Final = 5
FORM_HINTS: Final = {
    "vcard4": N_("For phones and most address books."),
    "vcard3": N_("Where vCard 4.0 is not understood."),
    "csv": N_("For a spreadsheet."),
    "json": N_("For programs, and to bring everything back."),
    "jcard": N_("vCard in JSON, for programs."),
    "jscontact": N_("The newer form for programs."),
}


async def show(req: func.HttpRequest) -> func.HttpResponse:
    return await _page(await person_of(req))


async def start(req: func.HttpRequest) -> func.HttpResponse:
    person, form = await person_and_form(req)
    require_fresh(person, N_("Export the contacts"))
    try:
        await start_export(
            person.account_id,
            vet(Wanted, _wanted(form)),
            new_id("job"),
            key=creation_key(form) if form.get("key") else None,
            now=now(),
            works=wiring.operations.works(),
            queue=wiring.operations.work_queue(),
        )
    except TooManyExports as refusal:
        return await _page(person, fault=_(refusal.title), status=HTTPStatus.CONFLICT)
    return redirect(_PAGE)


def _wanted(form: dict[str, str]) -> dict[str, Any]:
    which, tag = form.get("which", ""), form.get("tag", "")
    return {
        "form": form.get("form") if form.get("form") in FORMS else "vcard4",
        "kind": which if which in ("person", "entity") else None,
        "archived": which == "archived" if which in ("archived", "used") else None,
        "tag": tag if _TAG.fullmatch(tag) else None,
    }


async def change(req: func.HttpRequest) -> func.HttpResponse:
    """Pause, resume or cancel. What has ended meanwhile is shown as it is."""
    person, form = await person_and_form(req)
    wanted = change_said(form.get("change", ""))
    if wanted is None:
        raise NotFound
    work = await read_export(person.account_id, req.route_params["workId"], works=wiring.operations.works())
    await do_change(person.account_id, work.id, wanted)
    return redirect(_PAGE)


async def fetch(req: func.HttpRequest) -> func.HttpResponse:
    """One part of an export, to its owner alone."""
    person = await person_of(req)
    require_fresh(person, N_("Fetch the export"))
    match = _FILE.fullmatch(req.route_params["file"])
    if match is None:
        raise NotFound
    work, content = await read_part(
        person.account_id,
        req.route_params["workId"],
        int(match[1]),
        now=now(),
        works=wiring.operations.works(),
        files=wiring.relationships.transfer.files(),
        limiter=wiring.accounts.limiter(),
    )
    cursor = ExportCursor.of(work)
    form = FORMS[cursor.wanted.form]
    several = f"-{match[1]}" if len(parts_of(cursor)) > 1 else ""
    name = f"izwop-contacts-{work.created_at:%Y-%m-%d}{several}.{form.suffix}"
    return reply(
        content,
        content_type=form.media,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


async def _page(
    person: SignedIn, *, fault: str | None = None, status: int = HTTPStatus.OK
) -> func.HttpResponse:
    found = await wiring.operations.works().of_kind(person.account_id, EXPORT)
    latest = next(iter(found), None)
    book = await wiring.relationships.tags().book(person.account_id)
    at = now()
    return my_page(
        "relationships/transfer/export.html",
        person,
        status=status,
        work=latest if latest is not None and not is_kept(latest, at) else None,
        kept=[_told(work) for work in found if is_kept(work, at)][:_LISTED],
        forms=[(key, _(form.name), _(FORM_HINTS[key])) for key, form in FORMS.items()],
        tags=book.sorted(),
        key=new_id("key"),
        fault=fault,
    )


def _told(work: Work) -> dict[str, Any]:
    cursor = ExportCursor.of(work)
    form = FORMS[cursor.wanted.form]
    return {
        "id": work.id,
        "name": form.name,
        "suffix": form.suffix,
        "contacts": sum(piece.contacts for piece in cursor.written),
        "damaged": work.failed,
        "made": work.created_at,
        "until": work.ended_at + KEEP if work.ended_at else None,
        "parts": [sum(piece.size for piece in part) for part in parts_of(cursor)],
    }
