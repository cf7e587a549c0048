"""Keeping the index small and quick: a new snapshot after some changes, a new index after many.

Writers who see many deltas store an order and queue it; so does who asks. A crash before that loses nothing:
the next change sees them, too.
"""

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final, NamedTuple, Protocol

from domain.base.errors import StaleVersion, Unavailable
from domain.operations.orders import Order, OrderMessage, OrderQueue, new_order
from domain.operations.slices import Slice
from domain.relationships.search.building import Works, build_now, build_of, start_build
from domain.relationships.search.head import ENOUGH_DELTAS, Head, Stores, read_head, sealed_snapshot
from domain.relationships.search.index import Facts, Hit, Index
from domain.relationships.search.looked import Looked
from domain.relationships.search.opening import SnapshotLost, give_up, load, news

COMPACTION: Final = "search-compaction"
# Of so many an index is built while its owner waits: a second at most.
_MOST_AT_ONCE: Final = 1_000
_MOST_LOOSE: Final = 500
_FEWEST_DEAD: Final = 500
# Words of what was erased are gone from the index a day later at most, if there is a change then.
_FORGETTING: Final = timedelta(hours=20)
_TRIES: Final = 10


class Orders(Protocol):
    async def put(self, order: Order) -> None:
        """Store an order, in place of an earlier one of the same kind and subject."""
        ...


class Shelf(Protocol):
    async def index(self, owner_id: str, *, stores: Stores) -> Index:
        """The owner's index as the store has it now. `IndexNotReady` while it is built.

        It is to be asked before anything else is awaited: another question may close it.
        """
        ...


class Ports(NamedTuple):
    stores: Stores
    works: Works
    new_slice: "NewSlice"


class NewSlice(Protocol):
    def __call__(self, *, items: int) -> Slice: ...


async def search(
    owner_id: str, looked: Looked, now: datetime, *, ports: Ports, shelf: Shelf
) -> tuple[list[Hit], str | None]:
    """A page of the contacts that have all words. `IndexNotReady` while a large index is built."""
    try:
        index = await shelf.index(owner_id, stores=ports.stores)
    except Unavailable:
        head = await read_head(owner_id, stores=ports.stores)
        if head.ready or not await _build(head, now, ports=ports):
            raise
        index = await shelf.index(owner_id, stores=ports.stores)
    return index.find(looked)


async def order_compaction(owner_id: str, now: datetime, *, orders: Orders, queue: OrderQueue) -> None:
    order = new_order(COMPACTION, owner_id, owner_id, now, container="relations")
    with suppress(Unavailable):
        await orders.put(order)
        await queue.send(OrderMessage(container="relations", owner_id=owner_id, order_id=order.id))


async def compact(owner_id: str, now: datetime, *, ports: Ports) -> None:
    """Store a snapshot with the changes so far. Safe to run again, and beside writers."""
    stores = ports.stores
    head = await stores.heads.get(owner_id)
    if head is None or (head.building is not None and head.building.is_alive(now)):
        return  # a build ends with a new snapshot
    if not head.ready:
        await _build(head, now, ports=ports)
        return
    if not head.deltas:
        return
    try:
        facts = await _snapshot(head, stores)
    except SnapshotLost:
        await give_up(head, stores=stores)
        await _build(head, now, ports=ports)
        return
    if _is_worn(facts, head, now):
        await _build(await read_head(owner_id, stores=stores), now, ports=ports)


async def _build(head: Head, now: datetime, *, ports: Ports) -> bool:
    """Build the index, at once if it is small; False if long work is to do it, or another build does."""
    stores = ports.stores
    if head.building is not None and head.building.is_alive(now):
        return False
    if await stores.contacts.count(head.owner_id) <= _MOST_AT_ONCE:
        bound = ports.new_slice(items=2 * _MOST_AT_ONCE // 100)
        if await build_now(head.owner_id, now, bound, stores=stores):
            return True
    key = await stores.keys.of(head.owner_id)
    await start_build(head, now, works=ports.works, digest=key.digest(build_of(head, now)))
    return False


async def _snapshot(head: Head, stores: Stores) -> Facts:
    key = await stores.keys.of(head.owner_id)
    index = await load(head, key, stores=stores)
    try:
        index.apply(await news(head.owner_id, head.deltas, key, stores=stores))
        name, facts = stores.new_name(), index.facts
        sealed = await stores.aside(sealed_snapshot, index, key, name, head.sequence)
    finally:
        index.close()
    await stores.snapshots.put(head.owner_id, name, sealed)
    await _replace(head, name, stores)
    return facts


async def _replace(head: Head, name: str, stores: Stores) -> None:
    """Name the snapshot in the head, unless another one is there by now; keep the changes since."""
    present = head
    for _ in range(_TRIES):
        same = present.snapshot == head.snapshot and present.base == head.base
        if not same or not present.ready or present.building != head.building:
            await stores.snapshots.delete(head.owner_id, name)
            return
        compacted = present.compacted(name, head.sequence).model_copy(update={"building": None})
        try:
            await stores.heads.replace(compacted)
        except StaleVersion:
            present = await read_head(head.owner_id, stores=stores)
            continue
        if head.snapshot is not None:
            await stores.snapshots.delete(head.owner_id, head.snapshot)
        return
    raise Unavailable


def _is_worn(facts: Facts, head: Head, now: datetime) -> bool:
    forget = facts.erased > 0 and (head.built_at is None or now - head.built_at > _FORGETTING)
    dead = facts.dead > max(_FEWEST_DEAD, facts.contacts // 4)
    return forget or dead or facts.loose > _MOST_LOOSE


def wants_compaction(deltas: int) -> bool:
    """Whether a writer who sees so many deltas orders a new snapshot: now, and again if it does not come."""
    return deltas >= ENOUGH_DELTAS and deltas % 10 == 0
