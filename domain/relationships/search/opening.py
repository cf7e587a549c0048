"""Opening an index from its snapshot, and reading the changes since then."""

from itertools import batched
from typing import Final

from domain.base.errors import StaleVersion
from domain.relationships.keys import OwnerKey, Unreadable
from domain.relationships.search.entry import Change, change_of, note_change
from domain.relationships.search.head import (
    Delta,
    Head,
    Stores,
    opened_delta,
    opened_snapshot,
)
from domain.relationships.search.index import Index

_AT_ONCE: Final = 100


class SnapshotLost(Exception):
    """The snapshot that a head names is not there, or is not the one that it names."""


async def load(head: Head, key: OwnerKey, *, stores: Stores) -> Index:
    """The index of the head's snapshot. Raises `SnapshotLost`."""
    if head.snapshot is None:
        return Index.empty()
    sealed = await stores.snapshots.get(head.owner_id, head.snapshot)
    if sealed is None:
        raise SnapshotLost
    try:
        return await stores.aside(opened_snapshot, sealed, key, head.snapshot, head.base)
    except Unreadable:
        raise SnapshotLost from None


async def news(owner_id: str, deltas: list[Delta], key: OwnerKey, *, stores: Stores) -> list[Change]:
    """The changes of deltas, with those that were too long to be told looked up."""
    try:
        changes = [change for delta in deltas for change in opened_delta(delta, key)]
    except Unreadable:
        raise SnapshotLost from None
    untold = [each for each in changes if each.read]
    found = await _contacts(owner_id, [each.contact for each in untold if not each.note], stores)
    found |= await _notes(owner_id, [each.note for each in untold if each.note], stores)
    # What is not found has been deleted since, which a later delta says.
    told = (found.get(each.note or each.contact) if each.read else each for each in changes)
    return [each for each in told if each is not None]


async def _contacts(owner_id: str, ids: list[str], stores: Stores) -> dict[str, Change]:
    found: dict[str, Change] = {}
    for some in batched(dict.fromkeys(ids), _AT_ONCE, strict=False):
        found |= {each.id: change_of(each) for each in await stores.contacts.find(owner_id, list(some))}
    return found


async def _notes(owner_id: str, ids: list[str], stores: Stores) -> dict[str, Change]:
    found = {}
    for some in batched(dict.fromkeys(ids), _AT_ONCE, strict=False):
        for note in await stores.notes.notes_of(owner_id, list(some)):
            found[note.id] = note_change(note.contact_id, note.id, note.version, note.text)
    return found


async def give_up(head: Head, *, stores: Stores) -> None:
    """Have the index built anew: without its snapshot the deltas say too little."""
    try:
        await stores.heads.replace(head.model_copy(update={"ready": False}))
    except StaleVersion:
        return  # whoever changed it knows better, or the next question comes here again
