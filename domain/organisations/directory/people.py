"""People by their directory: found, made, linked, changed, taken out and brought back.

A person is stored as a member is, with the same keys, orders and records of those who left. The entry of the
log is stored in the same batch. In a preview everything is worked out, and only the entry is stored.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

from domain.base.errors import Conflict, NotFound, StaleVersion, Unavailable
from domain.base.folding import fold
from domain.base.limits import MOST_PEOPLE, LimitReached
from domain.base.texts import N_
from domain.organisations.directory.connection import DirectoryCaller, DirectoryStore
from domain.organisations.directory.log import MOST_FIELDS, Entry, What
from domain.organisations.directory.rules import Said, blank, changes, written
from domain.organisations.organisation import (
    KeyKind,
    KnownAlready,
    Member,
    MemberFilter,
    Organisation,
    OrganisationStore,
    PeopleChange,
    Settle,
    membership_order,
)
from domain.organisations.people import people_change
from domain.organisations.teams.team import TeamStore

_TRIES: Final = 5
# Of the same name: in the order of names they come first of those that begin with it.
MOST_NAMED: Final = 100


class OwnerStays(Conflict):
    code = "owner_stays"
    title = N_("Only owners decide about owners. Connect the directory with a token that an owner made")


class DirectoryPorts(NamedTuple):
    store: DirectoryStore
    organisations: OrganisationStore
    teams: TeamStore
    settle: Settle


class Request(NamedTuple):
    """One thing that a directory asks or tells. `id` names its entry in the log, also when it is repeated."""

    caller: DirectoryCaller
    id: str
    now: datetime
    ports: DirectoryPorts

    @property
    def org_id(self) -> str:
        return self.caller.organisation.id

    @property
    def preview(self) -> bool:
        return self.caller.directory.preview

    def entry(self, what: What, subject_id: str | None, fields: Sequence[str] = ()) -> Entry:
        return Entry(
            id=self.id,
            org_id=self.org_id,
            at=self.now,
            source_id=self.caller.source.id,
            kind="person",
            what=what,
            subject_id=subject_id,
            fields=list(fields)[:MOST_FIELDS],
            preview=self.preview,
        )


def is_known(member: Member | None) -> bool:
    """Whether the directory finds somebody: whom it told us of, and has not deleted."""
    return member is not None and bool(member.user_name and member.linked and not member.linked.deleted)


async def read_person(request: Request, member_id: str) -> Member:
    """A member, or a former one while their record is kept."""
    found = await _any(request, member_id)
    if found is None or not is_known(found):
        raise NotFound
    return found


async def find_person(request: Request, kind: KeyKind, value: str) -> Member | None:
    """Who is known by this value."""
    found_id = await request.ports.organisations.id_of(request.org_id, kind, value) if value else None
    found = await _any(request, found_id) if found_id else None
    return known_by(found, kind, value)


def known_by(found: Member | None, kind: KeyKind, value: str) -> Member | None:
    """Them, if the directory finds them by this value: what somebody was known by may lead to them still."""
    if found is None or not is_known(found):
        return None
    now = {"user_name": found.user_name, "external_id": found.external_id, "address": found.email}
    own = now.get(kind) or ""
    same = own == value if kind == "external_id" else fold(own) == fold(value)
    return found if same else None


async def find_named(request: Request, name: str) -> list[Member]:
    """The people of this very name, at most a page of them. Former ones are not found by it."""
    wanted = MemberFilter(text=name)
    found, _ = await request.ports.organisations.members(request.org_id, wanted, MOST_NAMED, None)
    return [each for each in found if is_known(each) and fold(each.name) == fold(name)]


async def create_person(request: Request, said: Said, new_id: str) -> Member:
    """Make somebody new, or link who is known by the same address or identifier, or bring them back."""
    for left in reversed(range(_TRIES)):
        there = await _same_person(request, said)
        try:
            made = await _made(request, said, there, new_id)
            return made if said.active else await _end(request, made)
        except StaleVersion:
            continue
        except KnownAlready:
            # Somebody else has made them at this moment: they may be the same person.
            if not left:
                raise
    raise Unavailable


async def _made(request: Request, said: Said, there: Member | None, new_id: str) -> Member:
    if there is None:
        await _refuse_one_more(request)
        new = blank(request.org_id, new_id, said, request.now)
        after = written(said, new, request.caller.directory.rules, new=True)
        member = new.model_copy(update=after)
        fields = list(dict.fromkeys(["user_name", "name", "email", *changes(new, after)]))
        return await _save(request, member, None, request.entry("create", new_id, fields))
    if there.ended is not None:
        await _refuse_one_more(request)
        # Nobody whom the directory knows, until what it says is stored as well.
        there = await _bring_back(request, there.model_copy(update={"linked": None}))
    after = written(said, there, request.caller.directory.rules)
    entry = request.entry("link", there.id, changes(there, after))
    return await _save(request, there.changed(request.now, **after), there, entry)


async def _same_person(request: Request, said: Said) -> Member | None:
    """Who is meant already. Refused are whom the directory knows, and what two people are known by."""
    keys: list[tuple[KeyKind, str | None]] = [
        ("user_name", said.user_name),
        ("external_id", said.external_id),
        ("address", said.email),
    ]
    there: Member | None = None
    for kind, value in keys:
        found_id = await request.ports.organisations.id_of(request.org_id, kind, value) if value else None
        found = await _any(request, found_id) if found_id else None
        if found is None:
            continue
        known = is_known(found) and (found.ended is None or kind == "user_name")
        if known or (there is not None and there.id != found.id):
            raise KnownAlready(kind)
        there = found
    organisations = request.ports.organisations
    by_address = await organisations.by_address(request.org_id, said.email) if there is None else None
    if by_address is not None and is_known(by_address):
        raise KnownAlready("address")
    return there or by_address


async def change_person(request: Request, before: Member, said: Said) -> Member:
    """Change a person, as read, to what the directory says; `StaleVersion` if they are others now."""
    member_id = before.id
    after = written(said, before, request.caller.directory.rules)
    fields = changes(before, after)
    if not said.active:
        _refuse_owner(request, before)
    back = before.ended is not None and said.active
    if back:
        await _refuse_one_more(request)
    if fields:
        entry = request.entry("change", member_id, fields)
        changed = before.changed(request.now, **after)
        if before.ended is None:
            before = await _save(request, changed, before, entry)
        else:
            before = await _save_former(request, changed, before, entry)
    if back:
        return await _bring_back(request, before, fields)
    if before.ended is None and not said.active:
        before = await _end(request, before, fields)
    return before


async def delete_person(request: Request, member_id: str, version: int) -> None:
    """Take a person out. The directory finds them no more; the organisation can take them back for a day."""
    before = await read_person(request, member_id)
    if before.version != version:
        raise StaleVersion
    _refuse_owner(request, before)
    linked = before.linked.model_copy(update={"deleted": True}) if before.linked else None
    if before.ended is not None:
        gone = before.changed(request.now, linked=linked)
        await _save_former(request, gone, before, request.entry("delete", member_id))
        return
    ended = before.changed(request.now, ended="removed", linked=linked)
    change = people_change(await _organisation(request), request.now, ended=(ended,))
    await _carry_out(request, change, request.entry("delete", member_id))


async def _organisation(request: Request) -> Organisation:
    """As it is now, with its owners."""
    found = await request.ports.organisations.get(request.org_id)
    if found is None or found.closed:
        raise NotFound
    return found


async def _any(request: Request, member_id: str) -> Member | None:
    organisations = request.ports.organisations
    return await organisations.member(request.org_id, member_id) or await organisations.former_member(
        request.org_id, member_id
    )


async def _refuse_one_more(request: Request) -> None:
    if await request.ports.organisations.count_members(request.org_id) >= MOST_PEOPLE:
        raise LimitReached(
            N_("This organisation has %(most)s people, and may not have more.", most=MOST_PEOPLE)
        )


def _refuse_owner(request: Request, member: Member) -> None:
    if member.role == "owner" and member.ended is None and not request.caller.source.by_owner:
        raise OwnerStays


async def _end(request: Request, member: Member, fields: Sequence[str] = ()) -> Member:
    """Make a leaver of somebody, as taking them out does; their record says what was known of them."""
    _refuse_owner(request, member)
    ended = member.changed(request.now, ended="removed")
    change = people_change(await _organisation(request), request.now, ended=(ended,))
    await _carry_out(request, change, request.entry("deactivate", member.id, ["active", *fields]))
    return ended


async def _bring_back(request: Request, former: Member, fields: Sequence[str] = ()) -> Member:
    """A member again, in their teams that are still there, because directories say nothing more of these.

    Only owners make owners. Who left by themselves has to join anew.
    """
    live = (await request.ports.teams.get(request.org_id)).names()
    back = former.changed(
        request.now,
        ended=None,
        teams=[each for each in former.teams if each in live],
        administers=[],
        role="admin" if former.role == "owner" else former.role,
        account_id="" if former.ended == "left" else former.account_id,
    )
    change = people_change(await _organisation(request), request.now, back=(back,))
    await _carry_out(request, change, request.entry("activate", back.id, ["active", *fields]))
    if request.preview:
        return back
    stored = await request.ports.organisations.member(request.org_id, back.id)
    if stored is None:
        raise StaleVersion
    return stored


async def _carry_out(request: Request, change: PeopleChange, entry: Entry) -> None:
    if request.preview:
        await request.ports.store.note(entry)
        return
    await request.ports.store.change_people(change, entry)
    for order in change.orders:
        await request.ports.settle(order)


async def _save(request: Request, member: Member, before: Member | None, entry: Entry) -> Member:
    if request.preview:
        await request.ports.store.note(entry)
        return member
    order = membership_order(member, request.now)
    saved = await request.ports.store.save_person(member, before, [order], entry)
    await request.ports.settle(order)
    return saved


async def _save_former(request: Request, changed: Member, before: Member, entry: Entry) -> Member:
    if request.preview:
        await request.ports.store.note(entry)
        return changed
    return await request.ports.store.save_former(changed, before, entry)
