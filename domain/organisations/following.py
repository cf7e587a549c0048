"""What follows a change of a member: the account's own list of its organisations."""

from contextlib import suppress
from typing import Final

from domain.base.errors import StaleVersion, Unavailable
from domain.base.limits import UNDO_TIME
from domain.operations.orders import Order
from domain.organisations.memberships import (
    ClosedOrganisation,
    Membership,
    Memberships,
    MembershipStore,
)
from domain.organisations.organisation import Member, Organisation, OrganisationStore

_TRIES: Final = 5


async def follow_member(
    order: Order, *, organisations: OrganisationStore, memberships: MembershipStore
) -> None:
    """Effect of the order that follows a change of a member."""
    await follow(order.owner_id, order.subject_id, organisations=organisations, memberships=memberships)


async def follow(
    org_id: str, member_id: str, *, organisations: OrganisationStore, memberships: MembershipStore
) -> None:
    """Bring the account's list in line with the organisation. Safe to repeat, in any order.

    The list is read before what it follows, and once more after it was changed: so whoever changes it last
    has seen the latest organisation.
    """
    known = await organisations.member(org_id, member_id) or await organisations.former_member(
        org_id, member_id
    )
    if known is None or not known.has_joined:
        return
    for _ in range(_TRIES):
        found = await memberships.get(known.account_id)
        organisation = await organisations.get(org_id)
        wanted = _in_line(found, org_id, organisation, await organisations.member(org_id, member_id))
        if wanted == found:
            return
        with suppress(StaleVersion):
            await memberships.save(wanted)
    raise Unavailable


def _in_line(
    found: Memberships, org_id: str, organisation: Organisation | None, member: Member | None
) -> Memberships:
    if organisation is None or member is None:
        return found.without(org_id)
    if not organisation.closed:
        return found.having(
            Membership(
                org_id=org_id,
                name=organisation.name,
                role=member.role,
                since=member.since,
                member_id=member.id,
            )
        )
    if organisation.closed_by != member.id:
        return found.without(org_id)
    return found.having_closed(
        ClosedOrganisation(
            org_id=org_id,
            name=organisation.name,
            version=organisation.version,
            until=organisation.updated_at + UNDO_TIME,
        )
    )
