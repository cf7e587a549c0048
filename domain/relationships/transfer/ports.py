"""What the writing and the undo of imports need of the stores."""

from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple, Protocol

from domain.relationships.contact import Contact
from domain.relationships.keys import OwnerKeys
from domain.relationships.tags import TagStore
from domain.relationships.transfer.imports import ImportStore
from domain.relationships.transfer.sealed_files import SealedFiles

# Does a call that takes the processor for long in another thread, so that requests are answered meanwhile.
Aside = Callable[..., Awaitable[Any]]
# Waits for two things at once.
Both = Callable[[Awaitable[Any], Awaitable[Any]], Awaitable[Any]]
# Makes the search find what was written in bulk; told the owner.
AfterBulk = Callable[[str], Awaitable[None]]


class ReadContacts(Protocol):
    async def find(self, owner_id: str, contact_ids: list[str]) -> list[Contact]: ...
    async def entity_called(self, owner_id: str, name: str) -> Contact | None: ...
    async def list(
        self, owner_id: str, limit: int, cursor: str | None
    ) -> tuple[list[Contact], str | None]: ...


class BulkContacts(Protocol):
    async def create_many(self, contacts: list[Contact]) -> None:
        """Store new contacts in batches; one that is there already stays as it is."""
        ...

    async def delete_many(self, contacts: list[Contact]) -> None:
        """Store contacts that are deleted, in batches; one that was changed meanwhile is left alone."""
        ...

    async def with_dependents(self, owner_id: str, contact_ids: list[str]) -> set[str]:
        """Those of the contacts to which something was added: a note, an interaction."""
        ...

    async def merged(self, owner_id: str, contact_ids: list[str]) -> set[str]:
        """Those of the contacts that were merged into others."""
        ...


class Ports(NamedTuple):
    """What writing and undoing need."""

    imports: ImportStore
    files: SealedFiles
    contacts: ReadContacts
    bulk: BulkContacts
    tags: TagStore
    keys: OwnerKeys
    after: AfterBulk
    both: Both
