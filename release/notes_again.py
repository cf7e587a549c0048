"""Deletions of notes and of owners' keys to repeat in a restored database (see `release/erase_again.py`)."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from functools import partial

from adapters.cosmos.database import Database
from adapters.cosmos.ledger import CosmosLedger, OwnedId
from adapters.cosmos.relationships.keys import CosmosWrappedKeys
from adapters.cosmos.relationships.notes import CosmosNotes
from domain.base.limits import UNDO_TIME
from domain.relationships.notes.note import Note
from domain.relationships.notes.notes import erase

Do = Callable[[], Awaitable[object]]


class RestoredNotes:
    """Notes and keys of a restored database. The texts stay sealed: no key is needed here."""

    def __init__(self, database: Database) -> None:
        self._notes, self._keys = CosmosNotes(database, keys=None), CosmosWrappedKeys(database)

    async def to_delete(self, gone: OwnedId) -> Do | None:
        note = await self._notes.get(gone.account_id, gone.id)
        return None if note is None else partial(self._delete, note)

    async def to_erase(self, gone: OwnedId) -> Do | None:
        note = await self._notes.get_with_deleted(gone.account_id, gone.id)
        erased = note is None or (note.deleted and note.until is None)
        return None if note is None or erased else partial(self._erase, note)

    async def to_bring_back(self, old: CosmosNotes, gone: OwnedId) -> Do | None:
        """Deleted at the moment, and taken back since: here it would soon be erased."""
        note = await self._notes.get_with_deleted(gone.account_id, gone.id)
        if note is None or note.until is None or await old.get(gone.account_id, gone.id) is None:
            return None
        return partial(self._notes.save, note.changed(datetime.now(UTC), deleted=False, until=None))

    async def to_shred(self, gone: OwnedId) -> Do | None:
        keys = await self._keys.get(gone.account_id)
        return None if keys is None else partial(self._keys.delete, gone.account_id)

    async def _delete(self, note: Note) -> Note:
        now = datetime.now(UTC)
        saved = await self._notes.save(note.changed(now, deleted=True, until=now + UNDO_TIME))
        if note.key is not None:
            await self._notes.forget_creation(note.owner_id, note.key)
        return saved

    async def _erase(self, note: Note) -> None:
        gone = note if note.deleted else await self._delete(note)
        await erase(gone, datetime.now(UTC), notes=self._notes)


async def notes_taken_back(
    old: Database, database: Database
) -> AsyncIterator[tuple[str, Callable[[], Awaitable[Do | None]]]]:
    known, restored = CosmosLedger(old), RestoredNotes(database)
    async for gone in known.related("deleted-note"):
        yield f"delete {gone.id}", partial(restored.to_delete, gone)
    async for gone in known.related("erased-note"):
        yield f"erase {gone.id}", partial(restored.to_erase, gone)
    async for gone in CosmosLedger(database).related("deleted-note"):
        yield f"bring back {gone.id}", partial(restored.to_bring_back, CosmosNotes(old, keys=None), gone)
    async for gone in known.related("erased-owner-key"):
        yield f"shred the keys of {gone.account_id}", partial(restored.to_shred, gone)
