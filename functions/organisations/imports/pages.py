"""`/org/{organisationId}/imports`: people from a file, from sending it to the undo."""

import secrets
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final, get_args

import azure.functions as func

import wiring.organisations
import wiring.organisations.imports
import wiring.organisations.templates
from domain.base.errors import Conflict, ImageTooLarge, InvalidInput, KeyReused, NotFound
from domain.base.letters import ENCODING_NAMES, Encoding
from domain.base.limits import TooManyRequests
from domain.organisations.imports.columns import FIELDS, LABELS, Columns
from domain.organisations.imports.faulty import faulty_file
from domain.organisations.imports.imports import (
    CHANGED,
    FAULTY,
    NEW,
    SAME,
    UNDO_IMPORT,
    Import,
    ImportVersion,
    cancel_import,
    read_import,
    start_undo,
)
from domain.organisations.imports.report import Row, rows_of
from domain.organisations.imports.table import MOST_BYTES
from domain.organisations.imports.uploads import (
    choose_columns,
    choose_encoding,
    lines_of,
    readings_of,
    receive_file,
)
from domain.organisations.imports.writing import start_writing
from domain.organisations.invitation_runs.whom import is_known
from domain.organisations.organisation import Acting, Creating
from functions.framework.callers import SignedIn, check_form, count_change
from functions.framework.clock import now
from functions.framework.forms import read_sent
from functions.framework.my_pages import creation_key, version_in
from functions.framework.replies import redirect, reply
from functions.framework.texts import N_, _
from functions.operations.forms import change_said
from functions.organisations.acting import opened, org_page, sent
from functions.organisations.imports.models import told
from functions.organisations.staged import change_work_of, started, work_of

_LISTED: Final = 20
# Of a column, beside its name.
_EXAMPLES: Final = 2
# Which rows the report shows, by their effects.
SHOWN: Final = {
    "": ("", N_("All rows")),
    "faulty": (FAULTY, N_("With faults")),
    "new": (NEW, N_("New")),
    "changed": (CHANGED, N_("Changed")),
    "unchanged": (SAME, N_("Unchanged")),
}
EFFECTS: Final = {
    NEW: (N_("New"), "good"),
    CHANGED: (N_("Changed"), "wait"),
    SAME: (N_("Unchanged"), ""),
    FAULTY: (N_("Left out"), "bad"),
}
STAGES: Final = {
    "asking": (N_("Waits for you"), "wait"),
    "columns": (N_("Waits for you"), "wait"),
    "checking": (N_("Being checked"), "wait"),
    "ready": (N_("Waits for you"), "wait"),
    "writing": (N_("Being imported"), "wait"),
    "done": (N_("Imported"), "good"),
    "undoing": (N_("Being taken back"), "wait"),
    "undone": (N_("Taken back"), ""),
    "cancelled": (N_("Given up"), ""),
    "expired": (N_("No longer kept"), ""),
}


async def show(req: func.HttpRequest) -> func.HttpResponse:
    person, by = await opened(req, "change_people")
    return await _start_page(person, by)


async def upload(req: func.HttpRequest) -> func.HttpResponse:
    """Take a file in once, however often the form is sent."""
    person, by = await opened(req, "change_people")
    try:
        form, files = read_sent(req, MOST_BYTES)
    except ImageTooLarge:
        # Beyond what any form may have.
        return await _start_page(person, by, fault=_too_large())
    check_form(req, person, form)
    await count_change(person.account_id)
    try:
        creating = Creating(creation_key(form), now())
        found = await receive_file(
            by, files.get("file", b""), creating, to=wiring.organisations.imports.intake()
        )
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
    return _("The file is larger than %(most)s MB", most=MOST_BYTES // 1_000_000)


def _at(by: Acting, found: Import) -> str:
    return f"/org/{by.organisation.id}/imports/{found.id}"


async def _start_page(person: SignedIn, by: Acting, *, fault: str | None = None) -> func.HttpResponse:
    found, _more = await wiring.organisations.imports.store().list(by.organisation.id, _LISTED, None)
    return org_page(
        "organisations/imports/imports.html",
        person,
        by,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if fault else HTTPStatus.OK,
        imports=found,
        stages=STAGES,
        key=secrets.token_urlsafe(16),
        faults={"/file": fault} if fault else {},
    )


async def show_one(req: func.HttpRequest) -> func.HttpResponse:
    person, by = await opened(req, "change_people")
    return await _page(req.params, person, by, await _found(req, by))


async def change(req: func.HttpRequest) -> func.HttpResponse:
    """What a button of the page says: pause, resume, cancel, or one of the steps of an import."""
    person, by, form = await sent(req, "change_people")
    then, found = form.get("then", ""), await _found(req, by)
    if (wanted := change_said(then)) is not None:
        if found.is_busy:  # what has ended meanwhile is shown as it is
            await change_work_of(found, wanted, now())
        return redirect(_at(by, found))
    try:
        changed = await _step(then, by, ImportVersion(found.id, version_in(form)), form, found)
    except Conflict as refusal:
        fault = {"/import": _(refusal.detail)}
        return await _page(form, person, by, found, faults=fault, status=HTTPStatus.CONFLICT)
    except InvalidInput as refusal:
        faults = {each.field: _at_fault(found, each.field, each.detail) for each in refusal.faults}
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return await _page(form, person, by, found, faults=faults, status=status)
    await started(changed, now())
    return redirect(_at(by, changed))


def _at_fault(found: Import, field: str, detail: str) -> str:
    """A fault with the name of the column that it is about."""
    place = field.rpartition("/")[2]
    name = found.columns[int(place)] if place.isdecimal() else _("This file")
    return f"{name} {_(detail)}"


async def _step(then: str, by: Acting, of: ImportVersion, form: Mapping[str, str], found: Import) -> Import:
    imports, at = wiring.organisations.imports.store(), now()
    if then == "encoding":
        encoding: Encoding | None = next((e for e in get_args(Encoding) if e == form.get("encoding")), None)
        if encoding is None:
            raise NotFound
        return await choose_encoding(by, of, encoding, now=at, to=wiring.organisations.imports.intake())
    if then == "columns":
        return await choose_columns(by, of, _chosen(form, found), now=at, imports=imports)
    if then == "write":
        return await start_writing(
            by,
            of,
            form.get("template") or None,
            now=at,
            imports=imports,
            organisations=wiring.organisations.store(),
            releases=wiring.organisations.templates.releases(),
        )
    if then == "undo":
        return await start_undo(by, of, now=at, imports=imports)
    if then == "forget":
        return await cancel_import(by, of, now=at, imports=imports)
    raise NotFound


def _chosen(form: Mapping[str, str], found: Import) -> Columns:
    """The fields of the columns as the form has them; what it does not have is left out."""
    typed = [form.get(f"fields-{place}", "") for place in range(len(found.columns))]
    return Columns(fields=[next((each for each in FIELDS if each == text), None) for text in typed])


async def faulty(req: func.HttpRequest) -> func.HttpResponse:
    """The faulty rows as a file, with the reasons in a last column."""
    _person, by = await opened(req, "change_people")
    found = await _found(req, by)
    store = wiring.organisations.imports.store()
    content = await faulty_file(found, _("What is wrong"), told, imports=store)
    name = f"faulty-rows-{found.created_at:%Y-%m-%d}.csv"
    return reply(
        content,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


async def _found(req: func.HttpRequest, by: Acting) -> Import:
    store = wiring.organisations.imports.store()
    return await read_import(by, req.route_params["importId"], imports=store)


async def _page(
    asked: Mapping[str, str],
    person: SignedIn,
    by: Acting,
    found: Import,
    *,
    faults: dict[str, str] | None = None,
    status: int = HTTPStatus.OK,
) -> func.HttpResponse:
    values: dict[str, Any] = {"readings": [], "columns": [], "templates": [], "stayed": []}
    store = wiring.organisations.imports.store()
    choosing = found.stage == "columns" or (found.stage == "ready" and asked.get("then") == "columns")
    if found.stage == "asking":
        values["readings"] = await readings_of(found, to=wiring.organisations.imports.intake())
    elif choosing or (found.stage == "ready" and "columns" in asked):
        choosing = True
        values["columns"] = await _columns(asked, found)
    elif found.stage == "ready":
        values["templates"] = await _templates(by)
    elif found.stage == "undone":
        values["stayed"] = await store.members(found.org_id, found.stayed)
    return org_page(
        "organisations/imports/import.html",
        person,
        by,
        status=status,
        found=found,
        work=await work_of(found),
        faults=faults or {},
        encodings=ENCODING_NAMES,
        labels=LABELS,
        choosing=choosing,
        counts={name: found.count(of) if of else found.rows for name, (of, _name) in SHOWN.items()},
        undo_until=found.written_at + UNDO_IMPORT if found.written_at else None,
        can_undo=found.can_be_undone(now()),
        invitable=is_known(found, now()),
        key=secrets.token_urlsafe(16),
        **await _report(asked, found),
        **values,
    )


async def _columns(asked: Mapping[str, str], found: Import) -> list[tuple[str, str, str, str]]:
    """Each column: its pointer, its name, some of its values, and the chosen field."""
    lines = await lines_of(found, 0, wiring.organisations.imports.store()) or []
    rows = []
    for place, name in enumerate(found.columns):
        texts = [line.cells[place] for line in lines if place < len(line.cells) and line.cells[place]]
        chosen = asked.get(f"fields-{place}", found.fields[place] or "")
        rows.append((f"/fields/{place}", name, " · ".join(texts[:_EXAMPLES])[:80], chosen))
    return rows


async def _templates(by: Acting) -> list[tuple[str, str]]:
    """Templates that are in force, by which cards can be made."""
    found = await wiring.organisations.templates.store().all(by.organisation.id)
    return [(each.id, each.draft.name) for each in found if each.number]


async def _report(asked: Mapping[str, str], found: Import) -> dict[str, Any]:
    """The page of the report that was asked for: a hundred rows, of one effect or of all."""
    show = asked.get("show", "") if asked.get("show", "") in SHOWN else ""
    wanted = SHOWN[show][0]
    pages = range(found.pages) if found.effects else range(0)
    numbers = [page for page in pages if not wanted or wanted in found.on_page(page)]
    first = _number(asked.get("page", ""))
    here = next((page for page in numbers if page >= first), numbers[-1] if numbers else -1)
    rows = await rows_of(found, here, imports=wiring.organisations.imports.store())
    earlier, later = [page for page in numbers if page < here], [page for page in numbers if page > here]
    return {
        "show": show,
        "shown": SHOWN,
        "rows": [
            (row, _small(row), EFFECTS[row.effect]) for row in rows if not wanted or row.effect == wanted
        ],
        "page": here,
        "before": earlier[-1] if earlier else None,
        "after": later[0] if later else None,
    }


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0  # noqa: PLR2004 - 100 pages


def _small(row: Row) -> list[str]:
    """What a row does, or what is wrong with it."""
    labels: dict[str, str] = {field: label for field, label in LABELS.items()}  # noqa: C416 - of another type
    changed = [_("Changes: %(fields)s", fields=", ".join(_(labels[each]) for each in row.fields))]
    return [*(changed if row.fields else []), *map(told, row.faults)]
