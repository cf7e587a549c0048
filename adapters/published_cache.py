"""Cache of published cards in a worker's memory, in front of their store."""

import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import Protocol

from domain.base.errors import NotFound, Unavailable
from domain.cards.card import PublishedCard, PublishedCards

FRESH_SECONDS = 3.0
# Longest use of a cached card while the store is down.
OUTAGE_SECONDS = 60.0
MOST_CARDS = 512
# Of data derived from all cached cards.
MOST_DERIVED_BYTES = 64 * 2**20


class Derived(Protocol):
    """Data that a reader derived from a card and caches with it. `size` is in bytes."""

    @property
    def size(self) -> int: ...


@dataclass
class CachedCard:
    """Published card as it was read, and the data derived from it."""

    card: PublishedCard
    read_at: float
    derived: Derived | None = None


class PublishedCache:
    """LRU cache of the cards that this worker read in the last seconds.

    A projection through it is visible in this worker at once, in others within `FRESH_SECONDS`.
    """

    def __init__(self, store: PublishedCards) -> None:
        self._store = store
        self._cards: OrderedDict[str, CachedCard] = OrderedDict()
        # Raised by every projection, so that a card read before it is not cached after it.
        self._projections = 0
        # Upper bound: data of cards that have left the cache is subtracted by the next count.
        self._derived_bytes = 0

    async def get(self, handle: str) -> PublishedCard | None:
        return await self._store.get(handle)

    async def project(self, card: PublishedCard, *, first: bool) -> None:
        try:
            await self._store.project(card, first=first)
        finally:
            self._projections += 1
            self._cards.pop(card.handle, None)

    async def take(self, handle: str) -> CachedCard:
        """Card of a handle, live or redirecting; raises `NotFound` otherwise."""
        cached = await self.read(handle)
        if cached is None or (cached.card.content is None and cached.card.redirect_to is None):
            raise NotFound
        return cached

    async def read(self, handle: str) -> CachedCard | None:
        """What is stored of a handle, shown or not; None if it never stood for a card."""
        cached = self._cards.get(handle)
        now = time.monotonic()
        if cached is not None and now - cached.read_at < FRESH_SECONDS:
            self._cards.move_to_end(handle)
            return cached
        projections = self._projections
        try:
            card = await self._store.get(handle)
        except Unavailable:
            # Looked up again: it may have been taken from the public meanwhile.
            cached = self._cards.get(handle)
            if cached is not None and time.monotonic() - cached.read_at < OUTAGE_SECONDS:
                return cached
            raise
        if card is None:
            self._cards.pop(handle, None)
            return None
        # Looked up again: of many who read it at once, all get the one that is kept, with what is derived.
        cached = self._cards.get(handle)
        if cached is None or cached.card != card:
            cached = CachedCard(card, now)
        if projections == self._projections:
            cached.read_at = max(cached.read_at, now)
            self._cards[handle] = cached
            self._cards.move_to_end(handle)
            if len(self._cards) > MOST_CARDS:
                self._cards.popitem(last=False)
        return cached

    def add_derived(self, size: int) -> None:
        """Account for newly derived data. Over the limit, the least recently used cards lose theirs."""
        self._derived_bytes += size
        if self._derived_bytes > MOST_DERIVED_BYTES:
            self._drop_derived()

    def _drop_derived(self) -> None:
        sizes = {
            handle: cached.derived.size
            for handle, cached in self._cards.items()
            if cached.derived is not None
        }
        size = sum(sizes.values())
        if size > MOST_DERIVED_BYTES:
            for handle, dropped in sizes.items():
                self._cards[handle].derived = None
                size -= dropped
                # Some room is left, so that the next count is not due at once.
                if size <= MOST_DERIVED_BYTES * 3 // 4:
                    break
        self._derived_bytes = size
