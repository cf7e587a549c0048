"""Making an organisation, whose first owner is who makes it."""

import hashlib

from domain.base.errors import KeyReused
from domain.base.fields import Name
from domain.base.idempotency import request_hash
from domain.base.ids import ID_BYTES, ID_PREFIXES, make_id
from domain.base.model import Closed
from domain.organisations.memberships import MembershipStore
from domain.organisations.organisation import (
    Creating,
    Organisation,
    OrganisationStore,
    Person,
    Settle,
    membership_order,
    new_member,
    refuse_one_more,
)


class NewOrganisation(Closed):
    name: Name


async def create_organisation(
    person: Person,
    new: NewOrganisation,
    creating: Creating,
    *,
    organisations: OrganisationStore,
    memberships: MembershipStore,
    settle: Settle,
) -> Organisation:
    """Make an organisation with its first owner. A repetition under the same key returns the first one."""
    org_id = make_id(
        ID_PREFIXES["organisation"],
        hashlib.sha256(f"{person.account_id} {creating.key}".encode()).digest()[:ID_BYTES],
    )
    if (done := await organisations.get(org_id)) is not None:
        return _repeated(done, new)
    await refuse_one_more(person.account_id, memberships)
    owner = new_member(org_id, person, "owner", creating.now)
    organisation = Organisation(
        id=org_id,
        name=new.name,
        request=request_hash(new),
        owners=[owner.id],
        created_at=creating.now,
        updated_at=creating.now,
    )
    order = membership_order(owner, creating.now)
    if await organisations.create(organisation, owner, order):
        await settle(order)
        return organisation
    done = await organisations.get(org_id)
    if done is None:
        raise KeyReused  # for one that is erased
    return _repeated(done, new)


def _repeated(done: Organisation, new: NewOrganisation) -> Organisation:
    if done.request != request_hash(new):
        raise KeyReused
    return done
