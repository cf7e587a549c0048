"""A run of invitations: the people of an organisation who have not joined are counted, then invited.

Nobody is invited before somebody has seen how many would be, and who is left out and why. Both stages are
long work.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, Literal, NamedTuple, Protocol

from pydantic import Field

from domain.base.errors import KeyReused, NotFound, StaleVersion
from domain.base.idempotency import request_hash
from domain.base.ids import ID_BYTES, ID_PREFIXES, make_id
from domain.base.model import Closed, Model
from domain.base.texts import Language
from domain.operations.orders import Order, new_order
from domain.operations.work import WrongWorkState
from domain.organisations.organisation import Acting, Creating, Member

# Kind of the order that starts the work of a stage; its subject is the run.
START: Final = "invitation-run"
COUNT, SEND = "invitation-run-count", "invitation-run-send"
# How long a run is listed, and so kept.
LISTED: Final = timedelta(days=35)
# Of those who are left out, as many are named.
MOST_NAMED: Final = 100

Stage = Literal["counting", "ready", "sending", "done", "cancelled"]
_WORK_KINDS: Final[dict[str, str]] = {"counting": COUNT, "sending": SEND}
# Why somebody is left out: they have joined; they have an invitation that is still valid; they are out of the
# organisation; as many invitations as may be sent in a day, or wait, are.
Why = Literal["joined", "invited", "gone", "limit"]


class Whom(Closed):
    """Whom a run is for: everybody, or the people of a team or of an import."""

    team_id: str | None = Field(default=None, max_length=40)
    import_id: str | None = Field(default=None, max_length=40)


class Counts(Closed):
    """People who were looked at: those who would be or were invited, and how many are left out, by why."""

    chosen: int = 0
    joined: int = 0
    invited: int = 0
    gone: int = 0
    limit: int = 0

    @property
    def people(self) -> int:
        return self.chosen + self.joined + self.invited + self.gone + self.limit


class LeftOut(Closed):
    member_id: str
    why: Why


class Run(Model):
    """`asked` is the hash of what was asked for, for a repetition. `left_out` are the first of those."""

    id: str
    org_id: str
    version: int = 1
    asked: str
    whom: Whom
    language: Language
    invited_by: str
    stage: Stage = "counting"
    counts: Counts = Field(default_factory=Counts)
    left_out: list[LeftOut] = Field(default=[])
    created_at: datetime
    updated_at: datetime
    etag: str | None = Field(default=None, exclude=True)

    @property
    def work_kind(self) -> str | None:
        return _WORK_KINDS.get(self.stage)

    @property
    def is_busy(self) -> bool:
        return self.work_kind is not None

    @property
    def work_id(self) -> str:
        """Id of the long work of this stage, the same whoever starts it."""
        digest = hashlib.sha256(f"{self.org_id} {self.id} {self.stage}".encode()).digest()
        return make_id(ID_PREFIXES["work"], digest[:ID_BYTES])

    def changed(self, at: datetime, **update: object) -> "Run":
        return self.model_copy(update={"version": self.version + 1, "updated_at": at, **update})


class People(NamedTuple):
    """Some people of a run, and where the next ones begin; None after the last. `gone` are out by now."""

    members: Sequence[Member]
    gone: int
    following: str | None


class RunStore(Protocol):
    async def get(self, org_id: str, run_id: str) -> Run | None: ...
    async def create(self, new: Run) -> bool:
        """Store a new run with the order of its work; False when it is there."""
        ...

    async def save(self, changed: Run) -> Run:
        """Store a change, with the order of the work of its stage; `StaleVersion` if it changed meanwhile."""
        ...

    async def latest(self, org_id: str, limit: int, cursor: str | None) -> tuple[list[Run], str | None]: ...
    async def members(self, org_id: str, team_id: str | None, limit: int, after: str) -> list[Member]:
        """People by their ids, from the one after `after`."""
        ...


class RunVersion(NamedTuple):
    run_id: str
    version: int


class PeopleOf(Protocol):
    """What is asked about whom a run is for."""

    async def refuse_unknown(self, org_id: str, whom: Whom, now: datetime) -> None:
        """`InvalidInput` for a team that is not there, and for an import whose people are not known."""
        ...


def start_order(run: Run) -> Order | None:
    if not run.is_busy:
        return None
    return new_order(START, run.org_id, run.id, run.updated_at, container="organisations")


async def begin_run(
    by: Acting, whom: Whom, creating: Creating, *, language: Language, runs: RunStore, people: PeopleOf
) -> Run:
    """Begin to count. A repetition under the same key returns the first run.

    The mails are in the language of who begins.
    """
    org_id = by.organisation.id
    text = f"invitation run {org_id} {by.member.id} {creating.key}"
    run_id = make_id(ID_PREFIXES["run"], hashlib.sha256(text.encode()).digest()[:ID_BYTES])
    new = Run(
        id=run_id,
        org_id=org_id,
        asked=request_hash(whom),
        whom=whom,
        language=language,
        invited_by=by.member.id,
        created_at=creating.now,
        updated_at=creating.now,
    )
    done = await runs.get(org_id, run_id)
    if done is None:
        await people.refuse_unknown(org_id, whom, creating.now)
        if await runs.create(new):
            return new
        done = await runs.get(org_id, run_id)
    if done is None or done.asked != new.asked:
        raise KeyReused
    return done


async def read_run(by: Acting, run_id: str, *, runs: RunStore) -> Run:
    found = await runs.get(by.organisation.id, run_id)
    if found is None:
        raise NotFound
    return found


async def _run_at(by: Acting, of: RunVersion, runs: RunStore, *stages: Stage) -> Run:
    found = await read_run(by, of.run_id, runs=runs)
    if found.version != of.version:
        raise StaleVersion
    if found.stage not in stages:
        raise WrongWorkState
    return found


async def start_sending(by: Acting, of: RunVersion, *, now: datetime, runs: RunStore) -> Run:
    """Invite those who were counted, and who have come since then."""
    found = await _run_at(by, of, runs, "ready")
    return await runs.save(
        found.changed(now, stage="sending", counts=Counts(), left_out=[], invited_by=by.member.id)
    )


async def cancel_run(by: Acting, of: RunVersion, *, now: datetime, runs: RunStore) -> Run:
    """Give a run up before anybody is invited."""
    found = await _run_at(by, of, runs, "counting", "ready")
    return await runs.save(found.changed(now, stage="cancelled", counts=Counts(), left_out=[]))
