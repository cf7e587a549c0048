"""Closing an organisation, taking it back within a day, and what follows for its people.

A closed organisation looks absent at once. The lists of its people follow as long work, because they may be
ten thousand.
"""

import hashlib
from datetime import datetime
from typing import Final

from domain.base.errors import NotFound, StaleVersion
from domain.base.ids import ID_BYTES, ID_PREFIXES, make_id
from domain.base.limits import UNDO_TIME
from domain.operations.orders import Order
from domain.operations.slices import Slice
from domain.operations.work import SYSTEM, Progress, Work, WorkQueue, WorkStore, new_work, start_work
from domain.organisations.following import follow
from domain.organisations.memberships import ALL_MEMBERSHIPS, MembershipStore
from domain.organisations.organisation import (
    Acting,
    MemberFilter,
    Organisation,
    OrganisationStore,
    cards_order,
    membership_orders,
)
from domain.organisations.people import Ports
from domain.organisations.roles import may

FOLLOW: Final = "org-follow"
_PAGE: Final = 50


async def close_organisation(by: Acting, *, version: int, now: datetime, ports: Ports) -> Organisation:
    if by.organisation.version != version:
        raise StaleVersion
    closed = by.organisation.changed(now, closed=True, closed_by=by.member.id)
    return await _saved(closed, by, now, ports)


async def reopen_organisation(
    org_id: str, account_id: str, *, version: int, now: datetime, ports: Ports
) -> Organisation:
    """Take a closed organisation back, as it was. Everybody but who closed it finds nothing there."""
    organisation = await ports.organisations.get(org_id)
    member = await ports.organisations.of_account(org_id, account_id)
    if organisation is None or member is None or not may(member.role, "reopen"):
        raise NotFound
    if not organisation.closed or organisation.closed_by != member.id:
        raise NotFound
    if now >= organisation.updated_at + UNDO_TIME:
        raise NotFound
    if organisation.version != version:
        raise StaleVersion
    opened = organisation.changed(now, closed=False, closed_by=None, reopened_at=now)
    try:
        return await _saved(opened, Acting(opened, member), now, ports)
    except StaleVersion:
        found = await ports.organisations.get(org_id)
        if found is None or found.erasing:
            raise NotFound from None
        raise


async def _saved(organisation: Organisation, by: Acting, now: datetime, ports: Ports) -> Organisation:
    """Store it; the list of who did it follows at once, those of the others by long work."""
    orders = [*membership_orders(by.member, now), cards_order(organisation.id, now)]
    saved = await ports.organisations.save_with(organisation, orders)
    for order in orders:
        await ports.settle(order)
    return saved


def work_id_of(order: Order) -> str:
    text = f"{ALL_MEMBERSHIPS} {order.owner_id} {order.created_at.isoformat()}"
    return make_id(ID_PREFIXES["work"], hashlib.sha256(text.encode()).digest()[:ID_BYTES])


async def start_following(order: Order, *, works: WorkStore, queue: WorkQueue) -> None:
    """Effect of the order after a closing or a new name: one work for each, however often it comes."""
    work = new_work(FOLLOW, SYSTEM, work_id_of(order), order.created_at)
    await start_work(work.model_copy(update={"cursor": order.owner_id}), works=works, queue=queue)


class FollowJob:
    """Brings the lists of all members in line. The cursor is the organisation, and the last member done."""

    def __init__(self, organisations: OrganisationStore, memberships: MembershipStore) -> None:
        self._organisations, self._memberships = organisations, memberships

    async def slice(self, work: Work, bound: Slice) -> Progress:
        org_id, _, after = work.cursor.partition(" ")
        organisation = await self._organisations.get(org_id)
        if organisation is None or organisation.erasing:
            # The erasure takes it out of the lists.
            return Progress(org_id, 0, over=True)
        done = 0
        while not bound.is_over:
            found, following = await self._organisations.members(
                org_id, MemberFilter(), min(_PAGE, bound.left), after or None
            )
            for member in found:
                await follow(
                    org_id, member.id, organisations=self._organisations, memberships=self._memberships
                )
            bound.spend(max(1, len(found)))
            done += len(found)
            if following is None:
                return Progress(org_id, done, over=True)
            after = following
        return Progress(f"{org_id} {after}", done)

    async def discard(self, work: Work) -> None:
        """Nothing is kept of it."""
