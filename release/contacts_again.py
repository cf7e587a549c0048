"""Deletions of contacts to repeat in a restored database (see `release/erase_again.py`)."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial

from adapters.cosmos.database import Database
from adapters.cosmos.ledger import OwnedId
from adapters.cosmos.relationships.contacts import CosmosContacts
from domain.relationships.contact import Contact
from domain.relationships.contacts import ContactVersion, delete_contact, erase

Do = Callable[[], Awaitable[object]]


class RestoredContacts:
    """Contacts of a restored database, changed through the product's own use cases."""

    def __init__(self, database: Database) -> None:
        self._contacts = CosmosContacts(database, keys=None)

    async def to_delete(self, gone: OwnedId) -> Do | None:
        contact = await self._contacts.get(gone.account_id, gone.id)
        return None if contact is None else partial(self._delete, contact)

    async def to_erase(self, gone: OwnedId) -> Do | None:
        contact = await self._contacts.get_with_deleted(gone.account_id, gone.id)
        erased = contact is None or (contact.deleted and contact.until is None)
        return None if contact is None or erased else partial(self._erase, contact)

    async def to_bring_back(self, old: CosmosContacts, gone: OwnedId) -> Do | None:
        """Deleted at the moment, and taken back since: here it would soon be erased."""
        contact = await self._contacts.get_with_deleted(gone.account_id, gone.id)
        if contact is None or contact.until is None or await old.get(gone.account_id, gone.id) is None:
            return None
        back = contact.changed(datetime.now(UTC), deleted=False, until=None)
        return partial(self._contacts.save, back)

    async def _delete(self, contact: Contact) -> Contact:
        of = ContactVersion(contact.owner_id, contact.id, contact.version)
        return await delete_contact(of, now=datetime.now(UTC), contacts=self._contacts)

    async def _erase(self, contact: Contact) -> None:
        gone = contact if contact.deleted else await self._delete(contact)
        await erase(gone, datetime.now(UTC), contacts=self._contacts)
