"""What belongs to a merged contact follows it, and goes back when the merge is undone.

Both are effects of orders: they may run twice, stop anywhere, and run beside each other.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from typing import Protocol

from domain.operations.erasure import Settled, erase_due
from domain.operations.orders import Order
from domain.operations.slices import Slice
from domain.relationships.contact import NOTHING, Contact
from domain.relationships.duplicates.merge import Merge

# Called with the owner and the contacts whose interactions have changed hands.
Recount = Callable[[str, list[str]], Awaitable[None]]


class MoveStore(Protocol):
    async def get(self, owner_id: str, merge_id: str) -> Merge | None: ...
    async def contact(self, owner_id: str, contact_id: str) -> Contact | None: ...
    async def move_some(self, gone: Contact) -> bool:
        """Move a batch of what belongs to a merged contact, with a record of it; False if nothing is left."""
        ...

    async def move_some_back(self, merge: Merge) -> bool:
        """Move back what one record names, and drop the record; False if there is none."""
        ...

    async def erase_dependents(self, owner_id: str, contact_id: str) -> None: ...
    def due(self, now: datetime) -> AsyncIterator[Contact]:
        """Merged contacts of all owners whose merge cannot be undone any more."""
        ...

    async def forget_content(self, contact: Contact) -> None:
        """Store a merged contact without its content."""
        ...


class Moves:
    def __init__(self, store: MoveStore, recount: Recount) -> None:
        self._store, self._recount = store, recount

    async def carry_out_move(self, order: Order) -> None:
        await self.move(order.owner_id, order.subject_id)

    async def carry_out_move_back(self, order: Order) -> None:
        await self.move_back(order.owner_id, order.subject_id)

    async def move(self, owner_id: str, gone_id: str) -> None:
        """Have everything follow that belongs to a merged contact; nothing if its merge is undone."""
        gone = await self._store.contact(owner_id, gone_id)
        while gone is not None and gone.merged_into is not None and await self._store.move_some(gone):
            gone = await self._store.contact(owner_id, gone_id)
        if gone is None or gone.merged_into is None:
            return
        kept = await self._store.contact(owner_id, gone.merged_into)
        if kept is None or (kept.deleted and kept.until is None):
            # It was erased before all of this had reached it.
            await self._store.erase_dependents(owner_id, gone.merged_into)
            return
        await self._recount(owner_id, [kept.id])

    async def move_back(self, owner_id: str, merge_id: str) -> None:
        merge = await self._store.get(owner_id, merge_id)
        if merge is None or merge.state != "undone":
            return
        while await self._store.move_some_back(merge):
            pass
        await self._recount(owner_id, [merge.kept_id, merge.gone_id])
        # It may have been merged again before all of this was back.
        await self.move(owner_id, merge.gone_id)

    async def end_due(self, now: datetime, bound: Slice) -> Settled:
        """Drop what is kept of merged contacts for undoing, where the time for it is over."""
        return await erase_due(self._store.due(now), lambda contact: self._end(contact, now), bound)

    async def _end(self, contact: Contact, now: datetime) -> None:
        await self.move(contact.owner_id, contact.id)
        gone = await self._store.contact(contact.owner_id, contact.id)
        if gone is not None and gone.merged_into is not None and gone.until is not None and gone.until <= now:
            await self._store.erase_dependents(contact.owner_id, contact.id)
            await self._store.forget_content(gone.changed(now, until=None, photo=None, content=NOTHING))
