"""Writing of the chosen rows as long work, and the undo of a whole import.

The contact of a row has an id that follows from the import and the row, so that a page that is written again
changes nothing. What was made since the report is looked at first: who came meanwhile is skipped.
"""

import json
from collections.abc import Awaitable, Callable
from typing import Final, NamedTuple, Protocol

from domain.base.limits import UNDO_TIME, LimitReached
from domain.base.model import Model
from domain.operations.slices import Slice
from domain.operations.work import LEASE, Failure, Progress, Work
from domain.relationships.contact import MOST_VALUES, Contact, ContactContent, CustomField
from domain.relationships.keys import OwnerKeys
from domain.relationships.tags import TagStore, remember_tags
from domain.relationships.transfer.imports import (
    MOST_KEPT,
    Import,
    ImportStore,
)
from domain.relationships.transfer.matching import Known, keys_of, packed_contacts
from domain.relationships.transfer.reading import started_at
from domain.relationships.transfer.report import Row, read_rows
from domain.relationships.transfer.sealed_files import SealedFiles

_CONTACTS: Final = 100
_LABELS_OF_A_FIELD: Final = 2_000
# A worker whose lease has run out may still have written this long after it took the work.
_MARGIN: Final = 3 * LEASE

# Makes the search find what was written in bulk; told the owner.
AfterBulk = Callable[[str], Awaitable[None]]


class ReadContacts(Protocol):
    async def find(self, owner_id: str, contact_ids: list[str]) -> list[Contact]: ...
    async def entity_called(self, owner_id: str, name: str) -> Contact | None: ...
    async def list(
        self, owner_id: str, limit: int, cursor: str | None
    ) -> tuple[list[Contact], str | None]: ...


class BulkContacts(Protocol):
    async def create_many(self, contacts: list[Contact]) -> None:
        """Store new contacts in batches; one that is there already stays as it is."""
        ...

    async def delete_many(self, contacts: list[Contact]) -> None:
        """Store contacts that are deleted, in batches; one that was changed meanwhile is left alone."""
        ...

    async def with_dependents(self, owner_id: str, contact_ids: list[str]) -> set[str]:
        """Those of the contacts to which something was added: a note, an interaction."""
        ...


class Ports(NamedTuple):
    """What writing and undoing need."""

    imports: ImportStore
    files: SealedFiles
    contacts: ReadContacts
    bulk: BulkContacts
    tags: TagStore
    keys: OwnerKeys
    after: AfterBulk


class WriteCursor(Model):
    """Progress of the writing: `recent` is the piece of keys of contacts made since the report."""

    recent: str | None = None
    page: int = 0
    written: int = 0
    skipped: int = 0


class WriteJob:
    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    async def slice(self, work: Work, bound: Slice) -> Progress:
        found = await self._ports.imports.get(work.owner_id, work.key or "")
        if found is None or found.stage != "writing":
            return Progress(work.cursor, 0, over=True)
        cursor = WriteCursor.model_validate_json(work.cursor) if work.cursor else WriteCursor()
        if cursor.recent is None:
            cursor = cursor.model_copy(update={"recent": await self._gather_recent(work, found)})
        failures: list[Failure] = []
        known = Known()
        known.add_contacts(await self._ports.files.read(found.owner_id, found.id, cursor.recent or "") or b"")
        entities = await self._companies(found)
        while cursor.page < len(found.pages) and not bound.is_over:
            cursor, failed = await self._write_page(work, found, cursor, known, entities)
            failures += failed
            bound.spend(found.pages[cursor.page - 1].rows)
        done = sum(page.rows for page in found.pages[: cursor.page])
        over = cursor.page == len(found.pages)
        if over:
            await self._end(work, found, cursor)
        return Progress(
            cursor.model_dump_json(), done - work.done, over=over, total=found.rows, failures=tuple(failures)
        )

    async def discard(self, work: Work) -> None:
        """Take back what was written so far, as long work of its own."""
        found = await self._ports.imports.get(work.owner_id, work.key or "")
        if found is not None and found.stage == "writing":
            await self._ports.imports.save(found.changed(work.updated_at, stage="undoing"), lock="release")

    async def _end(self, work: Work, found: Import, cursor: WriteCursor) -> None:
        await self._ports.after(work.owner_id)
        told = {
            "stage": "done",
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

    async def _write_page(
        self, work: Work, found: Import, cursor: WriteCursor, known: Known, entities: dict[str, str | None]
    ) -> tuple[WriteCursor, list[Failure]]:
        page = found.pages[cursor.page]
        content = await self._ports.files.read(found.owner_id, found.id, page.name)
        rows = read_rows(content or b"[]")
        chosen = [row for row in rows if found.takes(row.number)]
        key = await self._ports.keys.of(work.owner_id)
        kept = [row for row in chosen if self._is_asked_for(found, row) or not _is_there(row, known, key)]
        failures = [Failure(item=str(row.number), code="came_meanwhile") for row in chosen if row not in kept]
        contacts = []
        for row in kept:
            linked = await self._linked(found, row.entity, entities)
            contacts.append(_contact(found, row, linked, work))
        contacts, untagged = await self._with_tags(found, contacts)
        failures += [Failure(item=item, code="tags_kept_as_field") for item in untagged]
        await self._ports.bulk.create_many(contacts)
        return cursor.model_copy(
            update={
                "page": cursor.page + 1,
                "written": cursor.written + len(contacts),
                "skipped": cursor.skipped + page.rows - len(contacts),
            }
        ), failures

    def _is_asked_for(self, found: Import, row: Row) -> bool:
        """Whether its owner chose the row although somebody like it is there."""
        return found.choice.everything or row.number in found.choice.add

    async def _companies(self, found: Import) -> dict[str, str | None]:
        """Ids of the contacts that the companies of the file become, by their names."""
        companies: dict[str, str | None] = {}
        for piece in found.names:
            content = await self._ports.files.read(found.owner_id, found.id, piece)
            for name, row in json.loads(content or b"{}").items():
                if found.takes(row):
                    companies.setdefault(name, found.contact_id(row))
        return companies

    async def _linked(self, found: Import, name: str | None, companies: dict[str, str | None]) -> str | None:
        """Id of the company that the file links a person to: one of the file, or else of the book."""
        if name is None:
            return None
        if name not in companies:
            entity = await self._ports.contacts.entity_called(found.owner_id, name)
            companies[name] = entity.id if entity else None
        return companies[name]

    async def _with_tags(self, found: Import, contacts: list[Contact]) -> tuple[list[Contact], list[str]]:
        """The contacts with tags that are in the owner's book, and ids of those whose tags are too many."""
        labels = [label for contact in contacts for label in contact.content.tags]
        if await self._remembers(found.owner_id, labels):
            return contacts, []
        kept, untagged = [], []
        for each in contacts:
            if await self._remembers(found.owner_id, each.content.tags):
                kept.append(each)
            else:
                kept.append(each.model_copy(update={"content": _untagged(each.content)}))
                untagged.append(each.id)
        return kept, untagged

    async def _remembers(self, owner_id: str, labels: list[str]) -> bool:
        try:
            await remember_tags(owner_id, labels, tags=self._ports.tags)
        except LimitReached:
            return False
        return True


class UndoJob:
    """Deletes the contacts of an import that nobody changed or added to; they can come back for a day."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    async def slice(self, work: Work, bound: Slice) -> Progress:
        found = await self._ports.imports.get(work.owner_id, work.key or "")
        if found is None or found.stage != "undoing":
            return Progress(work.cursor, 0, over=True)
        at = int(work.cursor or "0")
        while at < found.rows and not bound.is_over:
            rows = range(at + 1, min(at + _CONTACTS, found.rows) + 1)
            await self._take_back([found.contact_id(row) for row in rows], work)
            at = rows[-1]
            bound.spend(len(rows))
        over = at >= found.rows
        if over:
            await self._end(work, found)
        return Progress(str(at), at - work.done, over=over, total=found.rows)

    async def discard(self, work: Work) -> None:
        """What was taken back stays so; the rest of the import stays, too."""
        found = await self._ports.imports.get(work.owner_id, work.key or "")
        if found is not None and found.stage == "undoing":
            await self._end(work, found)

    async def _end(self, work: Work, found: Import) -> None:
        """Say which contacts are left: looked at anew, because a repeated slice finds its own deleted."""
        await self._ports.after(work.owner_id)
        left = await self._left(found)
        told = {"stage": "undone", "kept": left[:MOST_KEPT], "kept_count": len(left)}
        told["removed"] = max(0, found.written - len(left))
        await self._ports.imports.save(found.changed(work.updated_at, **told))
        await self._ports.files.drop(work.owner_id, found.id)

    async def _take_back(self, ids: list[str], work: Work) -> None:
        """Delete those that are as they were imported; what changes meanwhile is left alone."""
        found = await self._ports.contacts.find(work.owner_id, ids)
        unchanged = [each for each in found if each.version == 1]
        if not unchanged:
            return
        added_to = await self._ports.bulk.with_dependents(work.owner_id, [each.id for each in unchanged])
        now = work.updated_at
        gone = [each for each in unchanged if each.id not in added_to]
        until = now + UNDO_TIME
        await self._ports.bulk.delete_many([each.changed(now, deleted=True, until=until) for each in gone])

    async def _left(self, found: Import) -> list[str]:
        left: list[str] = []
        for first in range(1, found.rows + 1, _CONTACTS):
            rows = range(first, min(first + _CONTACTS, found.rows + 1))
            ids = [found.contact_id(row) for row in rows]
            there = {each.id for each in await self._ports.contacts.find(found.owner_id, ids)}
            left += [item for item in ids if item in there]
        return left


def _is_there(row: Row, known: Known, key: object) -> bool:
    twin = row.content and known.twin(keys_of(row.content, key), row.number)  # type: ignore[arg-type]
    return bool(twin) and twin.tier == "sure"  # type: ignore[union-attr]


def _contact(found: Import, row: Row, entity_id: str | None, work: Work) -> Contact:
    content = row.content
    assert content is not None  # noqa: S101 - only such rows are chosen
    if entity_id is not None:
        content = content.model_copy(update={"entity_id": entity_id})
    return Contact(
        id=found.contact_id(row.number),
        owner_id=found.owner_id,
        content=content,
        created_at=work.updated_at,
        updated_at=work.updated_at,
    )


def _untagged(content: ContactContent) -> ContactContent:
    if not content.tags or len(content.custom_fields) >= MOST_VALUES:
        return content.model_copy(update={"tags": []})
    text = ", ".join(content.tags)[:_LABELS_OF_A_FIELD]
    field = CustomField(label="Tags", text=text)
    return content.model_copy(update={"tags": [], "custom_fields": [*content.custom_fields, field]})
