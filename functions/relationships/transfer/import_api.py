"""`/api/v1/imports`: files of contacts, what each row would become, and their way into the address book."""

from datetime import datetime
from typing import Any

import wiring.accounts
import wiring.operations
import wiring.relationships
import wiring.relationships.transfer
from domain.base.errors import Fault, InvalidInput
from domain.base.limits import LimitReached, TooManyRequests
from domain.base.texts import N_
from domain.relationships.transfer.imports import (
    Choice,
    Import,
    ImportUnderWay,
    ImportVersion,
    NothingChosen,
    WrongImportStage,
    cancel_import,
    choose_rows,
    read_import,
    start_undo,
    start_writing,
)
from domain.relationships.transfer.uploads import (
    choose_encoding,
    readings_of,
    receive_file,
    rows_of,
)
from functions.framework.operations import Answer, Call, Page, operation
from functions.relationships.transfer.import_models import (
    ImportList,
    ImportOut,
    NewChoice,
    NewEncoding,
    ReadingList,
    ReadingOut,
    RowList,
    Upload,
    out,
    row_out,
)

MEDIA_TYPES = (
    "text/vcard",
    "text/x-vcard",
    "text/directory",
    "text/csv",
    "application/json",
    "application/vcard+json",
    "application/jscontact+json",
    "application/octet-stream",
)


async def started(found: Import, at: datetime) -> Import:
    """The import, whose long work is started at once; the order that is stored with it does it otherwise."""
    await wiring.operations.start_stage(found.owner_id, found, at)
    return found


def _answer(found: Import, at: datetime) -> Answer:
    return Answer(out(found, at), found.version)


async def _found(call: Call[Any, Any]) -> Import:
    return await read_import(
        call.account_id, call.params["importId"], imports=wiring.relationships.transfer.imports()
    )


def _version(call: Call[Any, Any]) -> ImportVersion:
    return ImportVersion(call.account_id, call.params["importId"], call.version)


@operation(
    "Send a file of contacts, at most 20 MB; it is read, and nothing is written yet. The same file while it"
    " is under way is the same import",
    takes=MEDIA_TYPES,
    query=Upload,
    answer=ImportOut,
    creates=True,
    conflicts=(TooManyRequests,),
)
async def post_import(call: Call[None, Upload]) -> Answer:
    found = await receive_file(
        call.account_id,
        call.content,
        call.query.phone_country or "",
        now=call.now,
        to=wiring.relationships.transfer.intake(),
    )
    await started(found, call.now)
    return Answer(out(found, call.now), found.version, location=f"imports/{found.id}")


@operation("The account's imports of the last weeks, newest first", answer=ImportList, lists=True)
async def list_imports(call: Call) -> Answer:
    imports = wiring.relationships.transfer.imports()
    found, following = await imports.list(call.account_id, call.limit, call.cursor)
    return Answer(ImportList(data=[out(each, call.now) for each in found], page=Page(next=following)))


@operation("One import and how far it is", answer=ImportOut)
async def get_import(call: Call) -> Answer:
    return _answer(await _found(call), call.now)


@operation(
    "Give an import up before anything is written; its file and report are deleted",
    versioned=True,
    conflicts=(WrongImportStage,),
)
async def remove_import(call: Call) -> Answer:
    of = _version(call)
    await cancel_import(of, now=call.now, imports=wiring.relationships.transfer.imports())
    await wiring.relationships.transfer.files().drop(of.owner_id, of.import_id)
    return Answer()


@operation(
    "What each row would become, a hundred rows in each page; none once the import is over",
    answer=RowList,
    lists=True,
)
async def list_rows(call: Call) -> Answer:
    found = await _found(call)
    page = _page_number(call.cursor)
    rows = await rows_of(found, page, to=wiring.relationships.transfer.intake())
    following = str(page + 1) if page + 1 < len(found.pages) else None
    return Answer(RowList(data=[row_out(found, row) for row in rows], page=Page(next=following)))


def _page_number(cursor: str | None) -> int:
    if cursor is None:
        return 0
    if cursor.isascii() and cursor.isdigit() and len(cursor) < 5:  # noqa: PLR2004 - 200 pages at most
        return int(cursor)
    raise InvalidInput([Fault("cursor", "invalid_cursor", N_("is not a cursor that a page gave"))])


@operation("The two likely readings of a file that is not UTF-8", answer=ReadingList)
async def list_readings(call: Call) -> Answer:
    found = await _found(call)
    readings = (
        await readings_of(found, to=wiring.relationships.transfer.intake()) if found.stage == "asking" else []
    )
    data = [ReadingOut(encoding=each.encoding, lines=each.lines) for each in readings]
    return Answer(ReadingList(data=data))


@operation(
    "Say how the letters of a file are written that is not UTF-8",
    body=NewEncoding,
    answer=ImportOut,
    versioned=True,
    conflicts=(WrongImportStage,),
)
async def put_encoding(call: Call[NewEncoding]) -> Answer:
    found = await choose_encoding(
        _version(call), call.body.encoding, now=call.now, to=wiring.relationships.transfer.intake()
    )
    return _answer(await started(found, call.now), call.now)


@operation(
    "Choose which rows to import",
    body=NewChoice,
    answer=ImportOut,
    versioned=True,
    conflicts=(WrongImportStage,),
)
async def put_choice(call: Call[NewChoice]) -> Answer:
    choice = Choice(
        everything=call.body.everything, add=frozenset(call.body.add), leave=frozenset(call.body.leave)
    )
    imports = wiring.relationships.transfer.imports()
    return _answer(await choose_rows(_version(call), choice, now=call.now, imports=imports), call.now)


@operation(
    "Write the chosen rows to the address book",
    answer=ImportOut,
    versioned=True,
    conflicts=(WrongImportStage, ImportUnderWay, NothingChosen, LimitReached),
)
async def put_writing(call: Call) -> Answer:
    found = await start_writing(
        _version(call),
        now=call.now,
        imports=wiring.relationships.transfer.imports(),
        contacts=wiring.relationships.contacts(),
    )
    return _answer(await started(found, call.now), call.now)


@operation(
    "Take a whole import back within 7 days: contacts that were changed since stay",
    answer=ImportOut,
    versioned=True,
    conflicts=(WrongImportStage,),
)
async def put_undo(call: Call) -> Answer:
    imports = wiring.relationships.transfer.imports()
    found = await start_undo(_version(call), now=call.now, imports=imports)
    return _answer(await started(found, call.now), call.now)
