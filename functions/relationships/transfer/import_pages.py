"""`/my/import`: a file of contacts, from sending it over its report to its contacts, and back again."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final, get_args

import azure.functions as func

import wiring.operations
import wiring.relationships
import wiring.relationships.transfer
from domain.base.countries import country_in
from domain.base.errors import Conflict, ImageTooLarge, InvalidInput, NotFound
from domain.base.letters import ENCODING_NAMES, Encoding
from domain.operations.work import Work
from domain.relationships.transfer.drafts.notes import sentence
from domain.relationships.transfer.file import FORMS
from domain.relationships.transfer.imports import (
    UNDO_IMPORT,
    Choice,
    Import,
    ImportVersion,
    cancel_import,
    choose_rows,
    read_import,
    start_undo,
    start_writing,
)
from domain.relationships.transfer.readers.record import MOST_BYTES, PROBLEMS
from domain.relationships.transfer.report import Row
from domain.relationships.transfer.uploads import (
    choose_encoding,
    readings_of,
    receive_file,
    rows_of,
)
from functions.framework.callers import SignedIn, check_form, count_change
from functions.framework.clock import now
from functions.framework.filters import countries
from functions.framework.forms import read_sent
from functions.framework.my_pages import my_page, person_and_form, person_of, version_in
from functions.framework.replies import redirect
from functions.framework.texts import N_, _
from functions.operations.forms import change_said, do_change
from functions.relationships.transfer.import_api import started

_LISTED: Final = 10
# Which rows the report shows, by their states.
SHOWN: Final = {
    "": ("", N_("All rows")),
    "new": ("n", N_("New")),
    "perhaps": ("p", N_("Perhaps there")),
    "same": ("s", N_("There already")),
    "bad": ("b", N_("With faults")),
}
STATES: Final = {
    "n": (N_("New"), "good"),
    "p": (N_("Perhaps there"), "wait"),
    "s": (N_("There already"), ""),
    "b": (N_("Cannot be taken"), "bad"),
}
REASONS: Final = {
    "email": N_("the same e-mail address"),
    "link": N_("the same link"),
    "phone": N_("the same phone number"),
    "company": N_("the same name and company"),
    "name": N_("the same name"),
}


async def show(req: func.HttpRequest) -> func.HttpResponse:
    return await _start_page(req, await person_of(req))


async def upload(req: func.HttpRequest) -> func.HttpResponse:
    person = await person_of(req)
    try:
        form, files = read_sent(req, MOST_BYTES)
    except ImageTooLarge:
        # Beyond what any form may have.
        return await _start_page(req, person, fault=PROBLEMS["too_large"])
    check_form(req, person, form)
    await count_change(person.account_id)
    country = form.get("phoneCountry", "")
    country = country if country in countries() else ""
    try:
        found = await receive_file(
            person.account_id,
            files.get("file", b""),
            country,
            now=now(),
            to=wiring.relationships.transfer.intake(),
        )
    except InvalidInput as refusal:
        return await _start_page(req, person, fault=refusal.faults[0].detail, country=country)
    await started(found, now())
    return redirect(f"/my/imports/{found.id}")


async def _start_page(
    req: func.HttpRequest,
    person: SignedIn,
    *,
    fault: str | None = None,
    country: str | None = None,
) -> func.HttpResponse:
    found, _more = await wiring.relationships.transfer.imports().list(person.account_id, _LISTED, None)
    guess = country_in(req.headers.get("accept-language", ""))
    return my_page(
        "relationships/transfer/import.html",
        person,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if fault else HTTPStatus.OK,
        imports=found,
        forms=FORMS,
        stages=_STAGES,
        countries=countries().items(),
        country=guess if country is None else country,
        faults={"/file": _(fault)} if fault else {},
    )


_STAGES: Final = {
    "asking": (N_("Waits for you"), "wait"),
    "reading": (N_("Being read"), "wait"),
    "refused": (N_("Cannot be read"), "bad"),
    "ready": (N_("Waits for you"), "wait"),
    "writing": (N_("Being imported"), "wait"),
    "done": (N_("Imported"), "good"),
    "undoing": (N_("Being taken back"), "wait"),
    "undone": (N_("Taken back"), ""),
    "cancelled": (N_("Given up"), ""),
}


async def show_one(req: func.HttpRequest) -> func.HttpResponse:
    person = await person_of(req)
    return await _page(req.params, person, await _found(req, person))


async def change(req: func.HttpRequest) -> func.HttpResponse:
    """What a button of the page says: pause, resume, cancel, or one of the steps of an import."""
    person, form = await person_and_form(req)
    then = form.get("then", "")
    found = await _found(req, person)
    if (wanted := change_said(then)) is not None:
        if found.is_busy:  # what has ended meanwhile is shown as it is
            await do_change(person.account_id, found.work_id, wanted)
        return redirect(f"/my/imports/{found.id}")
    of = ImportVersion(person.account_id, found.id, version_in(form))
    try:
        changed = await _step(then, of, found, form)
    except Conflict as refusal:
        return await _page(form, person, found, fault=_(refusal.detail), status=HTTPStatus.CONFLICT)
    except InvalidInput as refusal:
        fault = _(refusal.faults[0].detail)
        return await _page(form, person, found, fault=fault, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    await started(changed, now())
    where = f"?page={form['page']}&show={form['show']}" if then == "choose" and _is_place(form) else ""
    return redirect(f"/my/imports/{found.id}{where}")


def _is_place(form: Mapping[str, str]) -> bool:
    return _number(form.get("page", "")) is not None and form.get("show") in SHOWN


def _number(text: str) -> int | None:
    """The number of a row or of a page."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else None  # noqa: PLR2004


async def _step(then: str, of: ImportVersion, found: Import, form: Mapping[str, str]) -> Import:
    imports, at = wiring.relationships.transfer.imports(), now()
    if then == "encoding":
        encoding: Encoding | None = next((e for e in get_args(Encoding) if e == form.get("encoding")), None)
        if encoding is None:
            raise NotFound
        return await choose_encoding(of, encoding, now=at, to=wiring.relationships.transfer.intake())
    if then in ("choose", "new", "all"):
        return await choose_rows(of, _choice(then, found, form), now=at, imports=imports)
    if then == "write":
        return await start_writing(of, now=at, imports=imports, contacts=wiring.relationships.contacts())
    if then == "undo":
        return await start_undo(of, now=at, imports=imports)
    if then == "forget":
        changed = await cancel_import(of, now=at, imports=imports)
        await wiring.relationships.transfer.files().drop(of.owner_id, of.import_id)
        return changed
    raise NotFound


def _choice(then: str, found: Import, form: Mapping[str, str]) -> Choice:
    """The choice with the rows of the page as they are ticked; or all rows, or the new ones."""
    if then != "choose":
        return Choice(everything=then == "all")
    numbers = map(_number, form.get("rows", "").split())
    shown = {row for row in numbers if row is not None and 1 <= row <= found.rows}
    ticked = {row for row in shown if f"row-{row}" in form}
    choice = found.choice
    plain = found.model_copy(update={"choice": Choice(everything=choice.everything)})
    proposed = {row for row in shown if plain.takes(row)}
    return choice.model_copy(
        update={
            "add": choice.add - shown | (ticked - proposed),
            "leave": choice.leave - shown | (proposed - ticked),
        }
    )


async def _found(req: func.HttpRequest, person: SignedIn) -> Import:
    return await read_import(
        person.account_id, req.route_params["importId"], imports=wiring.relationships.transfer.imports()
    )


async def _page(
    asked: Mapping[str, str],
    person: SignedIn,
    found: Import,
    *,
    fault: str | None = None,
    status: int = HTTPStatus.OK,
) -> func.HttpResponse:
    work: Work | None = None
    if found.is_busy:
        work = await wiring.operations.works().get(person.account_id, found.work_id)
    values: dict[str, Any] = {"readings": [], "rows": []}
    if found.stage == "asking":
        values["readings"] = await readings_of(found, to=wiring.relationships.transfer.intake())
    elif found.stage == "ready":
        values |= await _report(asked, found)
    return my_page(
        "relationships/transfer/import_one.html",
        person,
        status=status,
        found=found,
        work=work,
        fault=fault,
        form=FORMS.get(found.form or ""),
        problem=PROBLEMS.get(found.problem or ""),
        encodings=ENCODING_NAMES,
        chosen=found.chosen(),
        undo_until=found.written_at + UNDO_IMPORT if found.written_at else None,
        can_undo=found.can_be_undone(now()),
        **values,
    )


async def _report(asked: Mapping[str, str], found: Import) -> dict[str, Any]:
    """The page of the report that was asked for: a hundred rows, of one state or of all."""
    show = asked.get("show", "") if asked.get("show", "") in SHOWN else ""
    state = SHOWN[show][0]
    numbers = [
        number
        for number, page in enumerate(found.pages)
        if not state or state in found.states[page.first - 1 : page.first - 1 + page.rows]
    ]
    wanted = _number(asked.get("page", "")) or 0
    here = next((number for number in numbers if number >= wanted), numbers[-1] if numbers else -1)
    rows = [
        row
        for row in await rows_of(found, here, to=wiring.relationships.transfer.intake())
        if not state or row.state == state
    ]
    earlier = [number for number in numbers if number < here]
    later = [number for number in numbers if number > here]
    return {
        "show": show,
        "tabs": [(key, name, _count(found, of)) for key, (of, name) in SHOWN.items()],
        "rows": [(row, _noted(row), STATES[row.state]) for row in rows],
        "page": here,
        "before": earlier[-1] if earlier else None,
        "after": later[0] if later else None,
        "reasons": REASONS,
        "counts": {name: found.states.count(of) for name, (of, _name) in SHOWN.items() if of},
    }


def _count(found: Import, state: str) -> int:
    return found.states.count(state) if state else found.rows


def _noted(row: Row) -> list[str]:
    told = []
    for note in row.notes:
        message, values = sentence(note)
        told.append(_(message, **values))
    return told
