"""All sure pairs merged at once, as long work, and all of these merges taken back."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Final, NamedTuple, Protocol

from domain.base.errors import NotFound, Refusal, StaleVersion
from domain.base.ids import ID_BYTES, ID_PREFIXES, make_id
from domain.base.model import Model
from domain.operations.slices import Slice
from domain.operations.work import Failure, Progress, Work, WorkQueue, WorkStore
from domain.relationships.contact import VALUE_LISTS, Contact
from domain.relationships.duplicates.finding import PAGE, ShownPairs, StoredPair, start_once
from domain.relationships.duplicates.merge import (
    Merge,
    MergeOver,
    MergeStore,
    Merging,
    Mover,
    Wanted,
    merge_contacts,
    read_merge,
    undo_merge,
)
from domain.relationships.tags import TagStore

MERGE_SURE: Final = "merge-duplicates"
UNDO_MERGES: Final = "undo-merges"
# Items of a slice that a merge counts for: it writes a dozen documents.
_COST: Final = 10
_MERGES: Final = 25
# A contact may have been merged into one that was merged, too.
_LONGEST_CHAIN: Final = 20


class Listed(MergeStore, Protocol):
    async def page(self, owner_id: str, limit: int, cursor: str | None) -> tuple[list[Merge], str | None]: ...


class Merger(NamedTuple):
    merges: Listed
    mover: Mover
    tags: TagStore
    clock: Callable[[], datetime]


class BulkCursor(Model):
    """Where a run is: the search whose pairs it merges, the number of the next one, how many it merged."""

    search: str
    sure: int
    at: int = 0
    merged: int = 0

    @classmethod
    def of(cls, work: Work) -> "BulkCursor":
        return cls.model_validate_json(work.cursor)


class MergeSureJob:
    def __init__(self, merger: Merger, pairs: ShownPairs) -> None:
        self._merger, self._pairs = merger, pairs

    async def slice(self, work: Work, bound: Slice) -> Progress:
        cursor = BulkCursor.of(work)
        failures, begun = list[Failure](), cursor.at
        while cursor.at < cursor.sure and not bound.is_over:
            page = await self._pairs.page(work.owner_id, cursor.search, cursor.at // PAGE)
            asked = [(pair.first, pair.second) for pair in page]
            different = await self._pairs.different(work.owner_id, asked)
            for pair in page[cursor.at % PAGE : cursor.sure - cursor.at + cursor.at % PAGE]:
                merged = False
                if (pair.first, pair.second) not in different:
                    merged = await self._merge(work, pair, failures)
                    bound.spend(_COST)
                cursor = cursor.model_copy(update={"at": cursor.at + 1, "merged": cursor.merged + merged})
                if bound.is_over:
                    break
            if not page:
                # The search is forgotten.
                cursor = cursor.model_copy(update={"at": cursor.sure})
        over = cursor.at >= cursor.sure
        done = cursor.at - begun
        return Progress(
            cursor.model_dump_json(), done, over=over, total=cursor.sure, failures=tuple(failures)
        )

    async def discard(self, work: Work) -> None:
        """What is merged stays merged: taking it back is a work of its own."""

    async def _merge(self, work: Work, pair: StoredPair, failures: list[Failure]) -> bool:
        """Merge a pair, and say whether this run has merged it; it may have done so before a crash."""
        digest = hashlib.sha256(f"{work.id} {pair.first} {pair.second}".encode()).digest()
        merge_id = make_id(ID_PREFIXES["merge"], digest[:ID_BYTES])
        first, second = [await self._present(work.owner_id, each) for each in (pair.first, pair.second)]
        if first is None or second is None:
            return False
        if first.id == second.id:
            return await self._merger.merges.get(work.owner_id, merge_id) is not None
        kept, gone = _fuller(first, second)
        merging = Merging(work.owner_id, merge_id, self._merger.clock(), work.id)
        wanted = Wanted(kept.id, gone.id, (), kept.version, gone.version)
        try:
            await merge_contacts(merging, wanted, merges=self._merger.merges, mover=self._merger.mover)
        except Refusal as refusal:
            failures.append(Failure(item=gone.id, code=refusal.code))
            return False
        return True

    async def _present(self, owner_id: str, contact_id: str) -> Contact | None:
        """The contact, or the one it was merged into since."""
        contact = await self._merger.merges.contact(owner_id, contact_id)
        for _ in range(_LONGEST_CHAIN):
            if contact is None or contact.merged_into is None:
                break
            contact = await self._merger.merges.contact(owner_id, contact.merged_into)
        return None if contact is None or contact.deleted else contact


def _fuller(one: Contact, other: Contact) -> tuple[Contact, Contact]:
    """The contact that says more, before the other one; of two alike the older one."""
    first, second = sorted((one, other), key=lambda each: (-_says(each), each.created_at, each.id))
    return first, second


def _says(contact: Contact) -> int:
    content = contact.content
    single = (content.name_parts, content.nickname, content.title, content.organisation, content.met)
    lists = (*VALUE_LISTS, "tags", "groups", "custom_fields")
    return (
        sum(map(bool, single)) + sum(len(getattr(content, name)) for name in lists) + len(content.name) // 8
    )


class UndoCursor(Model):
    """The run whose merges are taken back, and the cursor of the next page of merges."""

    run: str
    page: str | None = None


class UndoMergesJob:
    def __init__(self, merger: Merger) -> None:
        self._merger = merger

    async def slice(self, work: Work, bound: Slice) -> Progress:
        """Take back the merges of a run, the latest first; one that would lose a later change is left."""
        cursor, done, failures = UndoCursor.model_validate_json(work.cursor), 0, list[Failure]()
        while not bound.is_over:
            found, following = await self._merger.merges.page(work.owner_id, _MERGES, cursor.page)
            for merge in found:
                if merge.group == cursor.run and merge.state == "done":
                    failures += await self._undo(merge)
                    done += 1
            bound.spend(_COST * max(1, len(found)))
            cursor = cursor.model_copy(update={"page": following})
            if following is None:
                return Progress(cursor.model_dump_json(), done, over=True, failures=tuple(failures))
        return Progress(cursor.model_dump_json(), done, failures=tuple(failures))

    async def discard(self, work: Work) -> None:
        """What is taken back stays so."""

    async def _undo(self, merge: Merge) -> list[Failure]:
        merges, now = self._merger.merges, self._merger.clock()
        try:
            found = await read_merge(merge.owner_id, merge.id, now=now, merges=merges)
            if found.lost:
                return [Failure(item=merge.kept_id, code="changed_since")]
            await undo_merge(
                merge.owner_id,
                merge.id,
                found.kept.version,
                now=now,
                merges=merges,
                mover=self._merger.mover,
                tags=self._merger.tags,
            )
        except (NotFound, MergeOver, StaleVersion) as refusal:
            return [Failure(item=merge.kept_id, code=refusal.code)]
        return []


async def start_run(
    owner_id: str,
    *,
    key: str | None,
    now: datetime,
    works: WorkStore,
    queue: WorkQueue,
    pairs: ShownPairs,
) -> Work:
    """Begin to merge all sure pairs of the latest search."""
    found = await pairs.found(owner_id)
    if found is None:
        raise NotFound
    cursor = BulkCursor(search=found.search, sure=found.sure).model_dump_json()
    return await start_once(MERGE_SURE, owner_id, key=key, now=now, works=works, queue=queue, cursor=cursor)


async def start_undo(
    owner_id: str, run_id: str, *, now: datetime, works: WorkStore, queue: WorkQueue
) -> Work:
    """Begin to take back the merges of a run that has ended."""
    run = await works.get(owner_id, run_id)
    if run is None or run.kind != MERGE_SURE or not run.is_over:
        raise NotFound
    cursor = UndoCursor(run=run_id).model_dump_json()
    return await start_once(
        UNDO_MERGES, owner_id, key=f"undo {run_id}", now=now, works=works, queue=queue, cursor=cursor
    )
