"""An import of people: a file that is read, told row by row, written, and can be undone.

Nothing is written before somebody has seen what each row would do. What the file says stands in pieces beside
the import, in the organisation's partition, and expires.
"""

import hashlib
from collections.abc import Awaitable, Callable, Container, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, Literal, NamedTuple, Protocol

from pydantic import Field

from domain.base.errors import NotFound, StaleVersion
from domain.base.ids import ID_BYTES, ID_PREFIXES, make_id
from domain.base.letters import Encoding
from domain.base.model import Model
from domain.operations.orders import Order, new_order
from domain.operations.work import WrongWorkState
from domain.organisations.imports.columns import Field as ColumnField
from domain.organisations.imports.columns import Remembered
from domain.organisations.organisation import Acting, Ending, Member, membership_order

# How long a whole import can be undone, how long it is listed, and how long what its file says is kept.
UNDO_IMPORT: Final = timedelta(days=7)
LISTED: Final = timedelta(days=35)
KEPT: Final = timedelta(days=14)
# Rows of a page of the report, and of a piece of the file.
PAGE_ROWS: Final = 100
# People whom an undo left, as far as they are listed.
MOST_STAYED: Final = 100

START: Final = "org-import"
CHECK, WRITE, UNDO = "org-import-check", "org-import-write", "org-import-undo"

Stage = Literal[
    "asking", "columns", "checking", "ready", "writing", "done", "undoing", "undone", "cancelled", "expired"
]
WORK_KINDS: Final[dict[str, str]] = {"checking": CHECK, "writing": WRITE, "undoing": UNDO}
# Those in which nothing more happens.
OVER: Final[tuple[Stage, ...]] = ("done", "undone", "cancelled", "expired")

# What becomes of a row, in `Import.effects`, a letter each.
NEW, CHANGED, SAME, FAULTY = "n", "c", "u", "b"


class Import(Model):
    """`effects` has a letter for each row. `request` is the hash of the file, for a repetition.

    `stayed` are people whom the undo left as they are, because somebody has changed them since.
    """

    id: str
    org_id: str
    version: int = 1
    request: str
    stage: Stage
    form: str = ""
    delimiter: str = ","
    encoding: Encoding | None = None
    columns: list[str] = Field(default=[])
    fields: list[ColumnField | None] = Field(default=[])
    rows: int = 0
    effects: str = ""
    template_id: str | None = None
    written_at: datetime | None = None
    undone: int = 0
    stayed: list[str] = Field(default=[], max_length=MOST_STAYED)
    stayed_count: int = 0
    created_at: datetime
    updated_at: datetime
    etag: str | None = Field(default=None, exclude=True)

    @property
    def pages(self) -> int:
        return -(-self.rows // PAGE_ROWS)

    @property
    def work_kind(self) -> str | None:
        return WORK_KINDS.get(self.stage)

    @property
    def is_busy(self) -> bool:
        return self.work_kind is not None

    @property
    def work_id(self) -> str:
        """Id of the long work of this stage, the same whoever starts it; of another check another one."""
        turn = self.version if self.stage == "checking" else ""
        digest = hashlib.sha256(f"{self.org_id} {self.id} {self.stage} {turn}".encode()).digest()
        return make_id(ID_PREFIXES["work"], digest[:ID_BYTES])

    def count(self, effect: str) -> int:
        return self.effects.count(effect)

    def on_page(self, page: int) -> str:
        return self.effects[page * PAGE_ROWS : (page + 1) * PAGE_ROWS]

    def can_be_undone(self, now: datetime) -> bool:
        return self.stage == "done" and self.written_at is not None and now < self.written_at + UNDO_IMPORT

    def changed(self, at: datetime, **update: object) -> "Import":
        return self.model_copy(update={"version": self.version + 1, "updated_at": at, **update})


class Before(Model):
    """A person as they were before a row changed them. None of it for somebody new."""

    name: str
    email: str
    external_id: str | None
    details: dict[str, str | None]
    teams: list[str]


class Written(Model):
    """What one row did to a person. `version` is theirs afterwards; `ended` is of a former one."""

    row: int
    member_id: str
    version: int
    before: Before | None = None
    ended: Ending | None = None


class Journal(Model):
    """What a batch of people did. It is stored in it, and replaced in each batch that takes rows of it back.

    `undone` is how many of its rows were looked at by the undo, and `stayed` whom it left.
    """

    org_id: str
    import_id: str
    page: int
    first: int
    rows: list[Written]
    undone: int = 0
    stayed: list[str] = Field(default=[])
    etag: str | None = Field(default=None, exclude=True)

    @property
    def place(self) -> str:
        """Its place among those of its import."""
        return f"{self.page:04} {self.first:06}"


class Batch(NamedTuple):
    """People who are stored together, or not at all, with what it did.

    `new` were never known; `saved` are others; `gone` are taken out.
    """

    journal: Journal
    new: Sequence[Member] = ()
    saved: Sequence[Member] = ()
    gone: Sequence[Member] = ()
    orders: Sequence[Order] = ()


class Found(NamedTuple):
    """Whom a page of rows may mean: ids by what they are known by, and people by their ids."""

    external_ids: dict[str, str]
    addresses: dict[str, str]
    members: dict[str, Member]
    former: dict[str, Member]


class ImportStore(Protocol):
    async def get(self, org_id: str, import_id: str) -> Import | None: ...
    async def create(self, new: Import) -> bool:
        """Store a new import; False when it is there."""
        ...

    async def save(self, changed: Import, *, remember: Remembered | None = None) -> Import:
        """Store a change, with the order to start the work of its stage if it has one."""
        ...

    async def list(
        self, org_id: str, limit: int, cursor: str | None
    ) -> tuple[Sequence[Import], str | None]: ...
    async def remembered(self, org_id: str) -> Remembered: ...
    async def put(self, of: Import, pieces: Sequence[tuple[str, Any]]) -> None:
        """Store pieces by their names, in place of earlier ones."""
        ...

    async def read(self, of: Import, name: str) -> Any | None: ...
    async def drop(self, of: Import) -> None:
        """Delete all pieces and journals of an import."""
        ...

    async def find(self, org_id: str, external_ids: Sequence[str], addresses: Sequence[str]) -> Found: ...
    async def members(self, org_id: str, ids: Sequence[str]) -> Sequence[Member]: ...
    async def with_cards(self, org_id: str, member_ids: Sequence[str]) -> set[str]:
        """Those of these people who have a card of the organisation."""
        ...

    async def write(self, batch: Batch) -> None:
        """Store people and the journal; `KnownAlready` or `StaleVersion`, and then nothing."""
        ...

    async def take_back(self, batch: Batch) -> Journal:
        """Store and take out people, and replace the journal; return it as it is stored.

        `KnownAlready` or `StaleVersion`, and then nothing.
        """
        ...

    async def journals(self, of: Import, after: str, limit: int) -> Sequence[Journal]:
        """Journals of an import in their order, from the one after this place."""
        ...

    async def journals_of(self, of: Import, page: int) -> Sequence[Journal]: ...


# Carries out orders, several at once.
SettleAll = Callable[[Sequence[Order]], Awaitable[None]]
# Waits for several things at once.
Together = Callable[[Sequence[Awaitable[Any]]], Awaitable[list[Any]]]
# Does a call that takes the processor for long in another thread.
Aside = Callable[..., Awaitable[Any]]


def orders_of(people: Iterable[Member], with_cards: Container[str], now: datetime) -> list[Order]:
    """What follows a change of these people: of who has neither account nor card, nothing does."""
    return [membership_order(each, now) for each in people if each.has_joined or each.id in with_cards]


def import_id(org_id: str, key: str) -> str:
    digest = hashlib.sha256(f"import {org_id} {key}".encode()).digest()
    return make_id(ID_PREFIXES["import"], digest[:ID_BYTES])


async def read_import(by: Acting, import_id: str, *, imports: ImportStore) -> Import:
    found = await imports.get(by.organisation.id, import_id)
    if found is None:
        raise NotFound
    return found


class ImportVersion(NamedTuple):
    import_id: str
    version: int


async def import_at(by: Acting, of: ImportVersion, imports: ImportStore, *stages: Stage) -> Import:
    """The import in the version that was seen, at one of these stages."""
    found = await read_import(by, of.import_id, imports=imports)
    if found.version != of.version:
        raise StaleVersion
    if found.stage not in stages:
        raise WrongWorkState
    return found


def start_order(found: Import) -> Order | None:
    if not found.is_busy:
        return None
    return new_order(START, found.org_id, found.id, found.updated_at, container="organisations")


async def start_undo(by: Acting, of: ImportVersion, *, now: datetime, imports: ImportStore) -> Import:
    """Take a whole import back, but for people whom somebody has changed since."""
    found = await import_at(by, of, imports, "done")
    if not found.can_be_undone(now):
        raise WrongWorkState
    return await imports.save(found.changed(now, stage="undoing"))


async def cancel_import(by: Acting, of: ImportVersion, *, now: datetime, imports: ImportStore) -> Import:
    """Give an import up before anything is written; what its file says is deleted."""
    found = await import_at(by, of, imports, "asking", "columns", "checking", "ready")
    changed = await imports.save(found.changed(now, stage="cancelled"))
    await imports.drop(changed)
    return changed
