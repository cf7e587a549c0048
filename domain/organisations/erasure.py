"""Erasure of a closed organisation, once nobody can take it back any more.

A timer finds it and starts long work. The work first takes the organisation from who closed it, so that from
then on nobody can take it back, and frees the names of its domains. Then it erases what is in the
organisation's partition, whatever it is: a kind that comes later needs nothing here. The handles of a card
show nothing before it is erased. At last a record of the
deletion takes the place of the organisation itself. Every step is safe to repeat.
"""

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Final, NamedTuple, Protocol

from domain.base.errors import StaleVersion, Unavailable
from domain.base.ids import ID_BYTES, ID_PREFIXES, make_id
from domain.operations.erasure import Settled, erase_due
from domain.operations.slices import Slice
from domain.operations.work import (
    SYSTEM,
    Progress,
    Work,
    WorkQueue,
    WorkStore,
    change_work,
    message_for,
    new_work,
)
from domain.organisations.domains import SAVE_TRIES, DomainStore, Holders, release, release_order
from domain.organisations.memberships import MembershipStore
from domain.organisations.organisation import Organisation, OrganisationStore

ERASURE: Final = "erase-organisation"
_PAGE: Final = 50


class Content(NamedTuple):
    """A document of an organisation, and the account that it is about, if any."""

    id: str
    account_id: str | None
    is_card: bool = False
    is_source: bool = False


class ContentStore(Protocol):
    def to_be_erased(self, now: datetime) -> AsyncIterator[Organisation]:
        """Closed organisations that nobody can take back any more, also those whose erasure has begun."""
        ...

    async def contents(self, org_id: str, limit: int) -> list[Content]:
        """Some of what an organisation has, of every kind, without the organisation itself."""
        ...

    async def erase(self, org_id: str, ids: list[str]) -> None:
        """Erase all of these or, if one is gone already, none: `contents` tells of what is left."""
        ...

    async def leave_record(self, organisation: Organisation) -> None:
        """Leave its id and nothing else in place of the organisation, as long as backups are kept."""
        ...


class Desk(Protocol):
    async def remove(self, org_id: str) -> None: ...


class Erasing(NamedTuple):
    """`forget` erases some of what a connected system has brought in; True when nothing of it is left."""

    organisations: OrganisationStore
    contents: ContentStore
    memberships: MembershipStore
    domains: DomainStore
    holders: Holders
    take_down: Callable[[str, str, datetime], Awaitable[None]]
    desk: Desk
    forget: Callable[[str, str], Awaitable[bool]]


def erasure_id(organisation: Organisation) -> str:
    """Id of the work that follows this closing; another closing has another one."""
    text = f"{ERASURE} {organisation.id} {organisation.updated_at.isoformat()}"
    return make_id(ID_PREFIXES["work"], hashlib.sha256(text.encode()).digest()[:ID_BYTES])


async def order_erasures(
    now: datetime, bound: Slice, *, contents: ContentStore, works: WorkStore, queue: WorkQueue
) -> Settled:
    """Start the work for each organisation that is due; work that has failed is tried again."""
    order = partial(_order_erasure, now=now, works=works, queue=queue)
    return await erase_due(contents.to_be_erased(now), order, bound)


async def _order_erasure(
    organisation: Organisation, *, now: datetime, works: WorkStore, queue: WorkQueue
) -> None:
    work = new_work(ERASURE, SYSTEM, erasure_id(organisation), now)
    if await works.create(work.model_copy(update={"cursor": organisation.id})):
        with suppress(Unavailable):
            await queue.send(message_for(work))
        return
    found = await works.get(SYSTEM, work.id)
    if found is not None and found.state == "failed":
        await change_work(SYSTEM, work.id, "resume", now=now, works=works, queue=queue)


class EraseJob:
    """Erases one closed organisation. The cursor is its id."""

    def __init__(self, ports: Erasing) -> None:
        self._ports = ports

    async def slice(self, work: Work, bound: Slice) -> Progress:
        organisation = await self._taken(work)
        if organisation is None:
            return Progress(work.cursor, 0, over=True)
        done, over = await erase_some(organisation, bound, self._ports)
        return Progress(work.cursor, done, over=over)

    async def discard(self, work: Work) -> None:
        """Nothing is kept of it."""

    async def _taken(self, work: Work) -> Organisation | None:
        """The organisation, which nobody can take back now. None if it is open again, or erased."""
        for left in reversed(range(SAVE_TRIES)):
            found = await self._ports.organisations.get(work.cursor)
            if found is None or not found.closed or erasure_id(found) != work.id:
                return None
            if found.erasing:
                return found
            try:
                return await self._ports.organisations.save_with(found.taken_from_its_owner(), [])
            except StaleVersion:
                if not left:
                    raise
        return None


async def erase_some(organisation: Organisation, bound: Slice, ports: Erasing) -> tuple[int, bool]:
    """Erase what the organisation has until the bound; how much it was, and whether nothing is left.

    What names an account is erased after the organisation is out of the account's list, a card after its
    handles show nothing, and a connected system after what it has brought in, so that whoever dies in between
    is told of it again.
    """
    await _free_domains(organisation, ports)
    done = 0
    while not bound.is_over:
        found = await ports.contents.contents(organisation.id, min(_PAGE, bound.left))
        if not found:
            await ports.desk.remove(organisation.id)
            await ports.contents.leave_record(organisation)
            return done, True
        for account_id in {each.account_id for each in found if each.account_id}:
            await _leave_list(account_id, organisation.id, ports.memberships)
        for each in found:
            if each.is_card:
                await ports.take_down(organisation.id, each.id, organisation.updated_at)
        kept = [
            each.id for each in found if each.is_source and not await ports.forget(organisation.id, each.id)
        ]
        gone = [each.id for each in found if each.id not in kept]
        await ports.contents.erase(organisation.id, gone)
        bound.spend(len(found))
        done += len(gone)
    return done, False


async def _free_domains(organisation: Organisation, ports: Erasing) -> None:
    """Free the names that it holds. They are marked first, so that a look of now does not hold them again."""
    for left in reversed(range(SAVE_TRIES)):
        found = await ports.domains.get(organisation.id)
        if not found.domains:
            return
        removed = [each.changed(state="removed", due_at=None) for each in found.domains]
        try:
            await ports.domains.save(found.model_copy(update={"domains": removed}))
        except StaleVersion:
            if not left:
                raise
        else:
            order = release_order(organisation.id, organisation.updated_at)
            await release(order, store=ports.domains, holders=ports.holders)
            return


async def _leave_list(account_id: str, org_id: str, memberships: MembershipStore) -> None:
    """Take the organisation out of an account's list. Who follows a change at once finds it closed."""
    for left in reversed(range(SAVE_TRIES)):
        found = await memberships.get(account_id)
        wanted = found.without(org_id)
        if wanted == found:
            return
        try:
            await memberships.save(wanted)
        except StaleVersion:
            if not left:
                raise
        else:
            return
