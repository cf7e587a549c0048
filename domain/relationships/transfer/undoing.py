"""Undo of a whole import as long work."""

from typing import Final

from domain.base.limits import UNDO_TIME
from domain.operations.slices import Slice
from domain.operations.work import Progress, Work
from domain.relationships.transfer.imports import MOST_KEPT, Import
from domain.relationships.transfer.ports import Ports

_CONTACTS: Final = 100


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
        unchanged = [each for each in found if each.version == 1 and not each.unreadable]
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
            # What they say is in the contact that they were merged into.
            there |= await self._ports.bulk.merged(found.owner_id, ids)
            left += [item for item in ids if item in there]
        return left
