"""Records: what is known here of a record of a client's system, or of one that is to be made there."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, Literal, NamedTuple, Protocol

from pydantic import Field

from domain.base.folding import fold
from domain.base.ids import ID_BYTES, ID_PREFIXES, make_id
from domain.base.model import Model
from domain.integrations.connectors import ObjectName
from domain.integrations.sync.merging import Value

# As long as a value is kept that a rule gave up.
LOST_KEPT: Final = timedelta(days=30)
# As long as what a run changed is kept, so that it can be undone.
JOURNAL_KEPT: Final = timedelta(days=30)

What = Literal["created", "changed", "archived", "restored", "merged", "sent", "linked"]
Match = Literal["id", "email", "phone", "person"]


class Record(Model):
    """A record in the partition of its source. `id` is ours for ever; `vendor_id` is None until it is there.

    `vendor_ids` are all ids that have led to it, former ones of merged records as well. `pending`: it was
    changed here and waits to be written there. `match` is why the two sides are taken for one. `member_id` is
    the member who owns it, found by the address of its owner there, and `given_by` who gave it to the
    organisation, with the `receipt_id` of that. `tries` are its failed writes, and `seen` is the last run
    that was shown it. `put_back` says which version of it an undoing has put back, and as which.
    """

    id: str
    object_type: ObjectName
    values: dict[str, Value] = Field(default={})
    vendor_id: str | None = None
    vendor_ids: list[str] = Field(default=[])
    vendor_version: str | None = None
    changed_there_at: datetime | None = None
    owner: str | None = None
    links: dict[ObjectName, str] = Field(default={})
    member_id: str | None = None
    given_by: str | None = None
    receipt_id: str | None = None
    match: Match | None = None
    archived: bool = False
    pending: bool = False
    tries: int = 0
    seen: int = 0
    put_back: str = ""
    version: int = 1
    created_at: datetime
    updated_at: datetime
    etag: str | None = Field(default=None, exclude=True)

    def ours(self, name: str) -> str:
        value = self.values.get(name)
        return value.ours if value else ""

    def changed(self, at: datetime, **update: object) -> "Record":
        return self.model_copy(update={"version": self.version + 1, "updated_at": at, **update})

    @property
    def keys(self) -> list[str]:
        """What it is found by."""
        ids = [f"id:{self.object_type}:{each}" for each in self.vendor_ids]
        return [*ids, *match_keys(self.object_type, {name: each.ours for name, each in self.values.items()})]


def match_keys(of: ObjectName, values: Mapping[str, str]) -> list[str]:
    """By what a record is recognised beside its id: addresses and numbers, in one form."""
    emails = [values.get(name, "").strip().casefold() for name in ("email", "email2")]
    phones = ["".join(filter(str.isdigit, values.get(name, ""))) for name in ("phone", "mobile")]
    domains = [fold(values.get("domain", "").strip())] if of == "company" else []
    return [
        *(f"email:{of}:{each}" for each in dict.fromkeys(emails) if each),
        *(f"phone:{of}:{each}" for each in dict.fromkeys(phones) if len(each) >= _LEAST_DIGITS),
        *(f"domain:{of}:{each}" for each in domains if each),
    ]


# Shorter ones are extensions, which many share.
_LEAST_DIGITS: Final = 7


class Lost(Model):
    """A value that a rule gave up, kept for `LOST_KEPT`."""

    record_id: str
    field: str
    value: str
    side: Literal["ours", "theirs"]
    run_id: str
    at: datetime


class Change(Model):
    """What a run did with one record, and how the record was before: None if there was none.

    `after` is the version of the record that the run left. `sent` are values written there, with those that
    they replaced there.
    """

    record_id: str
    vendor_id: str | None
    what: What
    before: Record | None = None
    after: int = 0
    fields: list[str] = Field(default=[])
    sent: dict[str, tuple[str, str]] = Field(default={})
    match: Match | None = None


class Counts(Model):
    """How many records a step looked at, and what became of them."""

    seen: int = 0
    created: int = 0
    changed: int = 0
    archived: int = 0
    sent: int = 0
    skipped: int = 0
    failed: int = 0
    lost: int = 0

    def plus(self, other: "Counts") -> "Counts":
        mine, theirs = self.model_dump(), other.model_dump()
        return Counts(**{name: mine[name] + theirs[name] for name in mine})


class Step(Model):
    """One batch of a run: what it changed, and where the run goes on. It is stored with its records.

    A step that is stored was done, so that a run that died goes on after it. `dry` ones changed nothing.
    """

    id: str
    run_id: str
    number: int
    object_type: ObjectName
    changes: list[Change] = Field(default=[])
    counts: Counts = Field(default_factory=Counts)
    following: str
    dry: bool = False
    undone: bool = False
    at: datetime
    etag: str | None = Field(default=None, exclude=True)


class Failed(Model):
    """A record that could not be brought in line, with the vendor's words or the field at fault.

    It is tried again by every run, and when somebody says so. `candidates` are records here among which a
    person has to choose.
    """

    id: str
    object_type: ObjectName
    direction: Literal["in", "out"]
    vendor_id: str | None = None
    record_id: str | None = None
    field: str = ""
    code: str
    words: str = ""
    candidates: list[str] = Field(default=[])
    tries: int = 1
    run_id: str
    first_at: datetime
    last_at: datetime
    etag: str | None = Field(default=None, exclude=True)

    def after(self, earlier: "Failed | None") -> "Failed":
        """The same failure once more."""
        if earlier is None:
            return self
        return self.model_copy(update={"tries": earlier.tries + 1, "first_at": earlier.first_at})


def failure_id(of: ObjectName, vendor_id: str) -> str:
    """Id of the failure of a record there: each has one at most."""
    digest = hashlib.sha256(f"failure {of} {vendor_id}".encode()).digest()
    return make_id(ID_PREFIXES["failure"], digest[:ID_BYTES])


def out_failure_id(of_record: str) -> str:
    digest = hashlib.sha256(f"failure out {of_record}".encode()).digest()
    return make_id(ID_PREFIXES["failure"], digest[:ID_BYTES])


def record_id(key: str, of: ObjectName, vendor_id: str) -> str:
    """Id of a record that came from there, so that two runs make one."""
    digest = hashlib.sha256(f"record {key} {of} {vendor_id}".encode()).digest()
    return make_id(ID_PREFIXES["record"], digest[:ID_BYTES])


class StepWrites(NamedTuple):
    """What one step stores, together or not at all. Records are stored by the ETags they were read with."""

    step: Step
    records: Sequence[Record] = ()
    lost: Sequence[Lost] = ()
    failed: Sequence[Failed] = ()
    mended: Sequence[str] = ()


class RecordStore(Protocol):
    """Records, steps and failures of sources, each in the partition of its source."""

    async def get(self, key: str, record_id: str) -> Record | None: ...
    async def these(self, key: str, record_ids: Sequence[str]) -> Sequence[Record]: ...
    async def known_by(self, key: str, keys: Sequence[str]) -> Sequence[Record]:
        """Records that have one of these keys, in one query."""
        ...

    async def pending(self, key: str, of: ObjectName, count: int, *, after: str = "") -> Sequence[Record]:
        """Records that wait to be written there, by their ids, those after one of them."""
        ...

    async def unseen(self, key: str, of: ObjectName, run: int, count: int) -> Sequence[Record]:
        """Records there that no run has been shown since this one."""
        ...

    async def list(
        self, key: str, of: ObjectName, limit: int, cursor: str | None
    ) -> tuple[Sequence[Record], str | None]: ...
    async def save(self, key: str, record: Record) -> Record:
        """Store a changed record; `StaleVersion` if somebody else did meanwhile."""
        ...

    async def create(self, key: str, record: Record) -> bool: ...
    async def do(self, key: str, writes: StepWrites) -> bool:
        """Store a step; False if it is stored already. `StaleVersion` if one of its records has changed."""
        ...

    async def step(self, key: str, step_id: str) -> Step | None: ...
    async def steps(
        self, key: str, run_id: str, limit: int, cursor: str | None, *, backwards: bool = False
    ) -> tuple[Sequence[Step], str | None]: ...
    async def failed(
        self, key: str, limit: int, cursor: str | None
    ) -> tuple[Sequence[Failed], str | None]: ...
    async def lost_of(self, key: str, record_id: str) -> Sequence[Lost]: ...
    async def erase(self, key: str, count: int) -> int:
        """Delete some of what is in the partition; return how much was deleted."""
        ...
