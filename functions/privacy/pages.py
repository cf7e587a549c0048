"""`/my/account/copy`: the copy of one's data, from asking for it to fetching it."""

import re
from http import HTTPStatus
from typing import Final

import azure.functions as func

import wiring.accounts
import wiring.operations
import wiring.privacy
from domain.base.errors import NotFound
from domain.privacy.copy import (
    KEEP,
    CopyCursor,
    TooManyCopies,
    folder_of,
    latest_copies,
    read_copy,
    start_copy,
)
from functions.framework.callers import SignedIn, require_fresh
from functions.framework.clock import now
from functions.framework.my_pages import my_page, person_and_form, person_of
from functions.framework.replies import redirect, reply
from functions.framework.texts import N_, _
from functions.operations.forms import change_said, do_change

_FILE: Final = re.compile(r"([1-9][0-9]{0,3})\.zip")
_PAGE: Final = "/my/account/copy"


async def show(req: func.HttpRequest) -> func.HttpResponse:
    return await _page(await person_of(req))


async def start(req: func.HttpRequest) -> func.HttpResponse:
    person, _form = await person_and_form(req)
    require_fresh(person, N_("Get my copy"))
    try:
        await start_copy(
            person.account_id,
            key=None,
            now=now(),
            works=wiring.operations.works(),
            queue=wiring.operations.work_queue(),
        )
    except TooManyCopies as refusal:
        return await _page(person, fault=_(refusal.title), status=HTTPStatus.CONFLICT)
    return redirect(_PAGE)


async def change(req: func.HttpRequest) -> func.HttpResponse:
    """Pause, resume or cancel. What has ended meanwhile is shown as it is."""
    person, form = await person_and_form(req)
    wanted = change_said(form.get("change", ""))
    if wanted is None:
        raise NotFound
    await do_change(person.account_id, req.route_params["workId"], wanted)
    return redirect(_PAGE)


async def fetch(req: func.HttpRequest) -> func.HttpResponse:
    """One volume of a copy, to its owner alone."""
    person = await person_of(req)
    require_fresh(person, N_("Fetch my copy"))
    match = _FILE.fullmatch(req.route_params["file"])
    if match is None:
        raise NotFound
    work, content = await read_copy(
        person.account_id,
        req.route_params["workId"],
        int(match[1]),
        now=now(),
        works=wiring.operations.works(),
        files=wiring.privacy.copies(),
        limiter=wiring.accounts.limiter(),
    )
    several = f"-{match[1]}" if len(CopyCursor.of(work).volumes) > 1 else ""
    return reply(
        content,
        content_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="{folder_of(work)}{several}.zip"'},
    )


async def _page(
    person: SignedIn, *, fault: str | None = None, status: int = HTTPStatus.OK
) -> func.HttpResponse:
    work, kept = await latest_copies(person.account_id, now=now(), works=wiring.operations.works())
    return my_page(
        "privacy/copy.html",
        person,
        status=status,
        work=work,
        kept=kept,
        volumes=CopyCursor.of(kept).volumes if kept else [],
        until=kept.ended_at + KEEP if kept and kept.ended_at else None,
        fault=fault,
    )
