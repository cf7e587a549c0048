"""Keys of owners: what is private on a contact is sealed with a key that only its owner's requests use.

A sealed text opens only at the place it was sealed for: the same owner, kind, item and version. The key of
an owner is made on first use and is stored wrapped. Without it, what it sealed is unreadable for good.
"""

from datetime import datetime
from typing import NamedTuple, Protocol

from pydantic import Field

from domain.base.errors import Conflict
from domain.base.model import Model
from domain.base.texts import N_


class Unreadable(Conflict):
    """The text was sealed for another place or with a key that is gone, or it was changed."""

    code = "unreadable"
    title = N_("This cannot be read any more, because what is stored of it is damaged")


class Place(NamedTuple):
    """Where a sealed text belongs within its owner's documents."""

    kind: str
    item: str
    version: int = 1


class OwnerKey(Protocol):
    def seal(self, plain: bytes, place: Place) -> str:
        """Seal a text, in characters that JSON holds as they are."""
        ...

    def unseal(self, sealed: str, place: Place) -> bytes:
        """The sealed text; `Unreadable` if it was not sealed for this place of this owner."""
        ...

    def seal_file(self, plain: bytes, place: Place) -> bytes:
        """Seal what is too large for characters."""
        ...

    def unseal_file(self, sealed: bytes, place: Place) -> bytes: ...
    def is_current(self, sealed: str) -> bool:
        """Whether the key that seals now sealed this text, and not one before it."""
        ...

    def digest(self, text: str) -> bytes:
        """32 bytes that nobody can compute without the key, the same for as long as the owner has keys."""
        ...


class OwnerKeys(Protocol):
    async def of(self, owner_id: str) -> OwnerKey:
        """The key of an owner, made on first use."""
        ...

    async def forget(self, owner_id: str) -> None:
        """Delete the keys of an owner for good, as the erasure of their account does.

        Nothing that they sealed can be read again, by nobody: notes, tags, own fields, reminders, the search.
        """
        ...


class WrappedKeys(Model):
    """The stored keys of an owner, each wrapped by the master key that `master` names.

    `current` is the key of `generation`, which seals; `previous` is the one before it and `following` the one
    after it, which only open. `digest` is the key of digests, which stays. `due_at` is the time of the next
    step of a rotation (`rotation.py`), None for keys that it has not seen yet; `resealed`: nothing is
    sealed with the previous key any more.
    """

    owner_id: str
    master: str
    generation: int = 1
    current: str
    previous: str | None = None
    following: str | None = None
    digest: str
    resealed: bool = False
    due_at: datetime | None = None
    etag: str | None = Field(default=None, exclude=True)


class WrappedKeyStore(Protocol):
    async def get(self, owner_id: str) -> WrappedKeys | None: ...
    async def create(self, keys: WrappedKeys) -> bool:
        """Store the first keys of an owner; False if the owner has keys."""
        ...

    async def save(self, keys: WrappedKeys) -> WrappedKeys:
        """Replace the keys; `StaleVersion` if somebody else did meanwhile."""
        ...

    async def delete(self, owner_id: str) -> None: ...
