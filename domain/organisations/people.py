"""What becomes of members: another role, out of the organisation and back, leaving, and ownership.

The organisation's document holds the ids of its owners. It is replaced in one batch with each member who
becomes an owner or is none any more, so that of two last owners who leave at once one stays.
Nobody becomes an owner but here.
"""

from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from typing import Final, NamedTuple

from domain.base.errors import Conflict, NotFound, StaleVersion
from domain.base.limits import MOST_OWNERS, UNDO_TIME, LimitReached
from domain.base.texts import N_
from domain.cards.card import StaffSuccessor
from domain.organisations.organisation import (
    Acting,
    Ending,
    KeyKind,
    KnownAlready,
    Member,
    Organisation,
    OrganisationStore,
    PeopleChange,
    Settle,
    acting,
    membership_order,
)
from domain.organisations.roles import Act, NotAllowed, Role, may_give

_TRIES: Final = 5


class LastOwner(Conflict):
    code = "last_owner"
    title = N_("An organisation needs an owner. Name another one first")


class AlreadyOwner(Conflict):
    code = "already_owner"
    title = N_("This person is an owner already")


class NotJoined(Conflict):
    code = "not_joined"
    title = N_("This person has not joined yet, and so cannot be an owner")


class MemberVersion(NamedTuple):
    member_id: str
    version: int


class Ports(NamedTuple):
    organisations: OrganisationStore
    settle: Settle


_Plan = Callable[[Acting], Awaitable[PeopleChange]]


async def read_member(by: Acting, member_id: str, *, organisations: OrganisationStore) -> Member:
    found = await organisations.member(by.organisation.id, member_id)
    if found is None:
        raise NotFound
    return found


async def change_role(by: Acting, of: MemberVersion, role: Role, *, now: datetime, ports: Ports) -> Member:
    """Give a member another role; one's own as well."""

    async def plan(by: Acting) -> PeopleChange:
        member = await _version(by, of, ports)
        if not may_give(by.member.role, role):
            raise NotAllowed
        _refuse_beyond(by, member)
        if role == "owner" and not member.has_joined:
            raise NotJoined
        changed = member.changed(now, role=role)
        return _change(by, now, before=(member,), saved=(changed,))

    return (await _carried_out(by, "change_roles", plan, ports)).saved[0]


async def remove_member(
    by: Acting,
    of: MemberVersion,
    *,
    successor: StaffSuccessor | None = None,
    now: datetime,
    ports: Ports,
) -> Member:
    """Take a member out. Who takes themselves out has left.

    Without a successor for their card, the organisation's rule holds.
    """

    async def plan(by: Acting) -> PeopleChange:
        member = await _version(by, of, ports)
        _refuse_beyond(by, member)
        ending: Ending = "left" if member.id == by.member.id else "removed"
        return _ended(by, member.model_copy(update={"successor": successor}), ending, now)

    return (await _carried_out(by, "remove_people", plan, ports)).ended[0]


async def leave(by: Acting, version: int, *, now: datetime, ports: Ports) -> None:
    async def plan(by: Acting) -> PeopleChange:
        if by.member.version != version:
            raise StaleVersion
        return _ended(by, by.member, "left", now)

    await _carried_out(by, "leave", plan, ports)


async def read_removed(
    by: Acting, member_id: str, *, now: datetime, organisations: OrganisationStore
) -> Member:
    """Who was taken out, while they can be taken back. Who has left comes back by their own will only."""
    if await organisations.member(by.organisation.id, member_id) is None:
        former = await organisations.former_member(by.organisation.id, member_id)
        if former is not None and former.ended == "removed" and now < former.updated_at + UNDO_TIME:
            return former
    raise NotFound


async def list_removed(
    by: Acting, limit: int, *, now: datetime, organisations: OrganisationStore
) -> list[Member]:
    """The latest of those who can be taken back."""
    found = await organisations.removed_since(by.organisation.id, now - UNDO_TIME, limit)
    there = [await organisations.member(each.org_id, each.id) for each in found]
    return [each for each, back in zip(found, there, strict=True) if back is None]


async def restore_member(by: Acting, of: MemberVersion, *, now: datetime, ports: Ports) -> Member:
    """Take a member back, with the role that they had. A repetition finds them there."""

    async def plan(by: Acting) -> PeopleChange:
        removed = await read_removed(by, of.member_id, now=now, organisations=ports.organisations)
        if removed.version != of.version:
            raise StaleVersion
        _refuse_beyond(by, removed)
        await _refuse_known(removed, ports.organisations)
        # Their teams may be others by now.
        back = removed.changed(now, ended=None, successor=None, teams=[], administers=[])
        return _change(by, now, back=(back,))

    there = await ports.organisations.member(by.organisation.id, of.member_id)
    if there is not None and there.version == of.version + 1:
        return there
    return (await _carried_out(by, "remove_people", plan, ports)).back[0]


async def _refuse_known(removed: Member, organisations: OrganisationStore) -> None:
    """Refuse whom somebody has added again meanwhile, as a person with another id."""
    keys: list[tuple[KeyKind, str]] = [("account", removed.account_id), ("address", removed.email)]
    for kind, value in keys:
        found = await organisations.id_of(removed.org_id, kind, value) if value else None
        if found in (None, removed.id):
            continue
        if await organisations.member(removed.org_id, found) is not None:
            raise KnownAlready(kind)
        if kind == "account":
            # They were that other person at last.
            raise NotFound


async def transfer(by: Acting, of: MemberVersion, *, now: datetime, ports: Ports) -> Member:
    """Name another member as owner and become an admin, both or neither."""

    async def plan(by: Acting) -> PeopleChange:
        heir = await _version(by, of, ports)
        if heir.role == "owner":
            raise AlreadyOwner
        if not heir.has_joined:
            raise NotJoined
        both = (heir.changed(now, role="owner"), by.member.changed(now, role="admin"))
        return _change(by, now, saved=both)

    return (await _carried_out(by, "transfer", plan, ports)).saved[0]


async def _carried_out(by: Acting, act: Act, plan: _Plan, ports: Ports) -> PeopleChange:
    """Plan and store a change, anew if somebody else changed something meanwhile."""
    for left in reversed(range(_TRIES)):
        change = await plan(by)
        try:
            await ports.organisations.change_people(change)
        except StaleVersion:
            if not left:
                raise
            by = await acting(
                by.organisation.id, by.member.account_id, act, organisations=ports.organisations
            )
        else:
            for order in change.orders:
                await ports.settle(order)
            return change
    raise StaleVersion


async def _version(by: Acting, of: MemberVersion, ports: Ports) -> Member:
    member = await read_member(by, of.member_id, organisations=ports.organisations)
    if member.version != of.version:
        raise StaleVersion
    return member


def _refuse_beyond(by: Acting, member: Member) -> None:
    """Only owners decide about owners."""
    if not may_give(by.member.role, member.role):
        raise NotAllowed


def _ended(by: Acting, member: Member, ending: Ending, now: datetime) -> PeopleChange:
    return _change(by, now, ended=(member.changed(now, ended=ending),))


def _change(by: Acting, now: datetime, **members: tuple[Member, ...]) -> PeopleChange:
    return people_change(by.organisation, now, **members)


def people_change(
    organisation: Organisation,
    now: datetime,
    *,
    before: tuple[Member, ...] = (),
    saved: tuple[Member, ...] = (),
    ended: tuple[Member, ...] = (),
    back: tuple[Member, ...] = (),
) -> PeopleChange:
    """The change with its orders, and with the organisation if somebody is or was an owner."""
    members = (*saved, *ended, *back)
    orders = tuple(membership_order(member, now) for member in members)
    if all(member.role != "owner" for member in (*before, *members)):
        return PeopleChange(organisation.id, None, saved, ended, back, orders)
    owned = _owned(organisation, members, now)
    return PeopleChange(owned.id, owned, saved, ended, back, orders)


def _owned(organisation: Organisation, members: Iterable[Member], now: datetime) -> Organisation:
    """The organisation with its owners after these members have changed, to be stored in one batch with them.

    Its mark tells two changes apart that leave the same owners.
    """
    changed = {member.id: member for member in members}
    after = {each.id for each in changed.values() if each.role == "owner" and each.ended is None}
    owners = sorted((set(organisation.owners) - changed.keys()) | after)
    if not owners:
        raise LastOwner
    if len(owners) > max(MOST_OWNERS, len(organisation.owners)):
        raise LimitReached(N_("An organisation may have %(most)s owners.", most=MOST_OWNERS))
    mark = [f"{each.id} {each.role} {each.ended} {each.version}" for each in changed.values()]
    return organisation.model_copy(update={"owners": owners, "owners_mark": " ".join([*mark, str(now)])})
