"""Building the index from the contacts and notes: the first time, after an import or a loss, and to forget.

The contacts are read by name, so that their blocks are in that order. What changes meanwhile is in the head's
deltas from the sequence on at which the building began, and is applied on top.
"""

from datetime import datetime
from typing import Final, Literal, NamedTuple

from domain.base.errors import InvalidInput, NotFound, StaleVersion, Unavailable
from domain.base.ids import ID_BYTES, ID_PREFIXES, make_id
from domain.base.model import Model
from domain.operations.slices import Slice
from domain.operations.work import (
    Progress,
    Work,
    WorkQueue,
    WorkStore,
    WrongWorkState,
    change_work,
    new_work,
    start_work,
)
from domain.relationships.contacts import Filter
from domain.relationships.search.entry import change_of, note_change
from domain.relationships.search.head import (
    Building,
    Head,
    Stores,
    opened_snapshot,
    read_head,
    sealed_snapshot,
)
from domain.relationships.search.index import Index

BUILD: Final = "search-index"
_PAGE: Final = 100
_TRIES: Final = 10


class Works(NamedTuple):
    works: WorkStore
    queue: WorkQueue


class _Cursor(Model):
    """Where a build is: the part of the index that is stored, and what comes next."""

    part: int = 0
    stage: Literal["used", "archived", "notes", "over"] = "used"
    after: str | None = None


_NEXT: Final[dict[str, Literal["archived", "notes", "over"]]] = {
    "used": "archived",
    "archived": "notes",
    "notes": "over",
}


async def start_build(head: Head, now: datetime, *, works: Works, digest: bytes) -> Work:
    """Start building this head's index anew, once however often it is asked. `digest` is of `build_of`."""
    work = new_work(BUILD, head.owner_id, make_id(ID_PREFIXES["work"], digest[:ID_BYTES]), now)
    found = await start_work(work, works=works.works, queue=works.queue)
    if found.state in ("failed", "paused"):
        try:
            return await change_work(head.owner_id, found.id, "resume", now=now, **works._asdict())
        except (WrongWorkState, NotFound):
            return found
    return found


def build_of(head: Head, now: datetime) -> str:
    """What tells a build from others of its owner; another is tried if it did not help in an hour."""
    return f"search build {head.epoch} {now:%Y-%m-%dT%H}"


async def rebuild(owner_id: str, work_id: str, now: datetime, *, works: Works) -> Work:
    """Start building an owner's index from what is stored now, as after an import, which tells no deltas."""
    return await start_work(new_work(BUILD, owner_id, work_id, now), works=works.works, queue=works.queue)


async def build_now(owner_id: str, now: datetime, bound: Slice, *, stores: Stores) -> bool:
    """Build the index at once; False if it is not done within the bound.

    A build that began later knows more: then it is left to that one.
    """
    name = stores.new_name()
    head = await _begin(owner_id, name, now, stores=stores)
    index, cursor = Index.empty(), _Cursor()
    try:
        cursor, _ = await _fill(index, owner_id, cursor, bound, stores=stores)
        if cursor.stage != "over":
            return False
        await _finish(head, name, name, index, now, stores=stores)
        return True
    finally:
        index.close()


class BuildJob:
    def __init__(self, stores: Stores) -> None:
        self._stores = stores

    async def slice(self, work: Work, bound: Slice) -> Progress:
        cursor = _Cursor.model_validate_json(work.cursor or "{}")
        head = await read_head(work.owner_id, stores=self._stores)
        if head.epoch == work.id or (work.cursor and not _is_of(head, work.id)):
            # Done already by a run that could not say so; or another build began later and knows more.
            await _tidy(work.owner_id, head, stores=self._stores)
            return Progress(work.cursor, 0, over=True)
        head = await _begin(work.owner_id, work.id, work.updated_at, stores=self._stores)
        index = await self._part(head, work.id, cursor)
        if index is None:
            return Progress("", -work.done)
        try:
            following, done = await _fill(index, work.owner_id, cursor, bound, stores=self._stores)
        except InvalidInput:
            # The contact that it would go on after has been erased.
            return Progress("", -work.done)
        if following.stage != "over":
            following = following.model_copy(update={"part": cursor.part + 1})
            await _put(head, _part(work.id, following.part), index, stores=self._stores)
            return Progress(following.model_dump_json(), done)
        name = _part(work.id, cursor.part + 1)
        await _finish(head, work.id, name, index, work.updated_at, stores=self._stores)
        return Progress(following.model_dump_json(), done, over=True)

    async def _part(self, head: Head, work_id: str, cursor: _Cursor) -> Index | None:
        if cursor == _Cursor():
            return Index.empty()
        name = _part(work_id, cursor.part)
        sealed = await self._stores.snapshots.get(head.owner_id, name)
        if sealed is None or head.building is None:
            return None
        key = await self._stores.keys.of(head.owner_id)
        return await self._stores.aside(opened_snapshot, sealed, key, name, head.building.sequence)

    async def discard(self, work: Work) -> None:
        """Forget a build that its owner cancelled. The next question starts another where there is none."""
        head = await self._stores.heads.get(work.owner_id)
        if head is not None and _is_of(head, work.id):
            await self._stores.heads.replace(head.model_copy(update={"building": None}))
        await _tidy(work.owner_id, head, stores=self._stores)


def _part(work_id: str, part: int) -> str:
    return f"{work_id}-{part}"


def _is_of(head: Head, work_id: str) -> bool:
    return head.building is not None and head.building.work == work_id


async def _begin(owner_id: str, work_id: str, now: datetime, *, stores: Stores) -> Head:
    """Say in the head who builds and from which sequence on; a build that began before has lost."""
    for _ in range(_TRIES):
        head = await read_head(owner_id, stores=stores)
        if _is_of(head, work_id) or head.epoch == work_id:
            return head
        building = Building(work=work_id, sequence=head.sequence, at=now)
        try:
            return await stores.heads.replace(head.model_copy(update={"building": building}))
        except StaleVersion:
            continue
    raise Unavailable


async def _fill(
    index: Index, owner_id: str, cursor: _Cursor, bound: Slice, *, stores: Stores
) -> tuple[_Cursor, int]:
    """Take in page after page until all is in or the bound is over; return the number of contacts."""
    done = 0
    while cursor.stage != "over" and not bound.is_over:
        if cursor.stage == "notes":
            texts, following = await stores.notes.note_texts(owner_id, _PAGE, cursor.after)
            index.apply(note_change(note.contact_id, note.id, note.version, note.text) for note in texts)
        else:
            wanted = Filter(archived=cursor.stage == "archived")
            found, following = await stores.contacts.by_name(owner_id, wanted, _PAGE, cursor.after)
            index.apply(map(change_of, found), by_name=True)
            done += len(found)
        bound.spend()
        stage = cursor.stage if following else _NEXT[cursor.stage]
        cursor = cursor.model_copy(update={"stage": stage, "after": following})
    return cursor, done


async def _put(head: Head, name: str, index: Index, *, stores: Stores) -> None:
    key = await stores.keys.of(head.owner_id)
    sequence = head.building.sequence if head.building else head.base
    sealed = await stores.aside(sealed_snapshot, index, key, name, sequence)
    await stores.snapshots.put(head.owner_id, name, sealed)


async def _finish(
    head: Head, work_id: str, name: str, index: Index, now: datetime, *, stores: Stores
) -> None:
    """Make this the owner's index, unless another build has begun since."""
    await stores.aside(index.settle)
    await _put(head, name, index, stores=stores)
    for _ in range(_TRIES):
        present = await read_head(head.owner_id, stores=stores)
        if not _is_of(present, work_id) or present.building is None:
            return
        built = present.compacted(name, present.building.sequence).model_copy(
            update={"epoch": work_id, "ready": True, "building": None, "built_at": now}
        )
        try:
            await stores.heads.replace(built)
        except StaleVersion:
            continue
        await _tidy(head.owner_id, built, stores=stores)
        return
    raise Unavailable


async def _tidy(owner_id: str, head: Head | None, *, stores: Stores) -> None:
    """Delete the snapshots and parts that nothing needs any more."""
    for name in await stores.snapshots.names(owner_id):
        building = head is not None and head.building is not None and name.startswith(head.building.work)
        if head is None or (name != head.snapshot and not building):
            await stores.snapshots.delete(owner_id, name)
