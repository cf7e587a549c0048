"""`/api/v1/organisations/{organisationId}/imports`: people from files."""

import secrets
from datetime import datetime
from typing import Any

import wiring.operations
import wiring.organisations
import wiring.organisations.imports
import wiring.organisations.templates
from domain.base.errors import Fault, InvalidInput, KeyReused
from domain.base.limits import LimitReached, TooManyRequests
from domain.base.texts import N_
from domain.operations.work import Change, WrongWorkState
from domain.organisations.imports.columns import Columns
from domain.organisations.imports.faulty import faulty_file
from domain.organisations.imports.imports import (
    Import,
    ImportVersion,
    cancel_import,
    read_import,
    start_undo,
)
from domain.organisations.imports.report import rows_of
from domain.organisations.imports.rows import RowFault, sentence
from domain.organisations.imports.uploads import choose_columns, choose_encoding, readings_of, receive_file
from domain.organisations.imports.writing import start_writing
from domain.organisations.organisation import Creating
from domain.organisations.roles import NotAllowed
from domain.organisations.staff_cards.making import NotInForce
from functions.framework.operations import Answer, Call, Page, operation
from functions.organisations.acting import acting_in
from functions.organisations.imports.models import (
    ColumnChoice,
    EncodingChoice,
    ImportList,
    ImportOut,
    ImportRowList,
    PeopleReading,
    PeopleReadings,
    WritingChoice,
    out,
    row_out,
)
from functions.organisations.staged import change_work_of, started, work_of

MEDIA_TYPES = (
    "text/csv",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.ms-excel",
    "text/plain",
    "application/octet-stream",
)


async def _answer(found: Import, at: datetime) -> Answer:
    return Answer(out(found, await work_of(found), at), found.version)


def _version(call: Call[Any, Any]) -> ImportVersion:
    return ImportVersion(call.params["importId"], call.version)


@operation(
    "Send a table of people (CSV or .xlsx), at most 5 MB and 10,000 rows. Nothing is stored of them yet",
    takes=MEDIA_TYPES,
    answer=ImportOut,
    creates=True,
    conflicts=(NotAllowed, KeyReused, TooManyRequests),
)
async def post_import(call: Call) -> Answer:
    by = await acting_in(call, "change_people")
    creating = Creating(call.key or secrets.token_hex(), call.now)
    found = await receive_file(by, call.content, creating, to=wiring.organisations.imports.intake())
    place = f"organisations/{by.organisation.id}/imports/{found.id}"
    return Answer(out(found, await work_of(found), call.now), found.version, location=place)


@operation(
    "Imports of people of the last weeks, newest first",
    answer=ImportList,
    lists=True,
    conflicts=(NotAllowed,),
)
async def list_imports(call: Call) -> Answer:
    by = await acting_in(call, "change_people")
    store = wiring.organisations.imports.store()
    found, following = await store.list(by.organisation.id, call.limit, call.cursor)
    data = [out(each, None, call.now) for each in found]
    return Answer(ImportList(data=data, page=Page(next=following)))


@operation("An import of people and how far it is", answer=ImportOut, conflicts=(NotAllowed,))
async def get_import(call: Call) -> Answer:
    return await _answer(await _found(call), call.now)


async def _found(call: Call[Any, Any]) -> Import:
    by = await acting_in(call, "change_people")
    return await read_import(by, call.params["importId"], imports=wiring.organisations.imports.store())


@operation(
    "Give an import up before anything is written; what its file says is deleted",
    versioned=True,
    conflicts=(NotAllowed, WrongWorkState),
)
async def remove_import(call: Call) -> Answer:
    by = await acting_in(call, "change_people")
    await cancel_import(by, _version(call), now=call.now, imports=wiring.organisations.imports.store())
    return Answer()


@operation(
    "The two likely readings of a file that is not UTF-8", answer=PeopleReadings, conflicts=(NotAllowed,)
)
async def list_readings(call: Call) -> Answer:
    readings = await readings_of(await _found(call), to=wiring.organisations.imports.intake())
    data = [PeopleReading(encoding=each.encoding, lines=each.lines) for each in readings]
    return Answer(PeopleReadings(data=data))


@operation(
    "Say how the letters of a file are written that is not UTF-8",
    body=EncodingChoice,
    answer=ImportOut,
    versioned=True,
    conflicts=(NotAllowed, WrongWorkState),
)
async def put_encoding(call: Call[EncodingChoice]) -> Answer:
    by = await acting_in(call, "change_people")
    intake = wiring.organisations.imports.intake()
    found = await choose_encoding(by, _version(call), call.body.encoding, now=call.now, to=intake)
    return await _answer(found, call.now)


@operation(
    "Say what the columns are, and have every row checked. The organisation remembers it for its next file",
    body=ColumnChoice,
    answer=ImportOut,
    versioned=True,
    conflicts=(NotAllowed, WrongWorkState),
)
async def put_columns(call: Call[ColumnChoice]) -> Answer:
    by = await acting_in(call, "change_people")
    chosen, store = Columns(fields=call.body.fields), wiring.organisations.imports.store()
    found = await choose_columns(by, _version(call), chosen, now=call.now, imports=store)
    return await _answer(await started(found, call.now), call.now)


@operation(
    "What each row would do, or did: a hundred rows in each page",
    answer=ImportRowList,
    lists=True,
    conflicts=(NotAllowed,),
)
async def list_rows(call: Call) -> Answer:
    found = await _found(call)
    page = page_number(call.cursor)
    rows = await rows_of(found, page, imports=wiring.organisations.imports.store())
    following = str(page + 1) if found.effects and page + 1 < found.pages else None
    return Answer(ImportRowList(data=list(map(row_out, rows)), page=Page(next=following)))


def page_number(cursor: str | None) -> int:
    if cursor is None:
        return 0
    if cursor.isascii() and cursor.isdigit() and len(cursor) < 4:  # noqa: PLR2004 - 100 pages at most
        return int(cursor)
    raise InvalidInput([Fault("cursor", "invalid_cursor", N_("is not a cursor that a page gave"))])


@operation(
    "The faulty rows as a table, with what is wrong in the last column, to be corrected and sent again",
    gives="text/csv",
    conflicts=(NotAllowed,),
)
async def get_faulty(call: Call) -> Answer:
    found = await _found(call)
    store = wiring.organisations.imports.store()
    return Answer(content=await faulty_file(found, "What is wrong", _said, imports=store))


def _said(fault: RowFault) -> str:
    message, values = sentence(fault)
    return f"{fault.column or 'The row'} {message % values}"


@operation(
    "Store the people of the rows without faults",
    body=WritingChoice,
    answer=ImportOut,
    versioned=True,
    conflicts=(NotAllowed, WrongWorkState, LimitReached, NotInForce),
)
async def put_writing(call: Call[WritingChoice]) -> Answer:
    by = await acting_in(call, "change_people")
    found = await start_writing(
        by,
        _version(call),
        call.body.template_id,
        now=call.now,
        imports=wiring.organisations.imports.store(),
        organisations=wiring.organisations.store(),
        releases=wiring.organisations.templates.releases(),
    )
    return await _answer(await started(found, call.now), call.now)


@operation(
    "Take a whole import back within 7 days: new people are taken out, changed ones are as they were. Who was"
    " changed since stays",
    answer=ImportOut,
    versioned=True,
    conflicts=(NotAllowed, WrongWorkState),
)
async def put_undo(call: Call) -> Answer:
    by = await acting_in(call, "change_people")
    store = wiring.organisations.imports.store()
    found = await start_undo(by, _version(call), now=call.now, imports=store)
    return await _answer(await started(found, call.now), call.now)


@operation(
    "Pause the long work of an import after the slice that is under way",
    answer=ImportOut,
    conflicts=(NotAllowed, WrongWorkState),
)
async def put_pause(call: Call) -> Answer:
    return await _change(call, "pause")


@operation(
    "Go on with the long work of an import, or try again what had failed",
    answer=ImportOut,
    conflicts=(NotAllowed, WrongWorkState),
)
async def delete_pause(call: Call) -> Answer:
    return await _change(call, "resume")


async def _change(call: Call, change: Change) -> Answer:
    found = await _found(call)
    await change_work_of(found, change, call.now)
    return await _answer(found, call.now)
