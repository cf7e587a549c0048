"""The contacts of one owner: made, changed, deleted for a day and then erased.

Every function takes the owner's id, and a store reads no other owner's partition: what is somebody else's is
absent.
"""

from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import datetime
from typing import NamedTuple, Protocol

from domain.base.errors import Conflict, Fault, InvalidInput, NotFound, StaleVersion, Unavailable
from domain.base.idempotency import Creation, request_hash
from domain.base.limits import MOST_CONTACTS, UNDO_TIME, LimitReached
from domain.base.texts import N_
from domain.operations.erasure import Settled, came_back, erase_due, restorable
from domain.operations.orders import Order, new_order
from domain.operations.slices import Slice
from domain.relationships.contact import Contact, ContactContent, Kind
from domain.relationships.history.history import History
from domain.relationships.keys import Unreadable
from domain.relationships.tags import TagStore, remember_again, remember_tags

# Kind of the order that erases what belongs to an erased contact.
ERASE_DEPENDENTS = "erase-dependents"
# Kind of the order that lets the strength follow a contact's importance.
FOLLOW_IMPORTANCE = "follow-importance"


class Filter(NamedTuple):
    """Which contacts a list shows. `tag` and `group` are ids."""

    kind: Kind | None = None
    tag: str | None = None
    group: str | None = None
    archived: bool = False


class NothingToUndo(Conflict):
    code = "nothing_to_undo"
    title = N_("The latest change of this contact cannot be taken back")


class Counted(Protocol):
    async def count(self, owner_id: str) -> int: ...


class ContactStore(Counted, Protocol):
    async def get(self, owner_id: str, contact_id: str) -> Contact | None: ...
    async def get_with_deleted(self, owner_id: str, contact_id: str) -> Contact | None:
        """Return the contact, also a deleted or erased one."""
        ...

    async def find(self, owner_id: str, contact_ids: list[str]) -> list[Contact]:
        """Those of the contacts that are there, in any order."""
        ...

    async def by_name(
        self, owner_id: str, wanted: Filter, limit: int, cursor: str | None
    ) -> tuple[list[Contact], str | None]:
        """A page of contacts in the order of their names, and the cursor of the next page."""
        ...

    async def create(self, contact: Contact, creation: "Creation[Contact] | None") -> bool: ...
    async def creation(self, owner_id: str, key: str) -> "Creation[Contact] | None": ...
    async def forget_creation(self, owner_id: str, key: str) -> None: ...
    async def save(self, contact: Contact, order: Order | None = None) -> Contact:
        """Store the next version of a contact, and with it what has to follow."""
        ...

    async def history(self, owner_id: str, contact_id: str) -> History: ...
    async def save_change(self, contact: Contact, history: History, order: Order | None) -> Contact:
        """Store a changed contact together with what it said before."""
        ...

    async def erase(self, contact: Contact, order: Order) -> None:
        """Store an erased contact, and with it the order to erase what belongs to it."""
        ...

    async def erase_dependents(self, owner_id: str, contact_id: str) -> None:
        """Delete what belongs to a contact: notes, interactions, reminders."""
        ...


class DeletedContacts(ContactStore, Protocol):
    def to_be_erased(self, now: datetime) -> AsyncIterator[Contact]:
        """Deleted contacts of all owners whose time to come back is over."""
        ...


class ContactVersion(NamedTuple):
    """Version of an owner's contact that a change is based on."""

    owner_id: str
    contact_id: str
    version: int


class Creating(NamedTuple):
    """What a new contact needs beside its content: its id, the hashed Idempotency-Key, the time."""

    contact_id: str
    key: str | None
    now: datetime


class Book(NamedTuple):
    """An address book's stores."""

    contacts: ContactStore
    tags: TagStore


async def read_contact(owner_id: str, contact_id: str, *, contacts: ContactStore) -> Contact:
    contact = await contacts.get(owner_id, contact_id)
    if contact is None:
        raise NotFound
    return contact


async def create_contact(
    owner_id: str, content: ContactContent, creating: Creating, *, book: Book
) -> Contact:
    """Store a new contact; a repetition under the same key returns the first."""
    contacts, key, now = book.contacts, creating.key, creating.now
    if key and (done := await contacts.creation(owner_id, key)):
        return done.repeated(content)
    await refuse_when_full(owner_id, contacts)
    await _refuse_unknown_entity(owner_id, content, None, contacts)
    await remember_tags(owner_id, content.tags, content.groups, tags=book.tags)
    contact = Contact(
        id=creating.contact_id,
        owner_id=owner_id,
        content=content.settled(None, now.date()),
        key=key,
        created_at=now,
        updated_at=now,
    )
    creation = Creation[Contact](key=key, request=request_hash(content), made=contact) if key else None
    if await contacts.create(contact, creation):
        return contact
    if key and (done := await contacts.creation(owner_id, key)):
        return done.repeated(content)
    # The contact may be stored although the answer was lost: nobody else can have made this id.
    if await contacts.get(owner_id, contact.id) is None:
        raise Unavailable
    return contact


async def change_contact(
    of: ContactVersion, content: ContactContent, *, now: datetime, book: Book
) -> Contact:
    """Replace the content; a value that was there before keeps its source and date."""
    contact = await _read_version(of, book.contacts)
    if contact.unreadable:
        raise Unreadable
    await _refuse_unknown_entity(of.owner_id, content, contact.content, book.contacts)
    await remember_tags(of.owner_id, content.tags, content.groups, tags=book.tags)
    changed = contact.changed(now, content=content.settled(contact.content, now.date()))
    history = await book.contacts.history(of.owner_id, of.contact_id)
    history = history.after_change(contact, changed, now.date())
    return await book.contacts.save_change(changed, history, _order_after(contact, changed, now))


def _order_after(before: Contact, after: Contact, now: datetime) -> Order | None:
    """The order that follows another importance."""
    if before.content.importance == after.content.importance:
        return None
    return new_order(FOLLOW_IMPORTANCE, after.owner_id, after.id, now, container="relations")


async def undo_change(of: ContactVersion, *, now: datetime, book: Book) -> Contact:
    """Take the latest change of a contact back; one that was made before others stays."""
    contacts = book.contacts
    contact = await _read_version(of, contacts)
    if contact.unreadable:
        raise Unreadable
    history = await contacts.history(of.owner_id, of.contact_id)
    last = history.last
    if last is None or last.version != contact.version:
        raise NothingToUndo
    await remember_again(of.owner_id, [last.content], tags=book.tags)
    back = contact.changed(now, content=last.content)
    return await contacts.save_change(back, history.before_change(last), _order_after(contact, back, now))


async def archive_contact(
    of: ContactVersion, *, archived: bool, now: datetime, contacts: ContactStore
) -> Contact:
    """Put the contact away or back into the list."""
    contact = await _read_version(of, contacts)
    if contact.content.archived == archived:
        return contact
    content = contact.content.model_copy(update={"archived": archived})
    return await contacts.save(contact.changed(now, content=content))


async def _read_version(of: ContactVersion, contacts: ContactStore) -> Contact:
    contact = await read_contact(of.owner_id, of.contact_id, contacts=contacts)
    if contact.version != of.version:
        raise StaleVersion
    return contact


async def refuse_when_full(owner_id: str, contacts: Counted, *, more: int = 1) -> None:
    """Refuse so many more contacts than an account may have."""
    if await contacts.count(owner_id) + more > MOST_CONTACTS:
        raise LimitReached(
            N_("An account may have %(most)s contacts. Delete some that you need less.", most=MOST_CONTACTS)
        )


async def _refuse_unknown_entity(
    owner_id: str, content: ContactContent, before: ContactContent | None, contacts: ContactStore
) -> None:
    """Refuse a link to what is not one of the owner's companies; one that is kept may lead nowhere by now."""
    wanted = content.entity_id
    if wanted is None or (before is not None and before.entity_id == wanted):
        return
    entity = await contacts.get(owner_id, wanted)
    if entity is None or entity.content.kind != "entity":
        detail = N_("is not one of your companies and institutions")
        raise InvalidInput([Fault("/entityId", "unknown_entity", detail)])


async def delete_contact(of: ContactVersion, *, now: datetime, contacts: ContactStore) -> Contact:
    """Delete the contact; it can come back for a day."""
    contact = await _read_version(of, contacts)
    saved = await contacts.save(contact.changed(now, deleted=True, until=now + UNDO_TIME))
    if contact.key is not None:
        await contacts.forget_creation(of.owner_id, contact.key)
    return saved


async def read_deleted_contact(
    owner_id: str, contact_id: str, *, now: datetime, contacts: ContactStore
) -> Contact:
    """Return a deleted contact that can still come back."""
    return restorable(await contacts.get_with_deleted(owner_id, contact_id), now)


async def restore_contact(of: ContactVersion, *, now: datetime, book: Book) -> Contact:
    """Bring a deleted contact back as it was; a repetition returns the contact."""
    contacts = book.contacts
    found = await contacts.get_with_deleted(of.owner_id, of.contact_id)
    if came_back(found, of.version):
        return found
    contact = restorable(found, now, of.version)
    await refuse_when_full(of.owner_id, contacts)
    await remember_again(of.owner_id, [contact.content], tags=book.tags)
    return await contacts.save(contact.changed(now, deleted=False, until=None))


async def erase_contact(of: ContactVersion, *, now: datetime, contacts: ContactStore) -> None:
    """Erase a deleted contact before its time is over, with no way back."""
    found = await contacts.get_with_deleted(of.owner_id, of.contact_id)
    await erase(restorable(found, now, of.version), now, contacts=contacts)


async def erase(contact: Contact, now: datetime, *, contacts: ContactStore) -> None:
    """Drop everything that a deleted contact said, and what belongs to it."""
    order = new_order(ERASE_DEPENDENTS, contact.owner_id, contact.id, now, container="relations")
    await contacts.erase(contact.erased(now), order)
    with suppress(Unavailable):  # the order does it later
        await contacts.erase_dependents(contact.owner_id, contact.id)


async def erase_due_contacts(now: datetime, bound: Slice, *, contacts: DeletedContacts) -> Settled:
    """Erase contacts whose time to come back is over, until the bound."""
    due = contacts.to_be_erased(now)
    return await erase_due(due, lambda contact: erase(contact, now, contacts=contacts), bound)
