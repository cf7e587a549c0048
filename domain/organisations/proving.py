"""Proof of domains by a TXT record in DNS, at the press of a button and once a week.

The name is reserved first and the domain marked after, so that a proven domain always holds its name: who is
killed between the two has reserved what the next look finds. DNSSEC is not looked at: who can forge the
answers of the resolver can prove a domain.
"""

from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final, NamedTuple, Protocol

from domain.base.errors import NotFound, StaleVersion, Unavailable
from domain.base.limits import DOMAIN_CHECKS, Limiter
from domain.operations.slices import Slice
from domain.organisations.domains import (
    SAVE_TRIES,
    WEEK,
    Domain,
    Domains,
    DomainStore,
    DomainTaken,
    Holder,
    Holders,
    Why,
    free_name,
    release_order,
)
from domain.organisations.organisation import Settle

# A proven domain lapses when its record is gone in so many weekly checks in a row.
MOST_MISSED: Final = 2
# When a weekly check gets no answer.
_SOON: Final = timedelta(days=1)
_MARK: Final = "izwop-verification="


class Texts(NamedTuple):
    """TXT records of a name. Without `answered` there may be more of them."""

    values: frozenset[str]
    answered: bool


class Dns(Protocol):
    async def texts_of(self, *names: str) -> Texts:
        """The TXT records of all these names in A-labels, within seconds, whatever DNS does."""
        ...


class Due(Protocol):
    def due(self, now: datetime) -> AsyncIterator[str]:
        """The ids of organisations with a proven domain whose weekly check is due."""
        ...


class Proving(NamedTuple):
    store: DomainStore
    holders: Holders
    dns: Dns
    settle: Settle


class _Outcome(NamedTuple):
    proven: bool
    why: Why | None


async def check_domain(
    org_id: str, domain_id: str, *, now: datetime, ports: Proving, limiter: Limiter
) -> Domain:
    """Look the record up now. `DomainTaken` if another organisation holds the name by its own record."""
    domain = (await ports.store.get(org_id)).one(domain_id)
    await limiter.take(DOMAIN_CHECKS, org_id, now)
    checked = await _check(org_id, domain, now=now, ports=ports, weekly=False)
    if checked.why == "taken":
        raise DomainTaken
    return checked


async def recheck_due(now: datetime, bound: Slice, *, due: Due, ports: Proving) -> int:
    """Look up the proven domains whose week is over; return how many. What is left is due the next time."""
    looked = 0
    async for org_id in due.due(now):
        for domain in (await ports.store.get(org_id)).proven:
            if domain.due_at is None or domain.due_at > now:
                continue
            if bound.is_over:
                return looked
            with suppress(NotFound, Unavailable):
                await _check(org_id, domain, now=now, ports=ports, weekly=True)
            bound.spend()
            looked += 1
    return looked


async def _check(org_id: str, domain: Domain, *, now: datetime, ports: Proving, weekly: bool) -> Domain:
    seen = await _look(domain, ports.dns)
    for _ in range(SAVE_TRIES):
        found = await _still_there(org_id, domain, ports)
        known = found.one(domain.id)
        with suppress(StaleVersion):
            outcome = await _outcome(org_id, known, seen, ports.holders)
            # Of two runs of the timer at once only one finds it due, so that a miss counts once.
            due = weekly and known.due_at is not None and known.due_at <= now
            checked = _after(known, outcome, now=now, weekly=due)
            lapses = checked.state == "lapsed" and known.state == "proven"
            order = release_order(org_id, now) if lapses else None
            await ports.store.save(found.having(checked), order)
            if order is not None:
                await ports.settle(order)
            return checked
    raise Unavailable


async def _still_there(org_id: str, domain: Domain, ports: Proving) -> Domains:
    """The domains with this one. One that was removed during the look must not hold its name."""
    found = await ports.store.get(org_id)
    if domain.id not in {each.id for each in found.shown}:
        await free_name(org_id, domain, ports.holders)
        raise NotFound
    return found


async def _look(domain: Domain, dns: Dns) -> Texts:
    """The records of both names at which the value may be, without what people type along."""
    found = await dns.texts_of(domain.record_name, domain.name)
    return found._replace(values=frozenset(value.strip(' "').lower() for value in found.values))


async def _outcome(org_id: str, domain: Domain, seen: Texts, holders: Holders) -> _Outcome:
    if domain.record_value not in seen.values:
        if not seen.answered:
            return _Outcome(proven=False, why="silent")
        other = any(value.startswith(_MARK) for value in seen.values)
        return _Outcome(proven=False, why="other" if other else "missing")
    wanted = Holder(name=domain.name, org_id=org_id, value=domain.record_value)
    holder = await holders.hold(wanted)
    if (holder.org_id, holder.value) == (org_id, wanted.value):
        return _Outcome(proven=True, why=None)
    if holder.org_id != org_id:
        if holder.value in seen.values:
            return _Outcome(proven=False, why="taken")
        if not seen.answered:
            return _Outcome(proven=False, why="silent")
    await holders.replace(holder, wanted)
    return _Outcome(proven=True, why=None)


def _after(domain: Domain, outcome: _Outcome, *, now: datetime, weekly: bool) -> Domain:
    """The domain after a look. A press of the button proves, and only weekly checks make one lapse."""
    looked = {"looked_at": now, "why": outcome.why}
    if outcome.proven:
        since = domain.proven_at if domain.state == "proven" else now
        again = domain.looked_at_again(WEEK, now)
        return domain.changed(**looked, state="proven", proven_at=since, missed=0, due_at=again)
    if domain.state != "proven" or not (weekly or outcome.why == "taken"):
        return domain.changed(**looked)
    if outcome.why == "silent":
        return domain.changed(**looked, due_at=domain.looked_at_again(_SOON, now))
    missed = domain.missed + 1
    if outcome.why == "taken" or missed >= MOST_MISSED:
        return domain.changed(**looked, state="lapsed", missed=missed, due_at=None)
    return domain.changed(**looked, missed=missed, due_at=domain.looked_at_again(WEEK, now))
