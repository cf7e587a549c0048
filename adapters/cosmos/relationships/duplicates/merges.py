"""Merges of contacts: sealed, as they hold both contacts as they were; deleted when they cannot be undone.

What moves with a contact is recorded in the same batch, in `contact-moves` of the contact that it left. Each
batch also touches that contact, so that it fails where the merge has been undone meanwhile.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from typing import Any

from adapters.cosmos.database import Database, Document, Items, instant
from adapters.cosmos.documents import DAY, document, newest_first, readable
from adapters.cosmos.relationships.contact_documents import (
    CONTAINER,
    PARTITION,
    opened_whole,
    readable_whole,
    whole_document,
)
from adapters.cosmos.relationships.contacts import CosmosContacts
from adapters.cosmos.relationships.histories import CosmosHistories
from adapters.cosmos.relationships.search import IndexedItems
from adapters.cosmos.work import order_document
from domain.base.errors import StaleVersion
from domain.base.model import Model
from domain.relationships.contact import Contact
from domain.relationships.duplicates.merge import MERGE_UNDO_TIME, Merge, Pages
from domain.relationships.history.history import History
from domain.relationships.keys import OwnerKey, OwnerKeys
from domain.relationships.search.entry import Change, change_of, moved_note

_KIND, _MOVES = "contact-merge", "contact-moves"
_TTL = int(MERGE_UNDO_TIME.total_seconds()) + DAY
# A batch has at most 100 operations; two are for the contact and the record.
_AT_ONCE = 90
# Documents that are about their own contact only. All others with a `contactId` follow it.
_STAYING = [_MOVES, "contact-history", "dismissal", "not-same", "strength"]


class _Moved(Model):
    """Ids of what followed a contact in one batch; `people` are linked to it as their company."""

    ids: list[str]
    people: bool = False


class CosmosMerges:
    def __init__(
        self,
        database: Database,
        contacts: CosmosContacts,
        keys: OwnerKeys,
        full: Callable[[str], Awaitable[None]] | None,
    ) -> None:
        self._items, self._keys = Items(database, CONTAINER), keys
        self._indexed = IndexedItems(database, keys, full)
        self._contacts, self._histories = contacts, CosmosHistories(database, keys)

    async def get(self, owner_id: str, merge_id: str) -> Merge | None:
        stored = await self._items.read(merge_id, owner_id)
        if stored is None or stored["kind"] != _KIND:
            return None
        return opened_whole(Merge, stored, await self._keys.of(owner_id))

    async def page(self, owner_id: str, limit: int, cursor: str | None) -> tuple[list[Merge], str | None]:
        """A page of the merges, newest first."""
        found, following = await newest_first(self._items, _KIND, owner_id, limit, cursor)
        key = await self._keys.of(owner_id) if found else None
        merges = [readable_whole(Merge, stored, key) for stored in found if key]
        return [merge for merge in merges if merge is not None], following

    async def contact(self, owner_id: str, contact_id: str) -> Contact | None:
        return await self._contacts.get_with_deleted(owner_id, contact_id)

    async def history(self, owner_id: str, contact_id: str) -> History:
        return await self._histories.of(owner_id, contact_id)

    async def save_contact(self, contact: Contact) -> None:
        await self._contacts.save(contact)

    async def save_history(self, history: History) -> None:
        await self._histories.save(history)

    async def merges_of(self, owner_id: str, contact_ids: list[str]) -> list[Merge]:
        """The merges into any of these contacts, the oldest first."""
        sql = "SELECT * FROM c WHERE c.kind = @kind AND ARRAY_CONTAINS(@ids, c.contactId)"
        found = await self._items.query(sql, owner_id, kind=_KIND, ids=contact_ids)
        key = await self._keys.of(owner_id) if found else None
        merges = [opened_whole(Merge, stored, key) for stored in found if key]
        return sorted(merges, key=lambda merge: merge.created_at)

    async def save_merge(self, merge: Merge) -> None:
        stored = await self._items.read(merge.id, merge.owner_id)
        if stored is None or merge.etag is None or stored["_etag"] != merge.etag:
            raise StaleVersion
        new = _merge_document(merge, await self._keys.of(merge.owner_id))
        # It follows the contact that it is kept with, as notes do.
        await self._items.replace(new | {"contactId": stored["contactId"]}, stored["_etag"])

    async def save_all(self, pages: Pages) -> None:
        operations: list[tuple[Any, ...]] = [
            (
                "replace",
                (contact.id, await self._contacts.as_stored(contact)),
                {"if_match_etag": contact.etag},
            )
            for contact in (pages.kept, pages.gone)
        ]
        merge = _merge_document(pages.merge, await self._keys.of(pages.merge.owner_id))
        if pages.merge.etag is None:
            operations.append(("create", (merge,)))
        else:
            operations.append(("replace", (merge["id"], merge), {"if_match_etag": pages.merge.etag}))
        if pages.history.past or pages.history.etag is not None:
            operations.append(await self._histories.writing(pages.history))
        operations.append(("upsert", (order_document(pages.order),)))
        try:
            changes = [change_of(contact) for contact in (pages.kept, pages.gone)]
            await self._indexed.batch(operations, pages.merge.owner_id, changes)
        except FileExistsError:
            raise StaleVersion from None

    async def move_some(self, gone: Contact) -> bool:
        await self._hide_strength(gone)
        return await self._move_dependents(gone) or await self._move_people(gone)

    async def _hide_strength(self, gone: Contact) -> None:
        """Take the strength of a merged contact out of all lists; undoing counts it anew."""
        stored = await self._items.read(f"strength-{gone.id}", gone.owner_id)
        keys = [name for name in ("strongest", "byState", "due") if stored and name in stored]
        if stored and keys:
            changes = [{"op": "remove", "path": f"/{name}"} for name in keys]
            change = ("patch", (stored["id"], changes), {"if_match_etag": stored["_etag"]})
            await self._items.batch([change], gone.owner_id)

    async def _move_dependents(self, gone: Contact) -> bool:
        sql = (
            "SELECT TOP @count c.id, c.kind, c.timeline, c.body.contact_id AS inside FROM c"
            " WHERE c.contactId = @contact AND NOT ARRAY_CONTAINS(@staying, c.kind)"
        )
        found = await self._items.query(sql, gone.owner_id, count=_AT_ONCE, contact=gone.id, staying=_STAYING)
        if found:
            moves = [_move(each, gone.merged_into or "", gone.id) for each in found]
            changes = _notes_among(found, gone.merged_into or "")
            await self._moved(gone, _Moved(ids=[each["id"] for each in found]), moves, changes)
        return bool(found)

    async def _move_people(self, gone: Contact) -> bool:
        people, _following = await self._contacts.people_of(gone.owner_id, gone.id, _AT_ONCE, None)
        if people:
            moves = [await self._linked(person, gone.merged_into or "") for person in people]
            await self._moved(gone, _Moved(ids=[person.id for person in people], people=True), moves, [])
        return bool(people)

    async def _linked(self, person: Contact, entity_id: str) -> tuple[Any, ...]:
        content = person.content.model_copy(update={"entity_id": entity_id})
        new = await self._contacts.as_stored(person.changed(person.updated_at, content=content))
        return ("replace", (person.id, new), {"if_match_etag": person.etag})

    async def _moved(
        self, gone: Contact, moved: _Moved, moves: list[tuple[Any, ...]], changes: list[Change]
    ) -> None:
        item = f"moves-{gone.merge_id}-{moved.ids[0]}"
        extra = {"contactId": gone.id, "ttl": _TTL}
        record = document(_MOVES, item, gone.owner_id, moved, partition=PARTITION, **extra)
        touch = [{"op": "set", "path": "/moving", "value": moved.ids[0]}]
        guard = ("patch", (gone.id, touch), {"if_match_etag": gone.etag})
        await self._batch([guard, ("upsert", (record,)), *moves], gone.owner_id, changes)

    async def _batch(self, operations: list[tuple[Any, ...]], owner_id: str, changes: list[Change]) -> None:
        if changes:
            await self._indexed.batch(operations, owner_id, changes)
        else:
            await self._items.batch(operations, owner_id)

    async def move_some_back(self, merge: Merge) -> bool:
        sql = (
            "SELECT TOP 1 * FROM c WHERE c.kind = @kind AND c.contactId = @contact AND STARTSWITH(c.id, @of)"
        )
        of = f"moves-{merge.id}-"
        found = await self._items.query(sql, merge.owner_id, kind=_MOVES, contact=merge.gone_id, of=of)
        if not found:
            return False
        moved = _Moved.model_validate(found[0]["body"])
        drop = ("delete", (found[0]["id"],), {"if_match_etag": found[0]["_etag"]})
        if moved.people:
            await self._items.batch([drop, *await self._people_back(merge, moved.ids)], merge.owner_id)
            return True
        there = await self._still_there(merge, moved.ids)
        back = [_move(each, merge.gone_id, merge.kept_id) for each in there]
        await self._batch([drop, *back], merge.owner_id, _notes_among(there, merge.gone_id))
        return True

    async def _still_there(self, merge: Merge, ids: list[str]) -> list[Document]:
        """Those that are still there and with the kept contact."""
        sql = (
            "SELECT c.id, c.kind, c.timeline, c.body.contact_id AS inside FROM c"
            " WHERE ARRAY_CONTAINS(@ids, c.id) AND c.contactId = @contact"
        )
        return await self._items.query(sql, merge.owner_id, ids=ids, contact=merge.kept_id)

    async def _people_back(self, merge: Merge, ids: list[str]) -> list[tuple[Any, ...]]:
        people = await self._contacts.find(merge.owner_id, ids)
        return [
            await self._linked(person, merge.gone_id)
            for person in people
            if person.content.entity_id == merge.kept_id
        ]

    async def due(self, now: datetime) -> AsyncIterator[Contact]:
        """Merged contacts of all owners whose merge cannot be undone any more."""
        sql = "SELECT * FROM c WHERE c.kind = 'merged-contact' AND c.expiresAt <= @now"
        async for stored in self._items.stored(sql, now=instant(now)):
            if (contact := readable(Contact, CONTAINER, stored)) is not None:
                yield contact

    async def forget_content(self, contact: Contact) -> None:
        await self._contacts.save(contact)

    async def erase_dependents(self, owner_id: str, contact_id: str) -> None:
        await self._contacts.erase_dependents(owner_id, contact_id)


def _notes_among(found: list[Document], contact_id: str) -> list[Change]:
    """What the search is told of notes that are on this contact now."""
    return [moved_note(contact_id, each["id"]) for each in found if each["kind"] == "note"]


def _move(found: Document, to: str, of: str) -> tuple[Any, ...]:
    changes = [{"op": "set", "path": "/contactId", "value": to}]
    if found.get("inside") == of:
        changes.append({"op": "set", "path": "/body/contact_id", "value": to})
    if str(found.get("timeline", "")).startswith(f"{of}:"):
        changes.append({"op": "set", "path": "/timeline", "value": to + found["timeline"][len(of) :]})
    return ("patch", (found["id"], changes))


def _merge_document(merge: Merge, key: OwnerKey) -> Document:
    extra = {"contactId": merge.kept_id, "createdAt": instant(merge.created_at), "ttl": _TTL}
    return whole_document(_KIND, merge.id, merge.owner_id, merge, key, **extra)
