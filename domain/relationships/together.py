"""Tagging, archiving, deleting and taking back many contacts at once: all of it or nothing.

Repeating it changes nothing more. What is somebody else's is missing, as what never was.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Literal, NamedTuple, Protocol

from pydantic import Field, StrictBool

from domain.base.errors import Fault, InvalidInput, StaleVersion
from domain.base.limits import UNDO_TIME
from domain.base.model import Closed
from domain.base.texts import N_
from domain.relationships.contact import MOST_TAGS, Contact, ContactId, Label
from domain.relationships.contacts import refuse_when_full
from domain.relationships.keys import Unreadable
from domain.relationships.tags import TagStore, remember_again, remember_tags

# A batch of Cosmos DB has 100 operations, and one of them tells the search.
MOST_AT_ONCE = 99
# It has 2 MB, too. With a tag, all that is sealed with it is stored anew.
_MOST_BYTES = 1_000_000
_PRIVATE = {"tags", "groups", "custom_fields"}
_TRIES = 4

# What is stored of contacts that change together.
Together = Literal["tags", "archive", "deletion", "restoration"]


class Several(Closed):
    """Some contacts, by their ids."""

    ids: Annotated[list[ContactId], Field(min_length=1, max_length=MOST_AT_ONCE)]


class Tagging(Several):
    """Tags to add to some contacts, and to take from them."""

    add: list[Label] = Field([], max_length=20)
    remove: list[Label] = Field([], max_length=20)


class Archiving(Several):
    """Contacts to put away, or with `archived` false to put back into the list."""

    archived: StrictBool = True


class Done(NamedTuple):
    """Ids of the contacts that were changed, and of those that are not there."""

    changed: list[str]
    missing: list[str]


class SeveralContacts(Protocol):
    async def count(self, owner_id: str) -> int: ...
    async def find(self, owner_id: str, contact_ids: list[str]) -> list[Contact]: ...
    async def find_deleted(self, owner_id: str, contact_ids: list[str]) -> list[Contact]: ...
    async def save_together(self, contacts: list[Contact], what: Together) -> None:
        """Store what changed of all these contacts or of none; `StaleVersion` if one changed meanwhile."""
        ...

    async def forget_creation(self, owner_id: str, key: str) -> None: ...


async def tag_contacts(
    owner_id: str, wanted: Tagging, *, now: datetime, contacts: SeveralContacts, tags: TagStore
) -> Done:
    """Change the tags of all these contacts together. Repeating it changes nothing more."""
    await remember_tags(owner_id, wanted.add, tags=tags)

    async def find(owner_id: str, ids: list[str]) -> list[Contact]:
        found = await contacts.find(owner_id, ids)
        if sum(len(each.content.model_dump_json(include=_PRIVATE).encode()) for each in found) > _MOST_BYTES:
            detail = N_("say too much to be tagged together. Choose fewer")
            raise InvalidInput([Fault("/ids", "too_large", detail)])
        return found

    def put(contact: Contact) -> Contact | None:
        return _tagged(contact, wanted, now)

    return await change_together(owner_id, wanted.ids, put, "tags", find=find, contacts=contacts)


def _tagged(contact: Contact, wanted: Tagging, now: datetime) -> Contact | None:
    """The contact with its new tags; None if they are as they were."""
    if contact.unreadable:
        raise Unreadable
    content = contact.content.tagged(wanted.add, wanted.remove)
    if content.tags == contact.content.tags:
        return None
    if len(content.tags) > MOST_TAGS:
        detail = N_("would give one of the contacts more than %(most)s tags", most=MOST_TAGS)
        raise InvalidInput([Fault("/add", "too_many", detail)])
    return contact.changed(now, content=content)


async def archive_contacts(
    owner_id: str, wanted: Archiving, *, now: datetime, contacts: SeveralContacts
) -> Done:
    def put(contact: Contact) -> Contact | None:
        if contact.content.archived == wanted.archived:
            return None
        content = contact.content.model_copy(update={"archived": wanted.archived})
        return contact.changed(now, content=content)

    return await change_together(owner_id, wanted.ids, put, "archive", find=contacts.find, contacts=contacts)


async def delete_contacts(
    owner_id: str, wanted: Several, *, now: datetime, contacts: SeveralContacts
) -> Done:
    """Delete the contacts; they can come back for a day."""

    def put(contact: Contact) -> Contact:
        return contact.changed(now, deleted=True, until=now + UNDO_TIME)

    done = await change_together(owner_id, wanted.ids, put, "deletion", find=contacts.find, contacts=contacts)
    for contact in await contacts.find_deleted(owner_id, done.changed):
        if contact.key is not None:
            await contacts.forget_creation(owner_id, contact.key)
    return done


async def restore_contacts(
    owner_id: str, wanted: Several, *, now: datetime, contacts: SeveralContacts, tags: TagStore
) -> Done:
    """Bring deleted contacts back as they were, if their time is not over."""

    async def find(owner_id: str, ids: list[str]) -> list[Contact]:
        found = [each for each in await contacts.find_deleted(owner_id, ids) if each.can_come_back(now)]
        if found:
            await refuse_when_full(owner_id, contacts, more=len(found))
            await remember_again(owner_id, [each.content for each in found], tags=tags)
        return found

    def put(contact: Contact) -> Contact:
        return contact.changed(now, deleted=False, until=None)

    return await change_together(owner_id, wanted.ids, put, "restoration", find=find, contacts=contacts)


async def change_together(
    owner_id: str,
    ids: list[str],
    change: Callable[[Contact], Contact | None],
    what: Together,
    *,
    find: Callable[[str, list[str]], Awaitable[list[Contact]]],
    contacts: SeveralContacts,
) -> Done:
    """Change those of the contacts that are found and that `change` does not leave as they are."""
    ids = list(dict.fromkeys(ids))
    touched: set[str] = set()
    for left in reversed(range(_TRIES)):
        found = await find(owner_id, ids)
        changed = [new for contact in found if (new := change(contact)) is not None]
        touched |= {contact.id for contact in changed}
        missing = [each for each in ids if each not in touched | {contact.id for contact in found}]
        try:
            if changed:
                await contacts.save_together(changed, what)
            return Done([each for each in ids if each in touched], missing)
        except StaleVersion:
            if not left:
                raise
    raise StaleVersion
