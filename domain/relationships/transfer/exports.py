"""An export: contacts of a book in the order of their names, written to a file as long work.

1. `gather`: pages of contacts are kept as pieces, so that a table knows its columns before it is written.
2. `write`: each piece becomes a piece of the file. Contacts whose names sort alike stand in the order of what
they say, so that a book that was read back is exported with the same bytes.
"""

import json
from datetime import datetime, timedelta
from itertools import batched
from typing import Annotated, Final, Literal, Protocol

from pydantic import Field, StrictBool

from domain.base.errors import Conflict, NotFound
from domain.base.fields import STORED
from domain.base.limits import DOWNLOADS, Limiter
from domain.base.model import Closed, Model
from domain.base.texts import N_
from domain.operations.slices import Slice
from domain.operations.work import Failure, Progress, Work, WorkQueue, WorkStore, new_work, start_work
from domain.relationships.contact import Contact, ContactContent, ContactId, Kind
from domain.relationships.contacts import Filter
from domain.relationships.keys import Unreadable
from domain.relationships.transfer.sealed_files import SealedFiles
from domain.relationships.transfer.writers.exact import exact
from domain.relationships.transfer.writers.forms import FORMS, Told, most_of

EXPORT: Final = "export"
KEEP: Final = timedelta(days=7)
MOST_A_DAY: Final = 20
MOST_IDS: Final = 500
# A part is in memory while it is sent; each can be opened by itself.
MOST_PART: Final = 24 * 2**20
_PAGE: Final = 100

FormName = Literal["vcard4", "vcard3", "csv", "json", "jcard", "jscontact"]


class TooManyExports(Conflict):
    code = "too_many_exports"
    title = N_("%(most)s exports can be made in a day; try again tomorrow", most=MOST_A_DAY)


class Wanted(Closed):
    """What to export: all contacts, those of a list, or some by their ids. A tag is named by its id."""

    form: FormName
    kind: Kind | None = None
    tag: Annotated[str, Field(pattern="^tag_[a-z2-7]{26}$")] | None = None
    archived: StrictBool | None = Field(
        default=None, description="Only archived contacts or only others; or both."
    )
    ids: Annotated[list[ContactId], Field(max_length=MOST_IDS)] | None = None


class Piece(Model):
    name: str
    contacts: int
    size: int = 0


class ExportCursor(Model):
    """Progress of an export: `page` is the id after which the list goes on, `pieces` what is gathered."""

    wanted: Wanted
    archived: bool = False
    page: str | None = None
    gathered: bool = False
    pieces: list[Piece] = Field(default=[])
    written: list[Piece] = Field(default=[])
    most: dict[str, int] = Field(default={})

    @classmethod
    def of(cls, work: Work) -> "ExportCursor":
        return cls.model_validate_json(work.cursor)


class ExportedContacts(Protocol):
    async def find(self, owner_id: str, contact_ids: list[str]) -> list[Contact]: ...
    async def count(self, owner_id: str) -> int: ...
    async def by_name(
        self, owner_id: str, wanted: Filter, limit: int, cursor: str | None
    ) -> tuple[list[Contact], str | None]: ...


class ExportJob:
    def __init__(self, files: SealedFiles, contacts: ExportedContacts) -> None:
        self._files, self._contacts = files, contacts

    async def slice(self, work: Work, bound: Slice) -> Progress:
        cursor, done, failures = ExportCursor.of(work), 0, list[Failure]()
        total = work.total or await self._contacts.count(work.owner_id)
        while not cursor.gathered and not bound.is_over:
            cursor = await self._gather(work, cursor, failures)
            bound.spend(_PAGE)
        while cursor.gathered and len(cursor.written) < len(cursor.pieces) and not bound.is_over:
            piece = cursor.pieces[len(cursor.written)]
            written = await self._write(work, cursor, piece)
            if written is None:
                # The pieces have expired while the work was paused: gather again.
                anew = ExportCursor(wanted=cursor.wanted)
                return Progress(anew.model_dump_json(), -work.done)
            cursor = cursor.model_copy(update={"written": [*cursor.written, written]})
            done += piece.contacts
            bound.spend(_PAGE)
        over = cursor.gathered and len(cursor.written) == len(cursor.pieces)
        told = tuple(failures)
        return Progress(cursor.model_dump_json(), done, over=over, total=total, failures=told)

    async def discard(self, work: Work) -> None:
        await self._files.drop(work.owner_id, work.id)

    async def _gather(self, work: Work, cursor: ExportCursor, failures: list[Failure]) -> ExportCursor:
        """The next piece. Of a damaged contact it has what is left, which is told."""
        contacts, further = await self._next(work.owner_id, cursor)
        if not contacts:
            return further
        failures += [Failure(item=each.id, code=Unreadable.code) for each in contacts if each.unreadable]
        told = await self._told(work.owner_id, contacts)
        content = json.dumps([(each.model_dump(mode="json"), entity) for each, entity in told]).encode()
        piece = Piece(name=f"{work.lease}-{len(cursor.pieces):04}", contacts=len(told))
        await self._files.put(work.owner_id, work.id, piece.name, content)
        most = most_of((each for each, _ in told), cursor.most)
        return further.model_copy(update={"pieces": [*cursor.pieces, piece], "most": most})

    async def _next(self, owner_id: str, cursor: ExportCursor) -> tuple[list[Contact], ExportCursor]:
        wanted = cursor.wanted
        if wanted.ids is not None:
            found: list[Contact] = []
            for some in batched(dict.fromkeys(wanted.ids), _PAGE, strict=False):
                found += await self._contacts.find(owner_id, list(some))
            return sorted(found, key=_order), cursor.model_copy(update={"gathered": True})
        archived = cursor.archived if wanted.archived is None else wanted.archived
        contacts, page = await self._page(
            owner_id, Filter(wanted.kind, wanted.tag, archived=archived), cursor.page
        )
        update: dict[str, object] = {"page": page}
        if page is None:
            both = wanted.archived is None and not archived
            update |= {"archived": True} if both else {"gathered": True}
        return sorted(contacts, key=_order), cursor.model_copy(update=update)

    async def _page(
        self, owner_id: str, wanted: Filter, cursor: str | None
    ) -> tuple[list[Contact], str | None]:
        """A page that does not end between contacts whose names sort alike."""
        found, following = await self._contacts.by_name(owner_id, wanted, _PAGE, cursor)
        while following is not None:
            last = _alike(found[-1])
            whole = [each for each in found if _alike(each) != last]
            if whole:
                return whole, whole[-1].id
            more, following = await self._contacts.by_name(owner_id, wanted, _PAGE, found[-1].id)
            found += more
        return found, None

    async def _told(self, owner_id: str, contacts: list[Contact]) -> list[Told]:
        """The contacts, and the names of the companies that they are linked to."""
        ids = list({each.content.entity_id for each in contacts if each.content.entity_id})
        names: dict[str, str] = {}
        for at in range(0, len(ids), _PAGE):
            found = await self._contacts.find(owner_id, ids[at : at + _PAGE])
            names |= {each.id: each.content.name for each in found if each.content.kind == "entity"}
        return [(each.content, names.get(each.content.entity_id or "")) for each in contacts]

    async def _write(self, work: Work, cursor: ExportCursor, piece: Piece) -> Piece | None:
        content = await self._files.read(work.owner_id, work.id, piece.name)
        if content is None:
            return None
        told = [
            (ContactContent.model_validate(each, context=STORED), entity)
            for each, entity in json.loads(content)
        ]
        written = FORMS[cursor.wanted.form].write(told, cursor.most)
        name = f"{work.lease}-out-{len(cursor.written):04}"
        await self._files.put(work.owner_id, work.id, name, written)
        return Piece(name=name, contacts=piece.contacts, size=len(written))


def _alike(contact: Contact) -> str:
    """What contacts have in common that only their ids keep apart in the list."""
    return contact.content.sort[:200]


def _order(contact: Contact) -> tuple[bool, str, str]:
    content = contact.content
    said = json.dumps(exact(content, None), sort_keys=True, ensure_ascii=False)
    return content.archived, _alike(contact), said


def parts_of(cursor: ExportCursor) -> list[list[Piece]]:
    """The pieces of each part of the file: as many as fit, and at least one."""
    parts: list[list[Piece]] = []
    room = 0
    for piece in cursor.written:
        if piece.size > room:
            parts.append([])
            room = MOST_PART
        parts[-1].append(piece)
        room -= piece.size
    return parts or [[]]


async def start_export(
    owner_id: str, wanted: Wanted, work_id: str, *, key: str | None, now: datetime,
    works: WorkStore, queue: WorkQueue,
) -> Work:  # fmt: skip
    """Start an export; a repetition under the same key returns the first."""
    found = await works.of_kind(owner_id, EXPORT)
    known = next((work for work in found if key is not None and work.key == key), None)
    if known is not None:
        return known
    if sum(now - work.created_at < timedelta(days=1) for work in found) >= MOST_A_DAY:
        raise TooManyExports
    cursor = ExportCursor(wanted=wanted).model_dump_json()
    new = new_work(EXPORT, owner_id, work_id, now, key=key).model_copy(update={"cursor": cursor})
    return await start_work(new, works=works, queue=queue)


async def read_export(owner_id: str, work_id: str, *, works: WorkStore) -> Work:
    work = await works.get(owner_id, work_id)
    if work is None or work.kind != EXPORT:
        raise NotFound
    return work


def is_kept(work: Work, now: datetime) -> bool:
    return work.state == "done" and work.ended_at is not None and now < work.ended_at + KEEP


async def read_part(
    owner_id: str, work_id: str, part: int, *, now: datetime, works: WorkStore, files: SealedFiles,
    limiter: Limiter,
) -> tuple[Work, bytes]:  # fmt: skip
    """One part of a finished export: a file by itself."""
    work = await read_export(owner_id, work_id, works=works)
    cursor = ExportCursor.of(work)
    parts = parts_of(cursor)
    if not is_kept(work, now) or not 1 <= part <= len(parts):
        raise NotFound
    await limiter.take(DOWNLOADS, owner_id, now)
    form = FORMS[cursor.wanted.form]
    pieces = []
    for piece in parts[part - 1]:
        content = await files.read(owner_id, work_id, piece.name)
        if content is None:
            raise NotFound
        pieces.append(content)
    return work, form.begin(cursor.most) + form.between.join(pieces) + form.end
