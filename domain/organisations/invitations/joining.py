"""Joining an organisation by the link of an invitation, with the account whose address was invited."""

import hmac
from datetime import datetime
from typing import Final, NamedTuple

from domain.base.errors import NotFound, StaleVersion
from domain.base.fields import Name
from domain.base.model import Closed
from domain.organisations.invitations.invitation import Invitation, InvitationStore
from domain.organisations.invitations.links import read_link
from domain.organisations.known_people import who_joins
from domain.organisations.memberships import MembershipStore
from domain.organisations.organisation import (
    Member,
    Organisation,
    OrganisationStore,
    Person,
    Settle,
    membership_order,
    refuse_too_many,
)

_TRIES: Final = 3


class Joins(Closed):
    """What the person is called in the organisation."""

    name: Name


class JoiningPorts(NamedTuple):
    invitations: InvitationStore
    organisations: OrganisationStore
    memberships: MembershipStore
    settle: Settle


class Invited(NamedTuple):
    """What a link leads to; of a member it is no matter whether the invitation has ended."""

    organisation: Organisation
    invitation: Invitation


async def invited_by(link: str, *, ports: JoiningPorts) -> Invited | None:
    """The invitation of a link, open or ended; None for any link but the last one that was sent."""
    place = read_link(link)
    if place is None:
        return None
    invitation = await ports.invitations.get(place.org_id, place.invitation_id)
    if invitation is None or not hmac.compare_digest(invitation.digest, place.digest):
        return None
    organisation = await ports.organisations.get(place.org_id)
    if organisation is None or organisation.closed:
        return None
    return Invited(organisation, invitation)


async def member_of(organisation: Organisation, account_id: str, *, ports: JoiningPorts) -> Member | None:
    return await ports.organisations.of_account(organisation.id, account_id)


async def join(link: str, person: Person, *, now: datetime, ports: JoiningPorts) -> Member:
    """Make the person a member and end the invitation, in one batch; who is a member stays as they are.

    Everybody but the person with the invited address finds nothing, and so does who comes second or late.
    """
    for left in reversed(range(_TRIES)):
        found = await invited_by(link, ports=ports)
        if found is None:
            raise NotFound
        if (there := await member_of(found.organisation, person.account_id, ports=ports)) is not None:
            return there
        invitation = found.invitation
        if not (invitation.is_open(now) and invitation.is_for(person.email)):
            raise NotFound
        await refuse_too_many(
            found.organisation.id,
            person.account_id,
            organisations=ports.organisations,
            memberships=ports.memberships,
        )
        member = await who_joins(
            found.organisation.id, person, invitation.role, now, organisations=ports.organisations
        )
        order = membership_order(member, now)
        try:
            await ports.invitations.join(invitation.ended("joined", now), member, order)
        except StaleVersion:
            if not left:
                raise
        else:
            await ports.settle(order)
            return member
    raise StaleVersion
