"""Writing of the chosen rows of an import as long work.

The contact of a row has an id that follows from the import and the row, so that a page that is written again
changes nothing. What was made since the report is looked at first: who came meanwhile is skipped. While a
page is written, the next one is prepared.
"""

from typing import Final

from domain.base.model import Model
from domain.operations.slices import Slice
from domain.operations.work import LEASE, Failure, Progress, Work
from domain.relationships.transfer.imports import Import
from domain.relationships.transfer.matching import Known, keys_of, packed_contacts
from domain.relationships.transfer.ports import Ports
from domain.relationships.transfer.preparing import Prepared, Preparer
from domain.relationships.transfer.readers.record import FileRefused
from domain.relationships.transfer.reading import started_at

_CONTACTS: Final = 100
# A worker whose lease has run out may still have written this long after it took the work.
_MARGIN: Final = 3 * LEASE
_NOTHING: Final = Prepared([], [])


class WriteCursor(Model):
    """Progress of the writing: `recent` is the piece of keys of contacts made since the report."""

    recent: str | None = None
    page: int = 0
    written: int = 0
    skipped: int = 0

    @classmethod
    def of(cls, work: Work) -> "WriteCursor":
        return cls.model_validate_json(work.cursor) if work.cursor else cls()


class WriteJob:
    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    async def slice(self, work: Work, bound: Slice) -> Progress:
        found = await self._ports.imports.get(work.owner_id, work.key or "")
        if found is None or found.stage != "writing":
            return Progress(work.cursor, 0, over=True)
        cursor, failures = WriteCursor.of(work), list[Failure]()
        try:
            if cursor.recent is None:
                cursor = cursor.model_copy(update={"recent": await self._gather_recent(work, found)})
            cursor = await self._write(work, found, cursor, bound, failures)
        except FileRefused as refusal:
            # The report has expired while the work was paused: what is written stays.
            await self._end(work, found, cursor, problem=refusal.problem)
            return Progress(work.cursor, 0, over=True)
        over = cursor.page == len(found.pages)
        if over:
            await self._end(work, found, cursor)
        done = sum(page.rows for page in found.pages[: cursor.page])
        return Progress(
            cursor.model_dump_json(), done - work.done, over=over, total=found.rows, failures=tuple(failures)
        )

    async def discard(self, work: Work) -> None:
        """Take back what was written so far, as long work of its own."""
        found = await self._ports.imports.get(work.owner_id, work.key or "")
        if found is not None and found.stage == "writing":
            written = WriteCursor.of(work).written
            undoing = found.changed(work.updated_at, stage="undoing", written=written)
            await self._ports.imports.save(undoing, lock="release")

    async def _write(
        self, work: Work, found: Import, cursor: WriteCursor, bound: Slice, failures: list[Failure]
    ) -> WriteCursor:
        known = Known()
        known.add_contacts(await self._ports.files.read(found.owner_id, found.id, cursor.recent or "") or b"")
        prepare = Preparer(self._ports, work, found, known, await self._ports.keys.of(work.owner_id))
        page, last = cursor.page, len(found.pages)
        ready = await prepare.page(page) if page < last else _NOTHING
        while page < last and not bound.is_over:
            rows = found.pages[page].rows
            bound.spend(rows)
            goes_on = page + 1 < last and not bound.is_over
            _, following = await self._ports.both(
                self._ports.bulk.create_many(ready.contacts),
                prepare.page(page + 1) if goes_on else _nothing(),
            )
            page += 1
            failures += ready.failures
            written = len(ready.contacts)
            cursor = cursor.model_copy(
                update={
                    "page": page,
                    "written": cursor.written + written,
                    "skipped": cursor.skipped + rows - written,
                }
            )
            ready = following
        return cursor

    async def _end(
        self, work: Work, found: Import, cursor: WriteCursor, *, problem: str | None = None
    ) -> None:
        await self._ports.after(work.owner_id)
        told = {
            "stage": "done",
            "problem": problem,
            "written": cursor.written,
            "skipped": cursor.skipped,
            "written_at": work.updated_at,
        }
        await self._ports.imports.save(found.changed(work.updated_at, **told), lock="release")
        await self._ports.files.drop(work.owner_id, found.id)

    async def _gather_recent(self, work: Work, found: Import) -> str:
        """Keys of the contacts that were made since the report, newest first."""
        key, packed, page = await self._ports.keys.of(work.owner_id), list[bytes](), None
        since = started_at(found) - _MARGIN
        own = {found.contact_id(row) for row in range(1, found.rows + 1)}
        while True:
            contacts, page = await self._ports.contacts.list(work.owner_id, _CONTACTS, page)
            recent = [each for each in contacts if each.created_at >= since and each.id not in own]
            packed.append(packed_contacts((each.id, keys_of(each.content, key)) for each in recent))
            if page is None or contacts[-1].created_at < since:
                break
        name = f"{work.lease}-recent"
        await self._ports.files.put(work.owner_id, found.id, name, b"".join(packed))
        return name


async def _nothing() -> Prepared:
    return _NOTHING
