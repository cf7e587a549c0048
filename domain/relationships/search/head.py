"""The head of an owner's index: which snapshot of it is the newest, and the changes since then, sealed.

`sequence` counts the changes of all time, `base` those that are in the snapshot: the rest is in `deltas`.
Writers append in the same batch as what they change, without reading; so what is stored is what is found.
"""

import json
import zlib
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from pydantic import Field, TypeAdapter

from domain.base.errors import Unavailable
from domain.base.model import Model
from domain.base.texts import N_
from domain.relationships.contact import Contact
from domain.relationships.contacts import Filter
from domain.relationships.keys import OwnerKey, OwnerKeys, Place
from domain.relationships.search.entry import Change
from domain.relationships.search.index import Index

# Changes that are worth a new snapshot.
ENOUGH_DELTAS = 50
# A document has 2 MB; a head that nobody made smaller gives up before, and the index is built anew.
MOST_BYTES = 1_000_000
# Changes of several contacts at once that would be longer are looked up.
_MOST_TOLD = 16_000
# After that, who was building an index has died for good.
_BUILDING_TIME = timedelta(hours=3)
_DELTA, _SNAPSHOT = "search-delta", "search-index"
_CHANGES = TypeAdapter(list[Change])


class IndexNotReady(Unavailable):
    """The index is being built: seconds for most people, a minute or two for 50,000 contacts."""

    code = "search_not_ready"
    title = N_("Your contacts are being prepared for the search")
    retry_after = 5


class Delta(Model):
    id: str
    text: str


class Building(Model):
    """The work that builds the index anew, and the sequence from which on it needs the deltas."""

    work: str
    sequence: int
    at: datetime

    def is_alive(self, now: datetime) -> bool:
        return now < self.at + _BUILDING_TIME


class Head(Model):
    """`epoch` names the build that the snapshot comes from; an index of another one is not continued."""

    owner_id: str
    epoch: str
    sequence: int = 0
    base: int = 0
    snapshot: str | None = None
    ready: bool = True
    building: Building | None = None
    built_at: datetime | None = None
    deltas: list[Delta] = Field(default=[])
    etag: str | None = Field(default=None, exclude=True)

    def since(self, sequence: int) -> list[Delta]:
        return self.deltas[sequence - self.base :]

    def compacted(self, snapshot: str, sequence: int) -> "Head":
        """The head after a snapshot of this sequence."""
        return self.model_copy(
            update={"snapshot": snapshot, "base": sequence, "deltas": self.since(sequence)}
        )


class Heads(Protocol):
    async def get(self, owner_id: str) -> Head | None: ...
    async def create(self, head: Head) -> bool:
        """Store the first head of an owner; False if there is one."""
        ...

    async def replace(self, head: Head) -> Head:
        """Store the head; `StaleVersion` if it changed since it was read."""
        ...


class Snapshots(Protocol):
    async def put(self, owner_id: str, name: str, content: bytes) -> None: ...
    async def get(self, owner_id: str, name: str) -> bytes | None: ...
    async def names(self, owner_id: str) -> list[str]: ...
    async def delete(self, owner_id: str, name: str) -> None: ...


class Contacts(Protocol):
    async def find(self, owner_id: str, contact_ids: list[str]) -> list[Contact]: ...
    async def count(self, owner_id: str) -> int: ...
    async def by_name(
        self, owner_id: str, wanted: Filter, limit: int, cursor: str | None
    ) -> tuple[list[Contact], str | None]: ...


class NoteText(NamedTuple):
    """A note as the index takes it in. `version` grows with each change."""

    id: str
    contact_id: str
    version: int
    text: str


class Notes(Protocol):
    async def note_texts(
        self, owner_id: str, limit: int, cursor: str | None
    ) -> tuple[list[NoteText], str | None]:
        """A page of the owner's notes. One that is written meanwhile may be missing."""
        ...

    async def notes_of(self, owner_id: str, note_ids: list[str]) -> list[NoteText]:
        """Those of the notes that are there, in any order."""
        ...


class Aside(Protocol):
    async def __call__[**P, T](self, call: Callable[P, T], /, *given: P.args, **named: P.kwargs) -> T:
        """Do what takes long where it keeps nobody waiting."""
        ...


class Stores(NamedTuple):
    """`new_name` makes a name that nothing had before."""

    heads: Heads
    snapshots: Snapshots
    contacts: Contacts
    notes: Notes
    keys: OwnerKeys
    new_name: Callable[[], str]
    aside: Aside


async def read_head(owner_id: str, *, stores: Stores) -> Head:
    """The head of an owner, made on first use; the index is ready if there is nothing to find yet."""
    head = await stores.heads.get(owner_id)
    if head is None:
        empty = await stores.contacts.count(owner_id) == 0
        await stores.heads.create(Head(owner_id=owner_id, epoch=stores.new_name(), ready=empty))
        head = await stores.heads.get(owner_id)
    if head is None:
        raise Unavailable
    return head


def told(changes: Iterable[Change], key: OwnerKey, delta_id: str) -> Delta:
    """The changes, sealed for the head; those that would be too long are to be looked up."""
    changes = list(changes)
    plain = _packed(changes)
    if len(plain) > _MOST_TOLD:
        plain = _packed([change if change.note else _untold(change) for change in changes])
    return Delta(id=delta_id, text=key.seal(plain, Place(_DELTA, delta_id)))


def _untold(change: Change) -> Change:
    return change if change.entry is None else change.model_copy(update={"entry": None, "read": True})


def _packed(changes: list[Change]) -> bytes:
    written = [change.model_dump(mode="json", exclude_defaults=True) for change in changes]
    return zlib.compress(json.dumps(written, ensure_ascii=False, separators=(",", ":")).encode())


def opened_delta(delta: Delta, key: OwnerKey) -> list[Change]:
    return _CHANGES.validate_json(zlib.decompress(key.unseal(delta.text, Place(_DELTA, delta.id))))


def sealed_snapshot(index: Index, key: OwnerKey, name: str, sequence: int) -> bytes:
    """The index as it is kept: its length tells little, because it is rounded up (Padmé)."""
    plain = zlib.compress(index.dump(), 3)
    plain = len(plain).to_bytes(4) + plain
    padded = plain.ljust(padded_length(len(plain)), b"\0")
    return key.seal_file(padded, Place(_SNAPSHOT, name, sequence))


def opened_snapshot(sealed: bytes, key: OwnerKey, name: str, sequence: int) -> Index:
    """`Unreadable` for a snapshot of another sequence than the head says."""
    padded = key.unseal_file(sealed, Place(_SNAPSHOT, name, sequence))
    length = int.from_bytes(padded[:4])
    return Index.load(zlib.decompress(memoryview(padded)[4 : 4 + length]))


def padded_length(length: int) -> int:
    """At most an eighth more, of large ones 2 %: only the leading bits of a length can be seen."""
    if length < 2:  # noqa: PLR2004
        return length
    exponent = length.bit_length() - 1
    mask = (1 << (exponent - exponent.bit_length())) - 1
    return (length + mask) & ~mask
