"""Deletions of reminders to repeat in a restored database (see `release/erase_again.py`)."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial

from adapters.cosmos.database import Database
from adapters.cosmos.ledger import OwnedId
from adapters.cosmos.relationships.reminders import CosmosReminders
from domain.base.limits import UNDO_TIME
from domain.relationships.reminders.reminder import Reminder
from domain.relationships.reminders.reminders import erase

Do = Callable[[], Awaitable[object]]


class RestoredReminders:
    """Reminders of a restored database; their texts stay sealed."""

    def __init__(self, database: Database) -> None:
        self._reminders = CosmosReminders(database, keys=None)

    async def to_delete(self, gone: OwnedId) -> Do | None:
        reminder = await self._reminders.get(gone.account_id, gone.id)
        return None if reminder is None else partial(self._delete, reminder)

    async def to_erase(self, gone: OwnedId) -> Do | None:
        reminder = await self._reminders.get_with_deleted(gone.account_id, gone.id)
        erased = reminder is None or (reminder.deleted and reminder.until is None)
        return None if reminder is None or erased else partial(self._erase, reminder)

    async def to_bring_back(self, old: CosmosReminders, gone: OwnedId) -> Do | None:
        """Deleted at the moment, and taken back since: here it would soon be erased."""
        reminder = await self._reminders.get_with_deleted(gone.account_id, gone.id)
        if reminder is None or reminder.until is None or await old.get(gone.account_id, gone.id) is None:
            return None
        return partial(self._reminders.save, reminder.changed(datetime.now(UTC), deleted=False, until=None))

    async def _delete(self, reminder: Reminder) -> Reminder:
        now = datetime.now(UTC)
        gone = await self._reminders.save(reminder.changed(now, deleted=True, until=now + UNDO_TIME))
        if reminder.key is not None:
            await self._reminders.forget_creation(reminder.owner_id, reminder.key)
        return gone

    async def _erase(self, reminder: Reminder) -> None:
        gone = reminder if reminder.deleted else await self._delete(reminder)
        await erase(gone, datetime.now(UTC), reminders=self._reminders)
