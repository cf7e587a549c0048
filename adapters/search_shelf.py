"""The search indexes that are open in this worker, each brought up to date when it is asked.

A question costs one read of the head, and a snapshot where the worker has not the index yet.
"""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final
from weakref import WeakValueDictionary

from domain.relationships.search.head import Head, IndexNotReady, Stores, read_head
from domain.relationships.search.index import Index
from domain.relationships.search.opening import SnapshotLost, give_up, load, news

# Three of 50,000 contacts with their notes.
_MOST_BYTES: Final = 96 * 1024 * 1024
_TRIES: Final = 3


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
        # Not among the others meanwhile, because another question might close it.
        held = self._open.pop(head.owner_id, None)
        if held is not None and not held.follows(head):
            held.index.close()
            held = None
        if held is None:
            index = await load(head, key, stores=stores)
            held = _Open(index, head.epoch, head.base, index.size)
        try:
            if deltas := head.since(held.sequence):
                held.index.apply(await news(head.owner_id, deltas, key, stores=stores))
                held.sequence, held.size = head.sequence, held.index.size
        except BaseException:
            held.index.close()
            raise
        self._open[head.owner_id] = held
        self._make_room()
        return held.index

    def _make_room(self) -> None:
        while len(self._open) > 1 and sum(held.size for held in self._open.values()) > self._most:
            self._open.popitem(last=False)[1].index.close()

    def _close(self, owner_id: str) -> None:
        held = self._open.pop(owner_id, None)
        if held is not None:
            held.index.close()
