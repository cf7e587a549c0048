"""People whom an organisation knows: added before they join, and what it knows about them.

Who joins becomes the person that was added under their address. Who is added again is who they were, with the
same id, and so with the same card.
"""

import hashlib
from contextlib import suppress
from datetime import datetime
from typing import Any, Final

from pydantic import Field

from domain.base.errors import KeyReused, StaleVersion, Unavailable
from domain.base.fields import EmailAddress, Name
from domain.base.folding import fold
from domain.base.ids import ID_BYTES, ID_PREFIXES, make_id
from domain.base.limits import MOST_PEOPLE, LimitReached
from domain.base.model import Closed
from domain.base.texts import N_
from domain.organisations.details import Details, ExternalId
from domain.organisations.organisation import (
    Acting,
    Creating,
    KeyKind,
    KnownAlready,
    Member,
    OrganisationStore,
    Person,
    member_id,
    membership_order,
    new_member,
)
from domain.organisations.people import MemberVersion, Ports, read_member
from domain.organisations.roles import Role

_TRIES: Final = 5


class KnownPerson(Closed):
    """What an organisation knows about one of its people."""

    name: Name
    email: EmailAddress
    external_id: ExternalId | None = None
    details: Details = Field(default_factory=Details)


def known(member: Member) -> KnownPerson:
    return KnownPerson.model_construct(
        name=member.name, email=member.email, external_id=member.external_id, details=member.details
    )


def added_id(org_id: str, key: str) -> str:
    return make_id(
        ID_PREFIXES["member"], hashlib.sha256(f"added {org_id} {key}".encode()).digest()[:ID_BYTES]
    )


async def add_person(by: Acting, new: KnownPerson, creating: Creating, *, ports: Ports) -> Member:
    """Add somebody who has not joined. A repetition under the same key returns the first one."""
    org_id = by.organisation.id
    for _ in range(_TRIES):
        wanted = added_id(org_id, creating.key)
        if (done := await ports.organisations.member(org_id, wanted)) is not None:
            if known(done) != new:
                raise KeyReused
            return done
        if await ports.organisations.count_members(org_id) >= MOST_PEOPLE:
            raise LimitReached(
                N_("This organisation has %(most)s people, and may not have more.", most=MOST_PEOPLE)
            )
        earlier = await _earlier(org_id, new, ports.organisations)
        member = Member(
            id=earlier or wanted,
            org_id=org_id,
            account_id="",
            name=new.name,
            email=new.email,
            role="member",
            added=True,
            external_id=new.external_id,
            details=new.details,
            since=creating.now,
            updated_at=creating.now,
        )
        member = member.after(await ports.organisations.former_member(org_id, member.id))
        order = membership_order(member, creating.now)
        with suppress(StaleVersion):
            [saved] = await ports.organisations.save_known([member], [order])
            await ports.settle(order)
            return saved
    raise Unavailable


async def _earlier(org_id: str, new: KnownPerson, organisations: OrganisationStore) -> str | None:
    """Id of a former member who is known by the same; `KnownAlready` if a member is."""
    await _refuse_address(org_id, new.email, organisations)
    keys: list[tuple[KeyKind, str | None]] = [("external_id", new.external_id), ("address", new.email)]
    for kind, value in keys:
        found = await organisations.id_of(org_id, kind, value) if value else None
        if found is None:
            continue
        if await organisations.member(org_id, found) is not None:
            raise KnownAlready(kind)
        return found
    return None


async def _refuse_address(org_id: str, address: str, organisations: OrganisationStore) -> None:
    if await organisations.by_address(org_id, address) is not None:
        raise KnownAlready("address")


async def change_known(
    by: Acting, of: MemberVersion, wanted: KnownPerson, *, now: datetime, ports: Ports
) -> Member:
    """Change what the organisation knows; the person's card follows."""
    member = await read_member(by, of.member_id, organisations=ports.organisations)
    if member.version != of.version:
        raise StaleVersion
    if fold(wanted.email) != fold(member.email):
        await _refuse_address(member.org_id, wanted.email, ports.organisations)
    changed = member.changed(
        now,
        name=wanted.name,
        email=wanted.email,
        external_id=wanted.external_id,
        details=wanted.details,
    )
    order = membership_order(changed, now)
    [saved] = await ports.organisations.save_known([changed], [order])
    await ports.settle(order)
    return saved


def _again(former: Member, person: Person, role: Role, now: datetime) -> Member:
    """A former member who joins: what the organisation knows stays, and what they were there does not."""
    before: dict[str, Any] = {"ended": None, "successor": None, "teams": [], "administers": [], "etag": None}
    return former.changed(now, account_id=person.account_id, role=role, since=now, **before)


async def who_joins(
    org_id: str, person: Person, role: Role, now: datetime, *, organisations: OrganisationStore
) -> Member:
    """The member that a person becomes: who was added under their address, who they were, or a new one.

    Who was taken out and comes again is known as before, so that their directory finds one person.
    """
    known_as = await organisations.id_of(org_id, "address", person.email)
    earlier = await organisations.id_of(org_id, "account", person.account_id)
    for found in (known_as, earlier):
        there = await organisations.member(org_id, found) if found else None
        if there is not None and not there.has_joined:
            return there.changed(now, account_id=person.account_id, role=role)
        former = await organisations.former_member(org_id, found) if found and there is None else None
        if former is not None and former.account_id in ("", person.account_id):
            return _again(former, person, role, now)
    new = new_member(org_id, person, role, now)
    if earlier is not None:
        taken = await organisations.member(org_id, earlier) is not None
        own = member_id(org_id, f"{person.account_id} after {earlier}") if taken else earlier
        new = new.model_copy(update={"id": own})
    return new.after(await organisations.former_member(org_id, new.id))
