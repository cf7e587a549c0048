"""An import: a file of contacts that is read, told row by row, chosen from, written, and can be undone.

Its id comes from the file, so that the same file sent twice at once is one import. Nothing is written
before its owner has seen the report. One import of an owner is written at a time, so that two never double
anybody.
"""

import hashlib
from datetime import datetime, timedelta
from typing import Final, Literal, NamedTuple, Protocol

from pydantic import Field

from domain.base.errors import Conflict, NotFound, StaleVersion
from domain.base.ids import ID_BYTES, ID_PREFIXES, make_id
from domain.base.limits import MOST_CONTACTS, LimitReached
from domain.base.model import Model
from domain.base.texts import N_

# How long a whole import can be undone, and how long it is listed.
UNDO_IMPORT: Final = timedelta(days=7)
LISTED: Final = timedelta(days=35)
# Rows of a page of the report, which are written in one batch.
PAGE_ROWS: Final = 100
# Contacts that an undo left, as far as they are listed.
MOST_KEPT: Final = 100

# The kind of order that starts the long work of an import's stage.
START_IMPORT: Final = "start-import"

Stage = Literal["asking", "reading", "refused", "ready", "writing", "done", "undoing", "undone", "cancelled"]
# Those in which long work goes on, and those in which nothing more happens.
OVER: Final = ("refused", "done", "undone", "cancelled")


READ, WRITE, UNDO = "import-read", "import-write", "import-undo"
WORK_KINDS: Final[dict[str, str]] = {"reading": READ, "writing": WRITE, "undoing": UNDO}


class ImportUnderWay(Conflict):
    code = "import_under_way"
    title = N_("Another import is being written. Wait until it is done, or cancel it.")


class WrongImportStage(Conflict):
    code = "wrong_import_stage"
    title = N_("The import is not at a stage where this can be done")


class NothingChosen(Conflict):
    code = "nothing_chosen"
    title = N_("No row is chosen")


# States of rows in `Import.states`, a letter each.
NEW, PERHAPS, SAME, BAD = "n", "p", "s", "b"


class ReportPage(Model):
    """One page of the report: its piece, its first row, and how many rows it has."""

    name: str
    first: int
    rows: int


class Choice(Model):
    """Rows to write: the new ones or all that can be contacts, but for those that are added and left out."""

    everything: bool = False
    add: frozenset[int] = frozenset()
    leave: frozenset[int] = frozenset()


class Named(Model):
    """The import that holds the lock."""

    import_id: str


class Import(Model):
    """`work_id` is the long work of the present stage. `written` and `skipped` count rows.

    `states` has a letter for each row; `pages` are pieces of the report, `names` of names of companies.
    """

    id: str
    owner_id: str
    version: int = 1
    digest: str
    stage: Stage
    form: str | None = None
    encoding: str | None = None
    phone_country: str = ""
    problem: str | None = None
    states: str = ""
    pages: list[ReportPage] = Field(default=[])
    names: list[str] = Field(default=[])
    choice: Choice = Choice()
    written: int = 0
    skipped: int = 0
    removed: int = 0
    kept: list[str] = Field(default=[], max_length=MOST_KEPT)
    kept_count: int = 0
    earlier_at: datetime | None = None
    read_at: datetime | None = None
    written_at: datetime | None = None
    created_at: datetime
    updated_at: datetime
    etag: str | None = Field(default=None, exclude=True)

    @property
    def work_id(self) -> str:
        """Id of the long work of this stage, the same whoever starts it."""
        digest = hashlib.sha256(f"{self.owner_id} {self.id} {self.stage}".encode()).digest()
        return make_id(ID_PREFIXES["work"], digest[:ID_BYTES])

    @property
    def work_kind(self) -> str | None:
        return WORK_KINDS.get(self.stage)

    @property
    def is_busy(self) -> bool:
        return self.work_kind is not None

    @property
    def rows(self) -> int:
        return len(self.states)

    def takes(self, row: int) -> bool:
        """Whether a row is chosen."""
        state, choice = self.states[row - 1], self.choice
        wanted = choice.everything or state in (NEW, PERHAPS) or row in choice.add
        return state != BAD and wanted and row not in choice.leave

    def chosen(self) -> int:
        """How many rows are chosen."""
        return sum(self.takes(row) for row in range(1, self.rows + 1))

    def named(self) -> Named:
        return Named(import_id=self.id)

    def can_be_undone(self, now: datetime) -> bool:
        return self.stage == "done" and self.written_at is not None and now < self.written_at + UNDO_IMPORT

    def changed(self, at: datetime, **update: object) -> "Import":
        return self.model_copy(update={"version": self.version + 1, "updated_at": at, **update})

    def contact_id(self, row: int) -> str:
        """Id of the contact of a row: a repetition makes the same."""
        digest = hashlib.sha256(f"{self.owner_id} {self.id} {row}".encode()).digest()
        return make_id(ID_PREFIXES["contact"], digest[:ID_BYTES])


class ImportStore(Protocol):
    async def get(self, owner_id: str, import_id: str) -> Import | None: ...
    async def create(self, new: Import) -> bool:
        """Store a new import with the order to start its work; False when it is there."""
        ...

    async def save(self, changed: Import, *, lock: Literal["", "take", "release"] = "") -> Import:
        """Store a change with the order to start the work of its stage, if it has one.

        `take` refuses with `ImportUnderWay` while another import of the owner is written.
        """
        ...

    async def list(self, owner_id: str, limit: int, cursor: str | None) -> tuple[list[Import], str | None]:
        """A page of the imports, newest first."""
        ...


class Counted(Protocol):
    async def count(self, owner_id: str) -> int: ...


def new_import(owner_id: str, digest: str, generation: int, now: datetime) -> Import:
    """A new import of a file, by its keyed digest: the same id for whoever makes it at the same time."""
    found = hashlib.sha256(f"{owner_id} {digest} {generation}".encode()).digest()
    return Import(
        id=make_id(ID_PREFIXES["import"], found[:ID_BYTES]),
        owner_id=owner_id,
        digest=digest,
        stage="reading",
        created_at=now,
        updated_at=now,
    )


async def read_import(owner_id: str, import_id: str, *, imports: ImportStore) -> Import:
    found = await imports.get(owner_id, import_id)
    if found is None:
        raise NotFound
    return found


class ImportVersion(NamedTuple):
    """Version of an owner's import that a change is based on."""

    owner_id: str
    import_id: str
    version: int


async def import_at(of: ImportVersion, imports: ImportStore, *stages: Stage) -> Import:
    """The import in the version that was seen, at one of these stages."""
    found = await read_import(of.owner_id, of.import_id, imports=imports)
    if found.version != of.version:
        raise StaleVersion
    if found.stage not in stages:
        raise WrongImportStage
    return found


async def choose_rows(of: ImportVersion, choice: Choice, *, now: datetime, imports: ImportStore) -> Import:
    found = await import_at(of, imports, "ready")
    rows = frozenset(range(1, found.rows + 1))
    chosen = choice.model_copy(update={"add": choice.add & rows, "leave": choice.leave & rows})
    return await imports.save(found.changed(now, choice=chosen))


async def start_writing(
    of: ImportVersion, *, now: datetime, imports: ImportStore, contacts: Counted
) -> Import:
    found = await import_at(of, imports, "ready")
    chosen = found.chosen()
    if not chosen:
        raise NothingChosen
    room = MOST_CONTACTS - await contacts.count(of.owner_id)
    if chosen > room:
        detail = N_(
            "An account may have %(most)s contacts, and %(room)s more fit in. Choose fewer rows.",
            most=MOST_CONTACTS, room=max(0, room),
        )  # fmt: skip
        raise LimitReached(detail)
    return await imports.save(found.changed(now, stage="writing"), lock="take")


async def start_undo(of: ImportVersion, *, now: datetime, imports: ImportStore) -> Import:
    """Take a whole import back: the contacts that were not changed since."""
    found = await import_at(of, imports, "done")
    if not found.can_be_undone(now):
        raise WrongImportStage
    return await imports.save(found.changed(now, stage="undoing"))


async def cancel_import(of: ImportVersion, *, now: datetime, imports: ImportStore) -> Import:
    """Give an import up before anything is written."""
    found = await import_at(of, imports, "asking", "reading", "ready")
    return await imports.save(found.changed(now, stage="cancelled", pages=[], names=[]))
