"""Contacts in their owner's partition of `relations`.

What only the owner may ever see (tags, groups, own fields) is sealed in `private`, together with the ids by
which lists ask for tags and groups. It keeps the version that it was sealed for, so that a tool without keys
can delete a contact and take it back.

A contact is of one of three kinds: `contact`, `deleted-contact` while it can come back, and `erased-contact`
for the record of its deletion. `byName` and `byKind` are the keys of the lists that it is in: the list, a
colon, the folded name, and behind a tab, which no name contains, the id. So a page of a list is one range of
one index, however many contacts there are. A cursor is the id of the last contact, because names would end in
the logs.
"""

import json
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import datetime
from typing import Any

from adapters.cosmos.database import Database, Document, Items, instant
from adapters.cosmos.documents import (
    DAY,
    DELETED_TTL,
    count,
    document,
    from_document,
    newest_first,
    readable,
)
from adapters.cosmos.work import order_document
from domain.base.errors import Fault, InvalidInput, StaleVersion
from domain.base.fields import STORED
from domain.base.folding import fold
from domain.base.idempotency import Creation
from domain.base.model import Model
from domain.operations.orders import Order
from domain.relationships.contact import Contact, ContactContent
from domain.relationships.contacts import Filter
from domain.relationships.keys import OwnerKey, OwnerKeys, Place, Unreadable
from domain.relationships.tags import group_id, tag_id

CONTAINER, PARTITION = "relations", "ownerId"
_CONTACTS = ("contact", "deleted-contact", "erased-contact")
_CREATION = "contact-creation"
# As long as an index keeps exactly; beyond it, names are in the order of their ids.
_MOST_SORTED = 200


def _list_of(kind: str | None, *, archived: bool) -> str:
    """Name of a list: the contacts in use or the archived ones, of one kind or of both."""
    return f"{'archived' if archived else 'used'}{'-' if kind else ''}{kind or ''}"


def _key(contact: Contact, kind: str | None, *, archived: bool) -> str:
    return f"{_list_of(kind, archived=archived)}:{contact.content.sort[:_MOST_SORTED]}\t{contact.id}"


_PRIVATE = {"tags", "groups", "custom_fields"}


class Sealed(Model):
    """Body of a document that says nothing without its owner's key."""

    text: str


def sealed_part(contact: Contact, key: OwnerKey) -> Document | None:
    """What only the owner may see of a contact, sealed; None if there is nothing."""
    private = contact.content.model_dump(mode="json", include=_PRIVATE)
    if not any(private.values()):
        return None
    plain = json.dumps(private, ensure_ascii=False).encode()
    return {
        "version": contact.version,
        "text": key.seal(plain, Place("contact", contact.id, contact.version)),
        "tags": [tag_id(key, label) for label in contact.content.tags],
        "groups": [group_id(key, label) for label in contact.content.groups],
    }


def opened(stored: Document, key: OwnerKey | None) -> Contact:
    """The contact of a document; without a key it lacks what is private."""
    contact, private = from_document(Contact, stored), stored.get("private")
    if private is None or key is None:
        return contact
    plain = json.loads(key.unseal(private["text"], Place("contact", contact.id, private["version"])))
    content = {**stored["body"]["content"], **plain}
    return contact.model_copy(update={"content": ContactContent.model_validate(content, context=STORED)})


def contact_document(contact: Contact, private: Document | None) -> Document:
    """Document of a contact, with its part that `sealed_part` sealed."""
    extra: Document = {"createdAt": instant(contact.created_at)}
    if not contact.deleted:
        content = contact.content
        extra |= {
            "byName": _key(contact, None, archived=content.archived),
            "byKind": _key(contact, content.kind, archived=content.archived),
            "private": private,
            "tags": private["tags"] if private else [],
            "groups": private["groups"] if private else [],
        }
        return _of_kind("contact", contact, extra)
    # The store forgets it even where no timer runs.
    extra |= {"ttl": DELETED_TTL}
    if contact.until is None:
        return _of_kind("erased-contact", contact, extra)
    extra |= {"expiresAt": instant(contact.until), "private": private}
    return _of_kind("deleted-contact", contact, extra)


def _of_kind(kind: str, contact: Contact, extra: Document) -> Document:
    stored = document(kind, contact.id, contact.owner_id, contact, partition=PARTITION, **extra)
    for name in _PRIVATE:
        del stored["body"]["content"][name]
    return stored


class CosmosContacts:
    """Without `keys`, as tools of operators have it, what is private stays sealed and as it is stored."""

    def __init__(self, database: Database, keys: OwnerKeys | None) -> None:
        self._items, self._keys = Items(database, CONTAINER), keys

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

    async def _document(self, contact: Contact) -> Document:
        if self._keys is not None:
            key = await self._keys.of(contact.owner_id)
            return contact_document(contact, sealed_part(contact, key))
        stored = await self._items.read(contact.id, contact.owner_id)
        return contact_document(contact, stored.get("private") if stored else None)

    async def by_name(
        self, owner_id: str, wanted: Filter, limit: int, cursor: str | None
    ) -> tuple[list[Contact], str | None]:
        name = "byName" if wanted.kind is None else "byKind"
        which = _list_of(wanted.kind, archived=wanted.archived)
        given: dict[str, Any] = {"count": limit + 1, "after": f"{which}:", "end": f"{which};"}
        if cursor is not None:
            last = await self._last(owner_id, cursor)
            given["after"] = _key(last, wanted.kind, archived=wanted.archived)
        tagged = ""
        if wanted.tag is not None:
            tagged, given["tag"] = " AND ARRAY_CONTAINS(c.tags, @tag)", wanted.tag
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
        key = f"{_list_of('entity', archived=False)}:{fold(name)[:_MOST_SORTED]}\t"
        sql = "SELECT TOP 1 * FROM c WHERE STARTSWITH(c.byKind, @key) ORDER BY c.byKind"
        found = await self._items.query(sql, owner_id, key=key)
        return await self._one(owner_id, found[0]) if found else None

    async def _last(self, owner_id: str, cursor: str) -> Contact:
        """The last contact of the page before; a deleted one still says where it stood."""
        last = await self.get_with_deleted(owner_id, cursor)
        if last is None or (last.deleted and last.until is None):
            raise InvalidInput([Fault("cursor", "invalid_cursor", "is not a cursor that a page gave")])
        return last

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

    async def count(self, owner_id: str) -> int:
        return await count(self._items, "contact", owner_id)

    async def create(self, contact: Contact, creation: "Creation[Contact] | None") -> bool:
        """Store a new contact with the record of its Idempotency-Key, which repeats it and so is sealed."""
        operations = [("create", (await self._document(contact),))]
        if creation is not None:
            operations.append(("create", (await self._creation_document(contact.owner_id, creation),)))
        try:
            await self._items.batch(operations, contact.owner_id)
        except FileExistsError:
            return False
        return True

    async def _creation_document(self, owner_id: str, creation: "Creation[Contact]") -> Document:
        item = _creation_id(creation.key)
        key = await self._key(owner_id)
        text = key.seal(creation.model_dump_json().encode(), Place(_CREATION, item))
        return document(_CREATION, item, owner_id, Sealed(text=text), partition=PARTITION, ttl=DAY)

    async def creation(self, owner_id: str, key: str) -> "Creation[Contact] | None":
        item = _creation_id(key)
        stored = await self._items.read(item, owner_id)
        if stored is None:
            return None
        plain = (await self._key(owner_id)).unseal(stored["body"]["text"], Place(_CREATION, item))
        return Creation[Contact].model_validate_json(plain, context=STORED)

    async def forget_creation(self, owner_id: str, key: str) -> None:
        """Drop the record of the create that made a contact: it holds the contact's content."""
        await self._items.delete(_creation_id(key), owner_id)

    async def _key(self, owner_id: str) -> OwnerKey:
        if self._keys is None:
            raise Unreadable
        return await self._keys.of(owner_id)

    async def save(self, contact: Contact) -> Contact:
        saved = await self._items.replace(await self._document(contact), contact.etag or "")
        return await self._one(contact.owner_id, saved)

    async def save_tags(self, contacts: list[Contact]) -> None:
        """Store the tags of all these contacts or of none. Only they are sent: a batch may have 2 MB."""
        key = await self._key(contacts[0].owner_id)
        operations = [
            ("patch", (contact.id, _tag_changes(contact, key)), {"if_match_etag": contact.etag})
            for contact in contacts
        ]
        await self._items.batch(operations, contacts[0].owner_id)

    async def erase(self, contact: Contact, order: Order) -> None:
        """Store an erased contact with the order to erase what belongs to it, and carry that out at once."""
        operations = [
            ("replace", (contact.id, contact_document(contact, None)), {"if_match_etag": contact.etag}),
            ("upsert", (order_document(order),)),
        ]
        await self._items.batch(operations, contact.owner_id)

    async def erase_dependents(self, owner_id: str, contact_id: str) -> None:
        """Delete every document that belongs to a contact, a batch at a time. Safe to run again."""
        sql = "SELECT TOP 100 c.id FROM c WHERE c.contactId = @contact"
        while found := await self._items.query(sql, owner_id, contact=contact_id):
            with suppress(StaleVersion):  # another run deletes them, too
                await self._items.batch([("delete", (each["id"],)) for each in found], owner_id)

    async def list(self, owner_id: str, limit: int, cursor: str | None) -> tuple[list[Contact], str | None]:
        """A page of the contacts, archived or not, newest first."""
        return await self._newest("contact", owner_id, limit, cursor)


def _creation_id(key: str) -> str:
    return f"{_CREATION}-{key}"


def _tag_changes(contact: Contact, key: OwnerKey) -> list[dict[str, Any]]:
    private = sealed_part(contact, key)
    values = {
        "tags": private["tags"] if private else [],
        "private": private,
        "body/version": contact.version,
        "body/updated_at": contact.model_dump(mode="json", include={"updated_at"})["updated_at"],
    }
    return [{"op": "set", "path": f"/{path}", "value": value} for path, value in values.items()]
