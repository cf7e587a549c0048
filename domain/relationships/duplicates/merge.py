"""Two contacts become one, and can be two again for a week.

The kept contact takes the content of both. The other one is put aside as it was, with `merged_into`; what
belongs to it (notes, interactions, reminders, people of a company) follows by an order (`moves.py`).
"""

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Literal, NamedTuple, Protocol

from pydantic import Field

from domain.base.errors import Conflict, Fault, InvalidInput, KeyReused, NotFound, StaleVersion
from domain.base.model import Model
from domain.base.texts import N_
from domain.operations.orders import Order, new_order
from domain.relationships.contact import Contact, ContactContent
from domain.relationships.duplicates.merging import Choice, lost_by_undo, merged
from domain.relationships.history.history import History
from domain.relationships.keys import Unreadable
from domain.relationships.tags import TagStore, remember_again

# Time in which a merge can be taken back.
MERGE_UNDO_TIME = timedelta(days=7)
# Kinds of orders: what belonged to the other contact follows, or goes back.
MOVE, MOVE_BACK = "move-merged", "move-back"
_TRIES = 4


class MergeOver(Conflict):
    code = "merge_over"
    title = N_("This merge cannot be taken back any more")


class Before(Model):
    """A contact as it was, to put it back."""

    content: ContactContent
    photo: str | None = None
    updated_at: datetime


class Merge(Model):
    """A merge of the contact `gone_id` into the contact `kept_id`.

    `version` is the kept contact's after the merge. `group` is the work that made it, of many at once.
    """

    id: str
    owner_id: str
    kept_id: str
    gone_id: str
    take: list[Choice] = Field(default=[])
    version: int
    kept: Before
    gone: Before
    merged: ContactContent
    group: str | None = None
    state: Literal["done", "undone"] = "done"
    until: datetime
    created_at: datetime
    etag: str | None = Field(default=None, exclude=True)

    def can_be_undone(self, now: datetime) -> bool:
        return self.state == "done" and now < self.until


class Wanted(NamedTuple):
    """Which contact is kept and which is not, each in the version that was seen; None for as it is now."""

    kept_id: str
    gone_id: str
    take: Iterable[Choice] = ()
    kept_version: int | None = None
    gone_version: int | None = None


class Merging(NamedTuple):
    """What a merge needs beside: its owner and id, the time, and the work that it is part of."""

    owner_id: str
    merge_id: str
    now: datetime
    group: str | None = None


class Pages(NamedTuple):
    """All that is stored together by a merge or its undoing."""

    merge: Merge
    kept: Contact
    gone: Contact
    history: History
    order: Order


class MergeStore(Protocol):
    async def get(self, owner_id: str, merge_id: str) -> Merge | None: ...
    async def contact(self, owner_id: str, contact_id: str) -> Contact | None:
        """The contact, also a deleted or merged one."""
        ...

    async def history(self, owner_id: str, contact_id: str) -> History: ...
    async def save_all(self, pages: Pages) -> None:
        """Store all of it or nothing; `StaleVersion` if any of it was changed meanwhile."""
        ...


class Mover(Protocol):
    async def move(self, owner_id: str, gone_id: str) -> None:
        """Have what belongs to a merged contact follow it."""
        ...

    async def move_back(self, owner_id: str, merge_id: str) -> None: ...


async def merge_contacts(merging: Merging, wanted: Wanted, *, merges: MergeStore, mover: Mover) -> Merge:
    """Merge two contacts; a repetition under the same id returns the first merge."""
    done = await merges.get(merging.owner_id, merging.merge_id)
    if done is None:
        try:
            done = await _merge(merging, wanted, merges)
        except StaleVersion:
            # The same request may have been sent twice at once.
            done = await merges.get(merging.owner_id, merging.merge_id)
            if done is None:
                raise
    if (done.kept_id, done.gone_id, done.take) != (wanted.kept_id, wanted.gone_id, list(wanted.take)):
        raise KeyReused
    with suppress(StaleVersion):  # the order does it later
        await mover.move(merging.owner_id, done.gone_id)
    return done


async def _merge(merging: Merging, wanted: Wanted, merges: MergeStore) -> Merge:
    owner, merge_id, now = merging.owner_id, merging.merge_id, merging.now
    kept = await _there(owner, wanted.kept_id, wanted.kept_version, "/keepId", merges)
    gone = await _there(owner, wanted.gone_id, wanted.gone_version, "/dropId", merges)
    if kept.id == gone.id:
        raise InvalidInput([Fault("/dropId", "same_contact", N_("is the contact that is kept"))])
    content, past = merged(kept.content, gone.content, wanted.take, now.date(), merge_id)
    histories = [await merges.history(owner, contact.id) for contact in (kept, gone)]
    carried = [each.model_copy(update={"merge": merge_id}) for each in histories[1].past]
    after = kept.changed(now, content=content, photo=kept.photo or gone.photo)
    until = now + MERGE_UNDO_TIME
    merge = Merge(
        id=merge_id,
        owner_id=owner,
        kept_id=kept.id,
        gone_id=gone.id,
        take=list(wanted.take),
        version=after.version,
        kept=_before(kept),
        gone=_before(gone),
        merged=content,
        group=merging.group,
        until=until,
        created_at=now,
    )
    aside = gone.changed(now, deleted=True, until=until, merged_into=kept.id, merge_id=merge_id)
    order = new_order(MOVE, owner, gone.id, now, container="relations")
    await merges.save_all(Pages(merge, after, aside, histories[0].with_past([*past, *carried]), order))
    return merge


def _before(contact: Contact) -> Before:
    return Before(content=contact.content, photo=contact.photo, updated_at=contact.updated_at)


async def _there(
    owner_id: str, contact_id: str, version: int | None, field: str, merges: MergeStore
) -> Contact:
    contact = await merges.contact(owner_id, contact_id)
    if contact is None or contact.deleted:
        raise InvalidInput([Fault(field, "unknown_contact", N_("is not one of your contacts"))])
    if version is not None and contact.version != version:
        raise StaleVersion
    if contact.unreadable:
        raise Unreadable
    return contact


class FindContacts(Protocol):
    async def find(self, owner_id: str, contact_ids: list[str]) -> list[Contact]: ...


async def undoable(merges: list[Merge], now: datetime, *, contacts: FindContacts) -> list[Merge]:
    """Those of one owner's merges that can be taken back: not those into a contact that is gone by now."""
    due = [merge for merge in merges if merge.can_be_undone(now)]
    found = await contacts.find(due[0].owner_id, [merge.kept_id for merge in due]) if due else []
    there = {contact.id for contact in found}
    return [merge for merge in due if merge.kept_id in there]


class Undoable(NamedTuple):
    """A merge that can be taken back, the kept contact as it is now, and the fields changed since."""

    merge: Merge
    kept: Contact
    lost: list[str]


async def read_merge(owner_id: str, merge_id: str, *, now: datetime, merges: MergeStore) -> Undoable:
    """A merge, and what undoing it would lose."""
    merge = await merges.get(owner_id, merge_id)
    kept = await merges.contact(owner_id, merge.kept_id) if merge else None
    if merge is None or kept is None or kept.deleted:
        raise NotFound
    if not merge.can_be_undone(now):
        raise MergeOver
    return Undoable(merge, kept, lost_by_undo(merge.merged, kept.content))


async def undo_merge(
    owner_id: str,
    merge_id: str,
    version: int,
    *,
    now: datetime,
    merges: MergeStore,
    mover: Mover,
    tags: TagStore,
) -> Merge:
    """Have both contacts back as they were. `version` is the kept contact's, whose later changes are dropped.

    A repetition returns the undone merge.
    """
    merge = await merges.get(owner_id, merge_id)
    if merge is not None and merge.state == "undone":
        return merge
    if merge is not None:
        await remember_again(owner_id, [merge.kept.content, merge.gone.content], tags=tags)
    for left in reversed(range(_TRIES)):
        try:
            undone = await _undo(owner_id, merge_id, version, now, merges)
            break
        except StaleVersion:
            # What belongs to the contact may have been following it just now.
            if (
                not left
                or (await read_merge(owner_id, merge_id, now=now, merges=merges)).kept.version != version
            ):
                raise
    with suppress(StaleVersion):  # the order does it later
        await mover.move_back(owner_id, merge_id)
    return undone


async def _undo(owner_id: str, merge_id: str, version: int, now: datetime, merges: MergeStore) -> Merge:
    merge, kept, _lost = await read_merge(owner_id, merge_id, now=now, merges=merges)
    gone = await merges.contact(owner_id, merge.gone_id)
    if gone is None or gone.merged_into != kept.id or gone.until is None:
        raise MergeOver
    if kept.version != version:
        raise StaleVersion
    history = await merges.history(owner_id, kept.id)
    undone = merge.model_copy(update={"state": "undone"})
    back = gone.changed(
        merge.gone.updated_at,
        content=merge.gone.content,
        deleted=False,
        until=None,
        merged_into=None,
        merge_id=None,
        unreadable=False,
    )
    before = kept.changed(
        merge.kept.updated_at, content=merge.kept.content, photo=merge.kept.photo, unreadable=False
    )
    order = new_order(MOVE_BACK, owner_id, merge_id, now, container="relations")
    await merges.save_all(Pages(undone, before, back, history.without_merge(merge_id), order))
    return undone
