"""The order of a design, who of iZwop's people asks for access, and the access that they were given.

All of it is one document of the organisation. Every act of a designer replaces it as well, so that of an act
and a revocation at the same moment one comes first.
"""

import hashlib
from datetime import datetime, timedelta
from typing import Final, Literal, NamedTuple, Protocol

from pydantic import Field

from domain.base.errors import Conflict
from domain.base.ids import ID_BYTES, ID_PREFIXES, make_id
from domain.base.model import Model
from domain.base.texts import N_
from domain.operations.orders import Order
from domain.organisations.organisation import Organisation

Days = Literal[1, 7, 30]
# How long the organisation finds what was done, after the last day of the access.
KEPT: Final = timedelta(days=35)
# How often a change is tried that another one overtook.
TRIES: Final = 5

What = Literal[
    "ordered",
    "order_ended",
    "asked",
    "turned_down",
    "granted",
    "revoked",
    "given_up",
    "looked",
    "template_seen",
    "proposal_seen",
    "begun",
    "changed",
    "proposed",
    "taken_back",
    "approved",
    "declined",
    "restored",
]


class AlreadyOrdered(Conflict):
    code = "design_already_ordered"
    title = N_("The organisation has ordered a design already")


class NobodyAsks(Conflict):
    code = "nobody_asks"
    title = N_("No designer asks for access")


class Designer(Model):
    """One of iZwop's people. `name` is what the organisation is told."""

    account_id: str
    name: str


class DesignOrder(Model):
    """`ordered_by` is a member. An ended one has no wishes. `key` and `request` are for repetitions."""

    wishes: str
    ordered_by: str
    ordered_at: datetime
    ended_at: datetime | None = None
    key: str
    request: str


class Asking(Model):
    designer: Designer
    asked_at: datetime


class Grant(Model):
    """Access of one designer. `given_by` is a member; `ended_at` is when it was ended before its time."""

    number: int
    designer: Designer
    days: Days
    given_by: str
    given_at: datetime
    until: datetime
    ended_at: datetime | None = None


class Design(Model):
    """`waiting` are the proposals that nobody has answered. `acts` counts what designers did: for those who
    read the document it stays the version that it was.
    """

    org_id: str
    order: DesignOrder | None = None
    asking: Asking | None = None
    grant: Grant | None = None
    grants: int = 0
    waiting: list[str] = Field(default=[])
    acts: int = 0
    version: int = 0
    etag: str | None = Field(default=None, exclude=True)

    @property
    def is_open(self) -> bool:
        return self.order is not None and self.order.ended_at is None

    @property
    def holder(self) -> Designer | None:
        """The designer who took the order: they ask, or were given access that nobody has ended."""
        if self.asking is not None:
            return self.asking.designer
        return self.grant.designer if self.grant and self.grant.ended_at is None else None

    def changed(self, **update: object) -> "Design":
        return self.model_copy(update={"version": self.version + 1, **update})

    def acted(self, **update: object) -> "Design":
        return self.model_copy(update={"acts": self.acts + 1, **update})

    def without_access(self, at: datetime) -> "Design":
        """With the access ended, if there is one, and nobody who asks."""
        grant = self.grant
        if grant is not None and grant.ended_at is None:
            grant = grant.model_copy(update={"ended_at": at})
        return self.model_copy(update={"grant": grant, "asking": None})


def live_grant(design: Design, organisation: Organisation, now: datetime) -> Grant | None:
    """The access that holds now. One from before the organisation was closed does not come back with it."""
    grant, reopened = design.grant, organisation.reopened_at
    if not design.is_open or organisation.closed or grant is None or grant.ended_at is not None:
        return None
    if reopened is not None and grant.given_at <= reopened:
        return None
    return grant if now < grant.until else None


class Record(Model):
    """Something that was done, for the organisation to see: by one of its members, or by a designer.
    `restored` is neither's: the database was restored, which ends all access.

    `about` is the name of the template.
    """

    id: str
    org_id: str
    what: What
    member_id: str | None = None
    designer: str | None = None
    grant: int = 0
    about: str = ""
    template_id: str | None = None
    proposal_id: str | None = None
    at: datetime
    kept_until: datetime


class Moment(NamedTuple):
    """When something is done, and the id of the record of it."""

    now: datetime
    record_id: str


def recorded(design: Design, what: What, moment: Moment, **values: str | None) -> Record:
    until = design.grant.until if design.grant else moment.now
    return Record(
        id=moment.record_id,
        org_id=design.org_id,
        what=what,
        grant=design.grants,
        at=moment.now,
        kept_until=max(until, moment.now) + KEPT,
        **values,
    )


class DesignStore(Protocol):
    async def get(self, org_id: str) -> Design:
        """The design of an organisation; one without an order if there was none yet."""
        ...

    async def save(self, design: Design, record: Record, order: Order | None = None) -> Design:
        """Store a change with its record; `StaleVersion` if somebody else changed the design meanwhile."""
        ...

    async def note(self, record: Record) -> None: ...
    async def records(self, org_id: str, limit: int, cursor: str | None) -> tuple[list[Record], str | None]:
        """A page of what was done, the latest first."""
        ...


def hashed(*words: str) -> str:
    return hashlib.sha256(" ".join(words).encode()).hexdigest()


def proposal_id(org_id: str, designer: Designer, key: str) -> str:
    text = f"proposal {org_id} {designer.account_id} {key}"
    return make_id(ID_PREFIXES["proposal"], hashlib.sha256(text.encode()).digest()[:ID_BYTES])
