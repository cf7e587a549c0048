"""Reading of a file as long work: split into pieces, compared with the book and with itself, told row by row.

1. `split`: the file becomes pieces of raw records. 2. `book`: the keys of the owner's contacts are gathered.
3. `rows`: each piece becomes pages of the report. Pieces are named by the lease of the worker that wrote
them, so that only those of saved slices count.
"""

import json
from collections.abc import Iterator
from datetime import datetime
from itertools import batched
from typing import Any, Final, Literal, NamedTuple, Protocol

from pydantic import Field

from domain.base.model import Model
from domain.operations.slices import Slice
from domain.operations.work import Progress, Work
from domain.relationships.contact import Contact
from domain.relationships.keys import OwnerKeys
from domain.relationships.transfer.drafts.draft import draft_of
from domain.relationships.transfer.drafts.mapping import Given
from domain.relationships.transfer.file import open_file
from domain.relationships.transfer.imports import (
    PAGE_ROWS,
    Import,
    ImportStore,
    ReportPage,
)
from domain.relationships.transfer.matching import Known, keys_of, packed_contacts, packed_rows
from domain.relationships.transfer.ports import Aside
from domain.relationships.transfer.readers.record import FileRefused, Note, Property, Record
from domain.relationships.transfer.report import Row, row_of, written
from domain.relationships.transfer.sealed_files import SOURCE, SealedFiles

_PIECE: Final = 500
_CONTACTS: Final = 100
# A page of contacts is read in a moment; a row is vetted value by value.
_COST_OF_A_PAGE: Final = 10


class ReadCursor(Model):
    """Progress of the reading: pieces of raw records, of keys, and pages of the report."""

    stage: Literal["split", "book", "rows"] = "split"
    raw: list[str] = Field(default=[])
    records: int = 0
    book_page: str | None = None
    book: list[str] = Field(default=[])
    keys: list[str] = Field(default=[])
    pages: list[ReportPage] = Field(default=[])
    names: list[str] = Field(default=[])
    states: str = ""

    @classmethod
    def of(cls, work: Work) -> "ReadCursor":
        return cls.model_validate_json(work.cursor) if work.cursor else cls()


class BookPages(Protocol):
    async def list(
        self, owner_id: str, limit: int, cursor: str | None
    ) -> tuple[list[Contact], str | None]: ...


class ReadPorts(NamedTuple):
    """What reading needs; `countries` are the codes of countries by their folded names."""

    imports: ImportStore
    files: SealedFiles
    contacts: BookPages
    keys: OwnerKeys
    countries: dict[str, str]
    aside: Aside


class ReadJob:
    def __init__(self, ports: ReadPorts) -> None:
        self._imports, self._files, self._contacts = ports.imports, ports.files, ports.contacts
        self._keys, self._countries, self._aside = ports.keys, ports.countries, ports.aside

    async def slice(self, work: Work, bound: Slice) -> Progress:
        found = await _import_of(work, self._imports)
        if found is None or found.stage != "reading":
            return Progress(work.cursor, 0, over=True)
        try:
            return await self._go_on(work, found, bound)
        except FileRefused as refusal:
            await self._imports.save(found.changed(work.updated_at, stage="refused", problem=refusal.problem))
            await self._files.drop(work.owner_id, found.id)
            return Progress("", 0, over=True)

    async def _go_on(self, work: Work, found: Import, bound: Slice) -> Progress:
        cursor = ReadCursor.of(work)
        if cursor.stage == "split":
            cursor = await self._split(work, found)
            return Progress(cursor.model_dump_json(), 0, total=cursor.records)
        while cursor.stage == "book" and not bound.is_over:
            cursor = await self._gather(work, found, cursor, bound)
        known: Known | None = None
        while cursor.stage == "rows" and len(cursor.keys) < len(cursor.raw) and not bound.is_over:
            known = known or await self._known(found, cursor)
            cursor = await self._read_rows(work, found, cursor, known)
            bound.spend(_PIECE)
        done = len(cursor.states)
        over = cursor.stage == "rows" and len(cursor.keys) == len(cursor.raw)
        if over:
            told = cursor.model_dump(include={"states", "names"}) | {"pages": cursor.pages}
            ready = found.changed(work.updated_at, stage="ready", read_at=work.created_at, **told)
            await self._imports.save(ready)
        return Progress(cursor.model_dump_json(), done - work.done, over=over, total=cursor.records)

    async def discard(self, work: Work) -> None:
        found = await _import_of(work, self._imports)
        if found is not None and found.stage == "reading":
            await self._imports.save(found.changed(work.updated_at, stage="cancelled", pages=[]))
        if found is not None:
            await self._files.drop(work.owner_id, found.id)

    async def _split(self, work: Work, found: Import) -> ReadCursor:
        content = await self._files.read(work.owner_id, found.id, SOURCE)
        if content is None:
            raise FileRefused("expired")
        file = await self._aside(open_file, content, found.encoding)
        if file is None:
            raise FileRefused("wrong_encoding")
        pieces = _pieces(file.records)
        raw: list[str] = []
        records = 0
        while piece := await self._aside(next, pieces, None):
            name = f"{work.lease}-raw-{len(raw):03}"
            await self._files.put(work.owner_id, found.id, name, piece[1])
            raw.append(name)
            records += piece[0]
        if not records:
            raise FileRefused("empty")
        return ReadCursor(stage="book", raw=raw, records=records)

    async def _gather(self, work: Work, found: Import, cursor: ReadCursor, bound: Slice) -> ReadCursor:
        """One piece of keys of the book: as many pages as the slice has time for."""
        key, packed, page = await self._keys.of(work.owner_id), list[bytes](), cursor.book_page
        while not bound.is_over:
            contacts, page = await self._contacts.list(work.owner_id, _CONTACTS, page)
            packed.append(packed_contacts((each.id, keys_of(each.content, key)) for each in contacts))
            bound.spend(_COST_OF_A_PAGE)
            if page is None:
                break
        name = f"{work.lease}-book-{len(cursor.book):03}"
        await self._files.put(work.owner_id, found.id, name, b"".join(packed))
        stage = "rows" if page is None else "book"
        return cursor.model_copy(update={"book": [*cursor.book, name], "book_page": page, "stage": stage})

    async def _known(self, found: Import, cursor: ReadCursor) -> Known:
        known = Known()
        for name in cursor.book:
            known.add_contacts(await self._files.read(found.owner_id, found.id, name) or b"")
        for name in cursor.keys:
            known.add_rows(await self._files.read(found.owner_id, found.id, name) or b"")
        return known

    async def _read_rows(self, work: Work, found: Import, cursor: ReadCursor, known: Known) -> ReadCursor:
        raw = await self._files.read(found.owner_id, found.id, cursor.raw[len(cursor.keys)])
        if raw is None:
            raise FileRefused("expired")
        first = len(cursor.keys) * _PIECE + 1
        key = await self._keys.of(work.owner_id)
        given = Given(work.created_at.date(), found.phone_country, self._countries)
        rows, packed = await self._aside(_rows_of, raw, first, given, key, known)
        pages = list(cursor.pages)
        for some in batched(rows, PAGE_ROWS, strict=False):
            name = f"{work.lease}-page-{len(pages):03}"
            await self._files.put(work.owner_id, found.id, name, written(some))
            pages.append(ReportPage(name=name, first=some[0].number, rows=len(some)))
        name = f"{work.lease}-keys-{len(cursor.keys):03}"
        await self._files.put(work.owner_id, found.id, name, packed)
        companies = _companies(rows)
        names = f"{work.lease}-names-{len(cursor.keys):03}"
        await self._files.put(work.owner_id, found.id, names, json.dumps(companies).encode())
        return cursor.model_copy(
            update={
                "pages": pages,
                "states": cursor.states + "".join(row.state for row in rows),
                "keys": [*cursor.keys, name],
                "names": [*cursor.names, names],
            }
        )


def _rows_of(raw: bytes, first: int, given: Given, key: Any, known: Known) -> tuple[list[Row], bytes]:
    rows: list[Row] = []
    keys = []
    for number, record in enumerate(_records(raw), start=first):
        drafted = draft_of(record, given)
        twin = None
        if drafted.content is not None:
            found = keys_of(drafted.content, key)
            twin = known.twin(found, number)
            known.add_rows(packed_rows([(number, found)]))
            keys.append((number, found))
        rows.append(row_of(number, record.line, drafted, twin))
    return rows, packed_rows(keys)


def _companies(rows: list[Row]) -> dict[str, int]:
    """The first row of each company of the file, by its name."""
    contents = [(row.content, row.number) for row in reversed(rows)]
    return {content.name: row for content, row in contents if content and content.kind == "entity"}


def _pieces(records: Iterator[Record]) -> Iterator[tuple[int, bytes]]:
    for some in batched(records, _PIECE, strict=False):
        yield len(some), json.dumps(some, ensure_ascii=True, separators=(",", ":")).encode()


def _records(raw: bytes) -> Iterator[Record]:
    for line, properties, notes, exact in json.loads(raw):
        yield Record(line, [Property(*each) for each in properties], [Note(*each) for each in notes], exact)


async def _import_of(work: Work, imports: ImportStore) -> Import | None:
    """The import that a work belongs to, which the work's key names."""
    return await imports.get(work.owner_id, work.key or "")


def started_at(found: Import) -> datetime:
    """When the book was compared: contacts made since are looked at before the import is written."""
    return found.read_at or found.created_at
