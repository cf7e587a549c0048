"""The indexes that are open in this worker, each brought up to date when it is asked.

A question costs one read of the head, and a snapshot where the worker has not the index yet.
"""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass
from itertools import batched
from typing import Final
from weakref import WeakValueDictionary

from domain.base.errors import StaleVersion
from domain.relationships.keys import OwnerKey, Unreadable
from domain.relationships.search.entry import Change, change_of, note_change
from domain.relationships.search.head import (
    Delta,
    Head,
    IndexNotReady,
    Stores,
    opened_delta,
    opened_snapshot,
    read_head,
)
from domain.relationships.search.index import Index

# Three of 50,000 contacts with their notes.
_MOST_BYTES: Final = 96 * 1024 * 1024
_TRIES: Final = 3
_AT_ONCE: Final = 100


class SnapshotLost(Exception):
    """The snapshot that a head names is not there, or is not the one that it names."""


@dataclass
class _Open:
    index: Index
    epoch: str
    sequence: int
    size: int

    def follows(self, head: Head) -> bool:
        return self.epoch == head.epoch and head.base <= self.sequence <= head.sequence


class Shelf:
    """The least recently asked are closed when all together have more than `most` bytes."""

    def __init__(self, most: int = _MOST_BYTES) -> None:
        self._most, self._open = most, OrderedDict[str, _Open]()
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def index(self, owner_id: str, *, stores: Stores) -> Index:
        """The owner's index as the store has it now. `IndexNotReady` while it is built.

        It is to be asked before anything else is awaited: another question may close it.
        """
        async with self._locks.setdefault(owner_id, asyncio.Lock()):
            for _ in range(_TRIES):
                head = await read_head(owner_id, stores=stores)
                if not head.ready:
                    self._close(owner_id)
                    raise IndexNotReady
                try:
                    return await self._followed(head, stores)
                except SnapshotLost:
                    # A new snapshot may have taken its place meanwhile; then there is another head.
                    self._close(owner_id)
            await give_up(head, stores=stores)
            raise IndexNotReady

    async def close(self) -> None:
        for owner_id in list(self._open):
            self._close(owner_id)

    async def _followed(self, head: Head, stores: Stores) -> Index:
        key = await stores.keys.of(head.owner_id)
        held = self._open.get(head.owner_id)
        if held is None or not held.follows(head):
            self._close(head.owner_id)
            index = await load(head, key, stores=stores)
            held = _Open(index, head.epoch, head.base, index.size)
            self._open[head.owner_id] = held
        self._open.move_to_end(head.owner_id)
        if deltas := head.since(held.sequence):
            held.index.apply(await news(head.owner_id, deltas, key, stores=stores))
            held.sequence, held.size = head.sequence, held.index.size
        self._make_room()
        return held.index

    def _make_room(self) -> None:
        while len(self._open) > 1 and sum(held.size for held in self._open.values()) > self._most:
            self._open.popitem(last=False)[1].index.close()

    def _close(self, owner_id: str) -> None:
        held = self._open.pop(owner_id, None)
        if held is not None:
            held.index.close()


async def load(head: Head, key: OwnerKey, *, stores: Stores) -> Index:
    """The index of the head's snapshot. Raises `SnapshotLost`."""
    if head.snapshot is None:
        return Index.empty()
    sealed = await stores.snapshots.get(head.owner_id, head.snapshot)
    if sealed is None:
        raise SnapshotLost
    try:
        return await asyncio.to_thread(opened_snapshot, sealed, key, head.snapshot, head.base)
    except Unreadable:
        raise SnapshotLost from None


async def news(owner_id: str, deltas: list[Delta], key: OwnerKey, *, stores: Stores) -> list[Change]:
    """The changes of deltas, with those that were too long to be told looked up."""
    try:
        changes = [change for delta in deltas for change in opened_delta(delta, key)]
    except Unreadable:
        raise SnapshotLost from None
    untold = [each for each in changes if each.read]
    found = await _contacts(owner_id, [each.contact for each in untold if not each.note], stores)
    found |= await _notes(owner_id, [each.note for each in untold if each.note], stores)
    # What is not found has been deleted since, which a later delta says.
    told = (found.get(each.note or each.contact) if each.read else each for each in changes)
    return [each for each in told if each is not None]


async def _contacts(owner_id: str, ids: list[str], stores: Stores) -> dict[str, Change]:
    found = {}
    for some in batched(dict.fromkeys(ids), _AT_ONCE, strict=False):
        found |= {each.id: change_of(each) for each in await stores.contacts.find(owner_id, list(some))}
    return found


async def _notes(owner_id: str, ids: list[str], stores: Stores) -> dict[str, Change]:
    found = {}
    for some in batched(dict.fromkeys(ids), _AT_ONCE, strict=False):
        for note in await stores.notes.notes_of(owner_id, list(some)):
            found[note.id] = note_change(note.contact_id, note.id, note.version, note.text)
    return found


async def give_up(head: Head, *, stores: Stores) -> None:
    """Have the index built anew: without its snapshot the deltas say too little."""
    try:
        await stores.heads.replace(head.model_copy(update={"ready": False}))
    except StaleVersion:
        return  # whoever changed it knows better, or the next question comes here again
