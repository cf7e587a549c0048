"""Contacts in their owner's partition of `relations`.

A contact is of one of four kinds: `contact`, `deleted-contact` while it can come back, `merged-contact`
while it can be taken out of the contact `contactId` again and as long as old links lead there, and
`erased-contact` for the record of its deletion. A cursor of a list is the id of the last contact, because
names would end in the logs.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from datetime import datetime
from typing import Any

from adapters.cosmos.database import Database, Document, Items, instant
from adapters.cosmos.documents import count, newest_first, readable
from adapters.cosmos.relationships.contact_changes import changes_of
from adapters.cosmos.relationships.contact_documents import (
    CONTAINER,
    MOST_SORTED,
    contact_document,
    entity_key,
    list_key,
    list_of,
    opened,
    sealed_part,
)
from adapters.cosmos.relationships.creations import SealedCreations, key_of
from adapters.cosmos.relationships.histories import CosmosHistories
from adapters.cosmos.relationships.sealed import replaced
from adapters.cosmos.relationships.search import IndexedItems
from adapters.cosmos.work import order_document
from domain.base.errors import Fault, InvalidInput, StaleVersion
from domain.base.folding import fold
from domain.base.idempotency import Creation
from domain.operations.orders import Order
from domain.relationships.contact import Contact
from domain.relationships.contacts import Filter
from domain.relationships.history.history import History
from domain.relationships.keys import OwnerKeys
from domain.relationships.search.entry import change_of
from domain.relationships.together import Together

_CONTACTS = ("contact", "deleted-contact", "merged-contact", "erased-contact")


class CosmosContacts:
    """Without `keys`, as tools of operators have it, what is private stays sealed and as it is stored.

    Every write tells the search; `full` as in `IndexedItems`.
    """

    def __init__(
        self,
        database: Database,
        keys: OwnerKeys | None,
        full: Callable[[str], Awaitable[None]] | None = None,
    ) -> None:
        self._items, self._keys = Items(database, CONTAINER), keys
        self._creations = SealedCreations(self._items, keys, "contact", Creation[Contact])
        self._histories = CosmosHistories(database, keys)
        self._indexed = IndexedItems(database, keys, full)

    async def get(self, owner_id: str, contact_id: str) -> Contact | None:
        stored = await self._items.read(contact_id, owner_id)
        return await self._one(owner_id, stored) if stored and stored["kind"] == "contact" else None

    async def get_with_deleted(self, owner_id: str, contact_id: str) -> Contact | None:
        stored = await self._items.read(contact_id, owner_id)
        return await self._one(owner_id, stored) if stored and stored["kind"] in _CONTACTS else None

    async def find(self, owner_id: str, contact_ids: list[str]) -> list[Contact]:
        sql = "SELECT * FROM c WHERE ARRAY_CONTAINS(@ids, c.id) AND c.kind = 'contact'"
        return await self._opened(owner_id, await self._items.query(sql, owner_id, ids=contact_ids))

    async def _opened(self, owner_id: str, found: list[Document]) -> list[Contact]:
        sealed = self._keys is not None and any(stored.get("private") for stored in found)
        key = await self._keys.of(owner_id) if self._keys and sealed else None
        return [opened(stored, key) for stored in found]

    async def _one(self, owner_id: str, stored: Document) -> Contact:
        return (await self._opened(owner_id, [stored]))[0]

    async def as_stored(self, contact: Contact) -> Document:
        """The document of a contact, for those who store it together with something else."""
        return await self._document(contact)

    async def _document(self, contact: Contact) -> Document:
        if self._keys is not None and not contact.unreadable:
            key = await self._keys.of(contact.owner_id)
            return contact_document(contact, sealed_part(contact, key))
        stored = await self._items.read(contact.id, contact.owner_id)
        return contact_document(contact, stored.get("private") if stored else None)

    async def by_name(
        self, owner_id: str, wanted: Filter, limit: int, cursor: str | None
    ) -> tuple[list[Contact], str | None]:
        name = "byName" if wanted.kind is None else "byKind"
        which = list_of(wanted.kind, archived=wanted.archived)
        given: dict[str, Any] = {"count": limit + 1, "after": f"{which}:", "end": f"{which};"}
        if cursor is not None:
            last = await self._last(owner_id, cursor)
            given["after"] = list_key(last, wanted.kind, archived=wanted.archived)
        tagged = ""
        if wanted.tag is not None:
            tagged, given["tag"] = " AND ARRAY_CONTAINS(c.tags, @tag)", wanted.tag
        if wanted.group is not None:
            tagged += " AND ARRAY_CONTAINS(c.groups, @group)"
            given["group"] = wanted.group
        found = await self._items.query(
            f"SELECT TOP @count * FROM c WHERE c.{name} > @after AND c.{name} < @end{tagged}"  # noqa: S608
            f" ORDER BY c.{name}",
            owner_id,
            **given,
        )
        page = await self._opened(owner_id, found[:limit])
        return page, page[-1].id if len(found) > limit else None

    async def entity_called(self, owner_id: str, name: str) -> Contact | None:
        """A company or institution in use that has this name, but for capitals and accents."""
        key = f"{list_of('entity', archived=False)}:{fold(name)[:MOST_SORTED]}\t"
        sql = "SELECT TOP 1 * FROM c WHERE STARTSWITH(c.byKind, @key) ORDER BY c.byKind"
        found = await self._items.query(sql, owner_id, key=key)
        return await self._one(owner_id, found[0]) if found else None

    async def people_of(
        self, owner_id: str, entity_id: str, limit: int, cursor: str | None
    ) -> tuple[list[Contact], str | None]:
        """A page of the people of a company or institution, in the order of their names."""
        after = (
            f"{entity_id}:" if cursor is None else entity_key(await self._last(owner_id, cursor), entity_id)
        )
        sql = (
            "SELECT TOP @count * FROM c WHERE c.byEntity > @after AND c.byEntity < @end"
            " AND c.kind = 'contact' ORDER BY c.byEntity"
        )
        found = await self._items.query(sql, owner_id, count=limit + 1, after=after, end=f"{entity_id};")
        page = await self._opened(owner_id, found[:limit])
        return page, page[-1].id if len(found) > limit else None

    async def _last(self, owner_id: str, cursor: str) -> Contact:
        """The last contact of the page before; a deleted one still says where it stood."""
        last = await self.get_with_deleted(owner_id, cursor)
        if last is None or (last.deleted and last.until is None):
            raise InvalidInput([Fault("cursor", "invalid_cursor", "is not a cursor that a page gave")])
        return last

    async def find_deleted(self, owner_id: str, contact_ids: list[str]) -> list[Contact]:
        """Those of the contacts that are deleted and not erased, in any order."""
        sql = "SELECT * FROM c WHERE ARRAY_CONTAINS(@ids, c.id) AND c.kind = 'deleted-contact'"
        return await self._opened(owner_id, await self._items.query(sql, owner_id, ids=contact_ids))

    async def list_deleted(
        self, owner_id: str, limit: int, cursor: str | None
    ) -> tuple[list[Contact], str | None]:
        """A page of the deleted contacts that are not erased yet, newest first."""
        return await self._newest("deleted-contact", owner_id, limit, cursor)

    async def _newest(
        self, kind: str, owner_id: str, limit: int, cursor: str | None
    ) -> tuple[list[Contact], str | None]:
        found, following = await newest_first(self._items, kind, owner_id, limit, cursor)
        return await self._opened(owner_id, found), following

    async def to_be_erased(self, now: datetime) -> AsyncIterator[Contact]:
        """Deleted contacts of all owners whose time to come back is over."""
        sql = "SELECT * FROM c WHERE c.kind = 'deleted-contact' AND c.expiresAt <= @now"
        async for stored in self._items.stored(sql, now=instant(now)):
            if (contact := readable(Contact, CONTAINER, stored)) is not None:
                yield contact

    async def has_photo(self, owner_id: str, image_id: str) -> bool:
        """Whether this is the photo of a contact, or of one that can come back."""
        sql = "SELECT TOP 1 c.id FROM c WHERE c.photo = @image"
        return bool(await self._items.query(sql, owner_id, image=image_id))

    async def count(self, owner_id: str) -> int:
        return await count(self._items, "contact", owner_id)

    async def create(self, contact: Contact, creation: "Creation[Contact] | None") -> bool:
        """Store a new contact with the record of its Idempotency-Key, which repeats it and so is sealed."""
        operations = [("create", (await self._document(contact),))]
        if creation is not None:
            operations.append(await self._creations.creating(contact.owner_id, creation))
        try:
            await self._indexed.batch(operations, contact.owner_id, [change_of(contact)])
        except FileExistsError:
            return False
        return True

    async def creation(self, owner_id: str, key: str) -> "Creation[Contact] | None":
        return await self._creations.get(owner_id, key)

    async def forget_creation(self, owner_id: str, key: str) -> None:
        await self._creations.forget(owner_id, key)

    async def save(self, contact: Contact, order: Order | None = None) -> Contact:
        """Store the contact, with an order for what must follow."""
        also = () if order is None else (order_document(order),)
        write = self._indexed.writing(contact.owner_id, [change_of(contact)])
        saved = await replaced(
            self._items, await self._document(contact), contact.etag or "", *also, write=write
        )
        return await self._one(contact.owner_id, saved)

    async def history(self, owner_id: str, contact_id: str) -> History:
        return await self._histories.of(owner_id, contact_id)

    async def save_change(self, contact: Contact, history: History, order: Order | None) -> Contact:
        """Store a changed contact together with what it said before."""
        changed = ("replace", (contact.id, await self._document(contact)), {"if_match_etag": contact.etag})
        operations = [changed, await self._histories.writing(history)]
        if order is not None:
            operations.append(("upsert", (order_document(order),)))
        try:
            saved = await self._indexed.batch(operations, contact.owner_id, [change_of(contact)])
        except FileExistsError:
            raise StaleVersion from None
        return await self._one(contact.owner_id, saved[0]["resourceBody"])

    async def save_together(self, contacts: list[Contact], what: Together) -> None:
        """Store what changed of all these contacts, or of none. Only that is sent: a batch may have 2 MB."""
        key = await key_of(contacts[0].owner_id, self._keys)
        operations = [
            ("patch", (contact.id, changes_of(contact, what, key)), {"if_match_etag": contact.etag})
            for contact in contacts
        ]
        await self._indexed.batch(operations, contacts[0].owner_id, [change_of(each) for each in contacts])

    async def erase(self, contact: Contact, order: Order) -> None:
        """Store an erased contact with the order to erase what belongs to it."""
        operations = [
            ("replace", (contact.id, contact_document(contact, None)), {"if_match_etag": contact.etag}),
            ("upsert", (order_document(order),)),
        ]
        await self._indexed.batch(operations, contact.owner_id, [change_of(contact)])

    async def erase_dependents(self, owner_id: str, contact_id: str) -> None:
        """Delete every document that belongs to a contact, a batch at a time. Safe to run again."""
        sql = "SELECT TOP 100 c.id, c.kind FROM c WHERE c.contactId = @contact"
        while found := await self._items.query(sql, owner_id, contact=contact_id):
            for each in found:
                if each["kind"] == "merged-contact":
                    await self._erase_merged(owner_id, each["id"])
            gone = [each["id"] for each in found if each["kind"] != "merged-contact"]
            with suppress(StaleVersion):  # another run deletes them, too
                await self._items.batch([("delete", (each,)) for each in gone], owner_id)

    async def _erase_merged(self, owner_id: str, contact_id: str) -> None:
        """Erase what is left of a contact that was merged into an erased one: a backup may have it whole."""
        await self.erase_dependents(owner_id, contact_id)
        contact = await self.get_with_deleted(owner_id, contact_id)
        if contact is not None and contact.merged_into is not None:
            with suppress(StaleVersion):
                await self.save(contact.erased(contact.updated_at))

    async def list(self, owner_id: str, limit: int, cursor: str | None) -> tuple[list[Contact], str | None]:
        """A page of the contacts, archived or not, newest first."""
        return await self._newest("contact", owner_id, limit, cursor)
