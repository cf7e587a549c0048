"""Joining an organisation by a proven domain: whose verified address has it may come in, if allowed."""

from datetime import datetime
from typing import NamedTuple

from domain.accounts.account import Account
from domain.base.errors import NotFound, StaleVersion
from domain.organisations.domain_names import domain_of
from domain.organisations.domains import DomainStore, Holders
from domain.organisations.known_people import who_joins
from domain.organisations.memberships import MembershipStore
from domain.organisations.organisation import (
    Member,
    Organisation,
    OrganisationStore,
    Person,
    Settle,
    member_id,
    membership_order,
    refuse_too_many,
)


class Joinable(NamedTuple):
    """An organisation that takes this person in, and by which domain."""

    organisation: Organisation
    domain: str


class JoinPorts(NamedTuple):
    organisations: OrganisationStore
    memberships: MembershipStore
    domains: DomainStore
    holders: Holders
    settle: Settle


async def joinable(account: Account, ports: JoinPorts) -> Joinable | None:
    """The organisation that takes the account in by its address, if any.

    Only an address that the identity provider verified at the latest sign-in counts. Who has been a member
    lately comes back by an invitation: otherwise who was removed would let themselves in again.
    """
    domain = domain_of(account.verified_email) if account.verified_email else None
    holder = await ports.holders.find(domain) if domain else None
    if holder is None:
        return None
    organisation = await ports.organisations.get(holder.org_id)
    if organisation is None or organisation.closed or organisation.joining != "domain":
        return None
    proven = (await ports.domains.get(holder.org_id)).proven
    if (holder.name, holder.value) not in {(each.name, each.record_value) for each in proven}:
        return None
    if await ports.organisations.of_account(organisation.id, account.id) is not None:
        return None
    if await _was_member(organisation.id, account, ports):
        return None
    return Joinable(organisation, holder.name)


async def _was_member(org_id: str, account: Account, ports: JoinPorts) -> bool:
    """Whether they were one lately, and are not among those whom the organisation has added again since.

    By their address as well: somebody who was added may be taken out before they ever joined.
    """
    organisations = ports.organisations
    email = account.verified_email
    earlier = [
        await organisations.id_of(org_id, "account", account.id) or member_id(org_id, account.id),
        await organisations.id_of(org_id, "address", email) if email else None,
    ]
    for each in filter(None, earlier):
        former = await organisations.former_member(org_id, each)
        if former is not None and former.account_id in ("", account.id):
            return await organisations.member(org_id, each) is None
    return False


async def join(account: Account, org_id: str, *, now: datetime, ports: JoinPorts) -> Member:
    """Let the account in as a member; who is one is told so. Any other organisation looks absent."""
    found = await joinable(account, ports)
    if found is None or found.organisation.id != org_id or account.verified_email is None:
        # Looked at after: by another window they may have come in just now.
        there = await ports.organisations.of_account(org_id, account.id)
        organisation = await ports.organisations.get(org_id)
        if there is None or organisation is None or organisation.closed:
            raise NotFound
        return there
    await refuse_too_many(
        org_id, account.id, organisations=ports.organisations, memberships=ports.memberships
    )
    email = account.verified_email
    person = Person(account.id, account.name or email, email)
    member = await who_joins(org_id, person, "member", now, organisations=ports.organisations)
    order = membership_order(member, now)
    try:
        [saved] = await ports.organisations.save_known([member], [order])
    except StaleVersion:
        # The same person, by another window at the same moment.
        there = await ports.organisations.of_account(org_id, account.id)
        if there is None:
            raise
        return there
    await ports.settle(order)
    return saved
