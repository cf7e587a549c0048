"""What follows a change of a member: the account's own list of its organisations."""

from typing import Final

from domain.base.errors import StaleVersion
from domain.operations.orders import Order
from domain.organisations.memberships import Membership, MembershipStore
from domain.organisations.organisation import OrganisationStore

_TRIES: Final = 5


async def follow_member(
    order: Order, *, organisations: OrganisationStore, memberships: MembershipStore
) -> None:
    """Bring the account's list in line with the organisation. Safe to repeat, in any order."""
    organisation = await organisations.get(order.owner_id)
    member = await organisations.member(order.owner_id, order.subject_id)
    there = member if organisation is not None and not organisation.closed else None
    known = member or await organisations.former_member(order.owner_id, order.subject_id)
    if known is None:
        return
    for left in reversed(range(_TRIES)):
        found = await memberships.get(known.account_id)
        if there is None or organisation is None:
            wanted = found.without(order.owner_id)
        else:
            wanted = found.having(
                Membership(org_id=organisation.id, name=organisation.name, role=there.role, since=there.since)
            )
        if wanted == found:
            return
        try:
            await memberships.save(wanted)
        except StaleVersion:
            if not left:
                raise
        else:
            return
