"""Domains of an organisation: which it says are its own, and which of them DNS has proven.

They are one document of the organisation, so that their number is exact and a page of them is one read.
"""

import hashlib
from datetime import datetime, timedelta
from typing import Final, Literal, NamedTuple, Protocol

from pydantic import Field

from domain.base.errors import Conflict, KeyReused, NotFound, StaleVersion, Unavailable
from domain.base.hosts import as_written
from domain.base.ids import ID_BYTES, ID_PREFIXES, make_id
from domain.base.limits import MOST_DOMAINS, LimitReached
from domain.base.model import Closed, Model
from domain.base.texts import N_
from domain.operations.orders import Order, new_order
from domain.organisations.domain_names import ProvableDomain

# The order that frees the names which an organisation does not hold any more.
RELEASE: Final = "org-domains"
SAVE_TRIES: Final = 5
WEEK: Final = timedelta(days=7)
# So that the domains of one day are not all looked at in the same hour of the week.
_SPREAD_HOURS: Final = 24

State = Literal["waiting", "proven", "lapsed", "removed"]
# Why the last look did not prove it: no record of ours, another value, DNS did not answer, or another
# organisation holds the name by its own record.
Why = Literal["missing", "other", "silent", "taken"]


class DomainTaken(Conflict):
    """Another organisation has proven the domain, and its record is still there."""

    code = "domain_taken"
    title = N_("Another organisation has proven this domain, and its record is still in DNS")


class Domain(Model):
    """`name` is in A-labels. A `removed` one looks absent, and is there until its name is free."""

    id: str
    name: str
    token: str
    state: State = "waiting"
    why: Why | None = None
    missed: int = 0
    added_at: datetime
    proven_at: datetime | None = None
    looked_at: datetime | None = None
    due_at: datetime | None = None
    version: int = 1

    @property
    def written(self) -> str:
        """The name in letters of its own, where that misleads nobody."""
        return as_written(self.name)

    @property
    def record_name(self) -> str:
        return f"_izwop.{self.name}"

    @property
    def record_value(self) -> str:
        return f"izwop-verification={self.token}"

    def changed(self, **update: object) -> "Domain":
        return self.model_copy(update={"version": self.version + 1, **update})

    def looked_at_again(self, after: timedelta, now: datetime) -> datetime:
        """When a proven one is looked at next: at its own hour of the day."""
        hours = int(hashlib.sha256(self.id.encode()).hexdigest(), 16) % _SPREAD_HOURS
        return now + after + timedelta(hours=hours)


class Domains(Model):
    org_id: str
    domains: list[Domain] = Field(default=[])
    etag: str | None = Field(default=None, exclude=True)

    @property
    def shown(self) -> list[Domain]:
        return [each for each in self.domains if each.state != "removed"]

    @property
    def proven(self) -> list[Domain]:
        return [each for each in self.domains if each.state == "proven"]

    @property
    def lapsed(self) -> list[Domain]:
        return [each for each in self.domains if each.state == "lapsed"]

    @property
    def due_at(self) -> datetime | None:
        return min((each.due_at for each in self.domains if each.due_at), default=None)

    def one(self, domain_id: str) -> Domain:
        found = next((each for each in self.shown if each.id == domain_id), None)
        if found is None:
            raise NotFound
        return found

    def having(self, domain: Domain) -> "Domains":
        known = any(each.id == domain.id for each in self.domains)
        there = [domain if each.id == domain.id else each for each in self.domains]
        return self.model_copy(update={"domains": there if known else [*there, domain]})


class NewDomain(Closed):
    domain: ProvableDomain


class Adding(NamedTuple):
    """`key` is the Idempotency-Key, hashed, or something that nobody else has; `token` is random."""

    key: str
    token: str
    now: datetime


class DomainStore(Protocol):
    async def get(self, org_id: str) -> Domains: ...
    async def save(self, domains: Domains, order: Order | None = None) -> None:
        """Store them with the order, or refuse with `StaleVersion` if somebody else did meanwhile."""
        ...


class Holder(Model):
    """Which organisation holds a name, and by which value of the record in DNS."""

    name: str
    org_id: str
    value: str
    etag: str | None = Field(default=None, exclude=True)


class Holders(Protocol):
    """Reservations of proven names, each for one organisation."""

    async def find(self, name: str) -> Holder | None: ...
    async def hold(self, holder: Holder) -> Holder:
        """Reserve the name, or return who holds it."""
        ...

    async def replace(self, former: Holder, new: Holder) -> None:
        """Reserve it in place of the former; `StaleVersion` if that is not the holder any more."""
        ...

    async def free(self, holder: Holder) -> None: ...


def release_order(org_id: str, now: datetime) -> Order:
    return new_order(RELEASE, org_id, "domains", now, container="organisations")


async def add_domain(org_id: str, new: NewDomain, adding: Adding, *, store: DomainStore) -> Domain:
    """Add a domain to be proven. One that is there is returned; so is one that this key has added."""
    item = hashlib.sha256(f"{org_id} {adding.key}".encode()).digest()[:ID_BYTES]
    made = Domain(
        id=make_id(ID_PREFIXES["domain"], item), name=new.domain, token=adding.token, added_at=adding.now
    )
    for _ in range(SAVE_TRIES):
        found = await store.get(org_id)
        same = next((each for each in found.domains if each.id == made.id), None)
        if same is not None and same.name != new.domain:
            raise KeyReused
        there = next((each for each in found.shown if each.name == new.domain), None)
        if (done := same or there) is not None:
            return done
        if len(found.domains) >= MOST_DOMAINS:
            raise LimitReached(
                N_("An organisation may have %(most)s domains. Remove one first.", most=MOST_DOMAINS)
            )
        try:
            await store.save(found.having(made))
        except StaleVersion:
            continue
        return made
    raise Unavailable


async def remove_domain(
    org_id: str, domain_id: str, *, version: int, now: datetime, store: DomainStore
) -> Order:
    """Remove a domain; its name is free once the returned order is carried out."""
    for _ in range(SAVE_TRIES):
        found = await store.get(org_id)
        domain = found.one(domain_id)
        if domain.version != version:
            raise StaleVersion
        order = release_order(org_id, now)
        try:
            await store.save(found.having(domain.changed(state="removed", due_at=None)), order)
        except StaleVersion:
            continue
        return order
    raise Unavailable


async def free_name(org_id: str, domain: Domain, holders: Holders) -> None:
    """Free the name of a domain, unless another organisation or another value holds it by now."""
    holder = await holders.find(domain.name)
    if holder and (holder.org_id, holder.value) == (org_id, domain.record_value):
        await holders.free(holder)


async def release(order: Order, *, store: DomainStore, holders: Holders) -> None:
    """Free the names of removed and lapsed domains, and forget the removed ones. Safe to repeat."""
    for left in reversed(range(SAVE_TRIES)):
        found = await store.get(order.owner_id)
        gone = [each for each in found.domains if each.state in ("removed", "lapsed")]
        for domain in gone:
            await free_name(order.owner_id, domain, holders)
        stay = found.shown
        if len(stay) == len(found.domains):
            return
        try:
            await store.save(found.model_copy(update={"domains": stay}))
        except StaleVersion:
            if not left:
                raise
        else:
            return
