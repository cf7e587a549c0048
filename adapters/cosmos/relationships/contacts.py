"""Contacts in their owner's partition of `relations`.

A contact is of one of three kinds: `contact`, `deleted-contact` while it can come back, and `erased-contact`
for the record of its deletion. `byName` and `byKind` are the keys of the lists that it is in: the list, a
colon, the folded name, and behind a tab, which no name contains, the id. So a page of a list is one range of
one index, however many contacts there are. A cursor is the id of the last contact, because names would end in
the logs.
"""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

from adapters.cosmos.database import Database, Document, Items, instant
from adapters.cosmos.documents import (
    DELETED_TTL,
    count,
    create_once,
    document,
    from_document,
    newest_first,
    read_creation,
    readable,
)
from domain.base.errors import Fault, InvalidInput
from domain.base.folding import fold
from domain.base.idempotency import Creation
from domain.relationships.contact import Contact
from domain.relationships.contacts import Filter
from domain.relationships.tags import tag_id

CONTAINER, PARTITION = "relations", "ownerId"
_CONTACTS = ("contact", "deleted-contact", "erased-contact")
# As long as an index keeps exactly; beyond it, names are in the order of their ids.
_MOST_SORTED = 200


def _list_of(kind: str | None, *, archived: bool) -> str:
    """Name of a list: the contacts in use or the archived ones, of one kind or of both."""
    return f"{'archived' if archived else 'used'}{'-' if kind else ''}{kind or ''}"


def _key(contact: Contact, kind: str | None, *, archived: bool) -> str:
    return f"{_list_of(kind, archived=archived)}:{contact.content.sort[:_MOST_SORTED]}\t{contact.id}"


def _tags(contact: Contact) -> list[str]:
    return [tag_id(contact.owner_id, label) for label in contact.content.tags]


def contact_document(contact: Contact) -> Document:
    extra: Document = {"createdAt": instant(contact.created_at)}
    if not contact.deleted:
        content = contact.content
        extra |= {
            "byName": _key(contact, None, archived=content.archived),
            "byKind": _key(contact, content.kind, archived=content.archived),
            "tags": _tags(contact),
        }
        return _of_kind("contact", contact, extra)
    # The store forgets it even where no timer runs.
    extra |= {"ttl": DELETED_TTL}
    if contact.until is None:
        return _of_kind("erased-contact", contact, extra)
    return _of_kind("deleted-contact", contact, extra | {"expiresAt": instant(contact.until)})


def _of_kind(kind: str, contact: Contact, extra: Document) -> Document:
    return document(kind, contact.id, contact.owner_id, contact, partition=PARTITION, **extra)


class CosmosContacts:
    def __init__(self, database: Database) -> None:
        self._items = Items(database, CONTAINER)

    async def get(self, owner_id: str, contact_id: str) -> Contact | None:
        stored = await self._items.read(contact_id, owner_id)
        return from_document(Contact, stored) if stored and stored["kind"] == "contact" else None

    async def get_with_deleted(self, owner_id: str, contact_id: str) -> Contact | None:
        stored = await self._items.read(contact_id, owner_id)
        return from_document(Contact, stored) if stored and stored["kind"] in _CONTACTS else None

    async def find(self, owner_id: str, contact_ids: list[str]) -> list[Contact]:
        sql = "SELECT * FROM c WHERE ARRAY_CONTAINS(@ids, c.id) AND c.kind = 'contact'"
        found = await self._items.query(sql, owner_id, ids=contact_ids)
        return [from_document(Contact, stored) for stored in found]

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
        page = [from_document(Contact, stored) for stored in found[:limit]]
        return page, page[-1].id if len(found) > limit else None

    async def entity_called(self, owner_id: str, name: str) -> Contact | None:
        """A company or institution in use that has this name, but for capitals and accents."""
        key = f"{_list_of('entity', archived=False)}:{fold(name)[:_MOST_SORTED]}\t"
        sql = "SELECT TOP 1 * FROM c WHERE STARTSWITH(c.byKind, @key) ORDER BY c.byKind"
        found = await self._items.query(sql, owner_id, key=key)
        return from_document(Contact, found[0]) if found else None

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
        return [from_document(Contact, stored) for stored in found], following

    async def to_be_erased(self, now: datetime) -> AsyncIterator[Contact]:
        """Deleted contacts of all owners whose time to come back is over."""
        sql = "SELECT * FROM c WHERE c.kind = 'deleted-contact' AND c.expiresAt <= @now"
        async for stored in self._items.stored(sql, now=instant(now)):
            if (contact := readable(Contact, CONTAINER, stored)) is not None:
                yield contact

    async def count(self, owner_id: str) -> int:
        return await count(self._items, "contact", owner_id)

    async def create(self, contact: Contact, creation: "Creation[Contact] | None") -> bool:
        new = contact_document(contact)
        return await create_once(self._items, contact.owner_id, new, creation, partition=PARTITION)

    async def creation(self, owner_id: str, key: str) -> "Creation[Contact] | None":
        return await read_creation(self._items, Creation[Contact], "contact", owner_id, key)

    async def forget_creation(self, owner_id: str, key: str) -> None:
        """Drop the record of the create that made a contact: it holds the contact's content."""
        await self._items.delete(f"contact-creation-{key}", owner_id)

    async def save(self, contact: Contact) -> Contact:
        return from_document(
            Contact, await self._items.replace(contact_document(contact), contact.etag or "")
        )

    async def save_tags(self, contacts: list[Contact]) -> None:
        """Store the tags of all these contacts or of none. Only they are sent: a batch may have 2 MB."""
        operations = [
            ("patch", (contact.id, _tag_changes(contact)), {"if_match_etag": contact.etag})
            for contact in contacts
        ]
        await self._items.batch(operations, contacts[0].owner_id)

    async def list(self, owner_id: str, limit: int, cursor: str | None) -> tuple[list[Contact], str | None]:
        """A page of the contacts, archived or not, newest first."""
        return await self._newest("contact", owner_id, limit, cursor)


def _tag_changes(contact: Contact) -> list[dict[str, Any]]:
    values = {
        "tags": _tags(contact),
        "body/content/tags": contact.content.tags,
        "body/version": contact.version,
        "body/updated_at": contact.model_dump(mode="json", include={"updated_at"})["updated_at"],
    }
    return [{"op": "set", "path": f"/{path}", "value": value} for path, value in values.items()]
