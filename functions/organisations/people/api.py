"""`/api/v1/organisations/{organisationId}/members`: what becomes of the people of an organisation."""

from datetime import datetime
from typing import Annotated, Final

from pydantic import Field

import wiring.organisations
import wiring.organisations.leaving
from domain.base.errors import InvalidInput
from domain.base.fields import ShortLine
from domain.base.limits import UNDO_TIME, LimitReached
from domain.base.model import Closed
from domain.cards.card import StaffSuccessor
from domain.organisations.closing import close_organisation, reopen_organisation
from domain.organisations.organisation import Acting, Member, MemberFilter, MemberId
from domain.organisations.people import (
    AlreadyOwner,
    LastOwner,
    MemberVersion,
    NotJoined,
    change_role,
    leave,
    list_removed,
    read_removed,
    remove_member,
    restore_member,
    transfer,
)
from domain.organisations.roles import NotAllowed, Role
from domain.organisations.staff_cards.successors import vetted
from functions.framework.operations import Answer, Call, Page, operation
from functions.organisations.acting import acting_in
from functions.organisations.api import MemberList, MemberOut, member_out

MOST_REMOVED: Final = 50


class RoleInput(Closed):
    role: Role


class RemovalQuery(Closed):
    """`successor` is where the links of the person's staff card lead: `nobody`, `company_page`, or the id of
    a colleague. Without it the organisation's rule holds.
    """

    successor: Annotated[str, Field(pattern=r"^(nobody|company_page|mem_[a-z2-7]{26})$")] | None = None


class MemberSearch(Closed):
    """`text` is how a name begins."""

    text: ShortLine
    role: Role | None = None
    team: str | None = None
    limit: Annotated[int, Field(strict=True, ge=1, le=100)] = 25
    after: MemberId | None = Field(
        default=None, description="The last person of the page before: its `page.next`."
    )


class RemovedMemberOut(Closed):
    """Somebody who was taken out, and can be taken back before `restorableUntil`."""

    member: MemberOut
    restorable_until: datetime


class RemovedMemberList(Closed):
    data: list[RemovedMemberOut]


def _removed(member: Member) -> RemovedMemberOut:
    return RemovedMemberOut(member=member_out(member), restorable_until=member.updated_at + UNDO_TIME)


def _of[Q](call: Call[None, Q]) -> MemberVersion:
    return MemberVersion(call.params["memberId"], call.version)


@operation(
    "Find people by how their names begin",
    body=MemberSearch,
    answer=MemberList,
    conflicts=(NotAllowed,),
)
async def post_search(call: Call[MemberSearch]) -> Answer:
    by, asked = await acting_in(call, "see_people"), call.body
    wanted = MemberFilter(role=asked.role, team=asked.team, text=asked.text)
    try:
        found, following = await wiring.organisations.store().members(
            by.organisation.id, wanted, asked.limit, asked.after
        )
    except InvalidInput as refusal:
        raise InvalidInput([fault._replace(field="/after") for fault in refusal.faults]) from None
    return Answer(MemberList(data=[member_out(each) for each in found], page=Page(next=following)))


@operation(
    "Give a person another role. Only owners make owners, or make them something else",
    body=RoleInput,
    answer=MemberOut,
    versioned=True,
    conflicts=(NotAllowed, NotJoined, LastOwner, LimitReached),
)
async def put_role(call: Call[RoleInput]) -> Answer:
    by = await acting_in(call, "change_roles")
    of = MemberVersion(call.params["memberId"], call.version)
    changed = await change_role(by, of, call.body.role, now=call.now, ports=wiring.organisations.people())
    return Answer(member_out(changed), changed.version)


@operation(
    "Take a person out of the organisation; for a day they can be taken back",
    query=RemovalQuery,
    versioned=True,
    conflicts=(NotAllowed, LastOwner),
)
async def remove(call: Call[None, RemovalQuery]) -> Answer:
    by, of = await acting_in(call, "remove_people"), _of(call)
    successor = await _successor(by, of.member_id, call.query.successor)
    await remove_member(by, of, successor=successor, now=call.now, ports=wiring.organisations.people())
    return Answer()


async def _successor(by: Acting, leaver: str, asked: str | None) -> StaffSuccessor | None:
    if asked is None:
        return None
    if asked in ("nobody", "company_page"):
        return StaffSuccessor.model_validate({"to": asked})
    try:
        wanted = StaffSuccessor(to="colleague", member_id=asked)
        return await vetted(by, wanted, wiring.organisations.leaving.choosing(), of=leaver)
    except InvalidInput as refusal:
        raise InvalidInput([fault._replace(field="successor") for fault in refusal.faults]) from None


@operation(
    "The latest people who were taken out and can be taken back, at most 50",
    answer=RemovedMemberList,
    conflicts=(NotAllowed,),
)
async def list_removed_members(call: Call) -> Answer:
    by, store = await acting_in(call, "remove_people"), wiring.organisations.store()
    found = await list_removed(by, MOST_REMOVED, now=call.now, organisations=store)
    return Answer(RemovedMemberList(data=[_removed(each) for each in found]))


@operation(
    "One person who was taken out and can be taken back", answer=RemovedMemberOut, conflicts=(NotAllowed,)
)
async def get_restoration(call: Call) -> Answer:
    by = await acting_in(call, "remove_people")
    store = wiring.organisations.store()
    found = await read_removed(by, call.params["memberId"], now=call.now, organisations=store)
    return Answer(_removed(found), found.version)


@operation(
    "Take a person back who was taken out, with the role that they had",
    answer=MemberOut,
    versioned=True,
    conflicts=(NotAllowed, LimitReached),
)
async def put_restoration(call: Call) -> Answer:
    by = await acting_in(call, "remove_people")
    back = await restore_member(by, _of(call), now=call.now, ports=wiring.organisations.people())
    return Answer(member_out(back), back.version)


@operation(
    "Name another person as owner, and become an admin",
    answer=MemberOut,
    versioned=True,
    fresh=True,
    conflicts=(NotAllowed, AlreadyOwner, NotJoined, LimitReached),
)
async def put_ownership(call: Call) -> Answer:
    by = await acting_in(call, "transfer")
    heir = await transfer(by, _of(call), now=call.now, ports=wiring.organisations.people())
    return Answer(member_out(heir), heir.version)


@operation("The caller as a person of the organisation", answer=MemberOut)
async def get_membership(call: Call) -> Answer:
    by = await acting_in(call, "see")
    return Answer(member_out(by.member), by.member.version)


@operation("Leave the organisation", versioned=True, conflicts=(LastOwner,))
async def delete_membership(call: Call) -> Answer:
    by = await acting_in(call, "leave")
    await leave(by, call.version, now=call.now, ports=wiring.organisations.people())
    return Answer()


@operation(
    "Close the organisation: everybody finds nothing there. For a day, who closed it can take it back",
    versioned=True,
    fresh=True,
    conflicts=(NotAllowed,),
)
async def close(call: Call) -> Answer:
    by = await acting_in(call, "close")
    ports = wiring.organisations.people()
    await close_organisation(by, version=call.version, now=call.now, ports=ports)
    return Answer()


@operation("Take back an organisation that the account has closed, as it was", versioned=True)
async def reopen(call: Call) -> Answer:
    org_id, ports = call.params["organisationId"], wiring.organisations.people()
    await reopen_organisation(org_id, call.account_id, version=call.version, now=call.now, ports=ports)
    return Answer()
