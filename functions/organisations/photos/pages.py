"""`/org/{organisationId}/photos`: photos of people from a zip, from sending it to the undo."""

import secrets
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

import azure.functions as func

import wiring.images
import wiring.organisations.photos
from domain.base.errors import Conflict, ImageTooLarge, InvalidInput, KeyReused, NotFound
from domain.base.limits import UNDO_TIME, TooManyRequests
from domain.organisations.organisation import Acting, Creating
from domain.organisations.photos.archive import MOST_ZIP
from domain.organisations.photos.matching import receive_zip
from domain.organisations.photos.photos import (
    FITS,
    LEFT_OUT,
    PAGE_ROWS,
    STAYED,
    TAKEN_BACK,
    WAS_SET,
    Photos,
    PhotosVersion,
    Row,
    give_up,
    read_photos,
    rows_of,
    start_setting,
    start_undo,
)
from functions.framework.callers import SignedIn, check_form, count_change
from functions.framework.clock import now
from functions.framework.forms import read_sent
from functions.framework.my_pages import creation_key, version_in
from functions.framework.replies import redirect
from functions.framework.texts import N_, _
from functions.operations.forms import change_said
from functions.organisations.acting import opened, org_page, sent
from functions.organisations.photos.models import sentence
from functions.organisations.staged import change_work_of, started, work_of

_LISTED: Final = 20
# Which files the report shows, by what becomes of them.
SHOWN: Final = {
    "": ("", N_("All files")),
    "left-out": (LEFT_OUT, N_("Left out")),
    "fit": (FITS, N_("Fit")),
    "set": (WAS_SET, N_("Set")),
    "back": (TAKEN_BACK, N_("Put back")),
    "stayed": (STAYED, N_("Stayed")),
}
EFFECTS: Final = {
    FITS: (N_("Fits"), ""),
    WAS_SET: (N_("Set"), "good"),
    LEFT_OUT: (N_("Left out"), "bad"),
    TAKEN_BACK: (N_("Put back"), ""),
    STAYED: (N_("Stayed"), "wait"),
}
STAGES: Final = {
    "ready": (N_("Waits for you"), "wait"),
    "setting": (N_("Being set"), "wait"),
    "done": (N_("Set"), "good"),
    "undoing": (N_("Being put back"), "wait"),
    "undone": (N_("Put back"), ""),
    "cancelled": (N_("Given up"), ""),
}


async def show(req: func.HttpRequest) -> func.HttpResponse:
    person, by = await opened(req, "change_staff_cards")
    return await _start_page(person, by)


async def upload(req: func.HttpRequest) -> func.HttpResponse:
    """Take a zip in once, however often the form is sent."""
    person, by = await opened(req, "change_staff_cards")
    try:
        form, files = read_sent(req, MOST_ZIP)
    except ImageTooLarge:
        # Beyond what this form may have.
        return await _start_page(person, by, fault=_too_large())
    check_form(req, person, form)
    await count_change(person.account_id)
    content = files.get("file", b"")
    if not content:
        return await _start_page(person, by, fault=_("Choose a file first"))
    try:
        creating = Creating(creation_key(form), now())
        found = await receive_zip(by, content, creating, to=wiring.organisations.photos.intake())
    except InvalidInput as refusal:
        return await _start_page(person, by, fault=_(refusal.faults[0].detail))
    except KeyReused:
        return await _start_page(
            person, by, fault=_("This form has sent another file already. Send it again")
        )
    except TooManyRequests as refusal:
        return await _start_page(person, by, fault=_(refusal.detail))
    return redirect(_at(by, found))


def _too_large() -> str:
    return _("The file is larger than %(most)s MB", most=MOST_ZIP // 1_000_000)


def _at(by: Acting, found: Photos) -> str:
    return f"/org/{by.organisation.id}/photos/{found.id}"


async def _start_page(person: SignedIn, by: Acting, *, fault: str | None = None) -> func.HttpResponse:
    found, _more = await wiring.organisations.photos.store().list(by.organisation.id, _LISTED, None)
    return org_page(
        "organisations/photos/photos.html",
        person,
        by,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if fault else HTTPStatus.OK,
        zips=found,
        stages=STAGES,
        key=secrets.token_urlsafe(16),
        faults={"/file": fault} if fault else {},
    )


async def show_one(req: func.HttpRequest) -> func.HttpResponse:
    person, by = await opened(req, "change_staff_cards")
    return await _page(req.params, person, by, await _found(req, by))


async def change(req: func.HttpRequest) -> func.HttpResponse:
    """What a button of the page says: pause, resume, cancel, or one of the steps."""
    person, by, form = await sent(req, "change_staff_cards")
    then, found = form.get("then", ""), await _found(req, by)
    if (wanted := change_said(then)) is not None:
        if found.is_busy:  # what has ended meanwhile is shown as it is
            await change_work_of(found, wanted, now())
        return redirect(_at(by, found))
    try:
        changed = await _step(then, by, PhotosVersion(found.id, version_in(form)))
    except Conflict as refusal:
        fault = {"/photos": _(refusal.detail)}
        return await _page(form, person, by, found, faults=fault, status=HTTPStatus.CONFLICT)
    await started(changed, now())
    return redirect(_at(by, changed))


async def _step(then: str, by: Acting, of: PhotosVersion) -> Photos:
    photos, at = wiring.organisations.photos.store(), now()
    if then == "set":
        return await start_setting(by, of, now=at, photos=photos)
    if then == "undo":
        return await start_undo(by, of, now=at, photos=photos)
    if then == "forget":
        return await give_up(by, of, now=at, photos=photos, uploads=wiring.images.blobs())
    raise NotFound


async def _found(req: func.HttpRequest, by: Acting) -> Photos:
    store = wiring.organisations.photos.store()
    return await read_photos(by, req.route_params["photosId"], photos=store)


async def _page(
    asked: Mapping[str, str],
    person: SignedIn,
    by: Acting,
    found: Photos,
    *,
    faults: dict[str, str] | None = None,
    status: int = HTTPStatus.OK,
) -> func.HttpResponse:
    return org_page(
        "organisations/photos/one.html",
        person,
        by,
        status=status,
        found=found,
        work=await work_of(found),
        faults=faults or {},
        counts={name: found.count(of) if of else len(found.effects) for name, (of, _name) in SHOWN.items()},
        can_set=found.can_be_set(now()),
        can_undo=found.can_be_undone(now()),
        undo_until=found.set_at + UNDO_TIME if found.set_at else None,
        **await _report(asked, found),
    )


async def _report(asked: Mapping[str, str], found: Photos) -> dict[str, Any]:
    """The page of the report that was asked for: a hundred files, of one effect or of all."""
    show = asked.get("show", "") if asked.get("show", "") in SHOWN else ""
    wanted = SHOWN[show][0]
    numbers = [
        page
        for page in range(found.pages)
        if not wanted or wanted in found.effects[page * PAGE_ROWS : (page + 1) * PAGE_ROWS]
    ]
    first = _number(asked.get("page", ""))
    here = next((page for page in numbers if page >= first), numbers[-1] if numbers else -1)
    rows = await rows_of(found, here, photos=wiring.organisations.photos.store())
    earlier, later = [page for page in numbers if page < here], [page for page in numbers if page > here]
    return {
        "show": show,
        "shown": SHOWN,
        "rows": [(row, _why(row), EFFECTS[row.effect]) for row in rows if not wanted or row.effect == wanted],
        "page": here,
        "before": earlier[-1] if earlier else None,
        "after": later[0] if later else None,
    }


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 3 else 0  # noqa: PLR2004 - 10 pages


def _why(row: Row) -> str:
    told = sentence(row)
    return _(told[0], **told[1]) if told else ""
