"""`/api/v1/organisations`: organisations of the caller, and the people of one."""

import secrets
from datetime import datetime

import wiring.organisations
import wiring.organisations.domains
import wiring.organisations.teams
from domain.base.errors import KeyReused, NotFound
from domain.base.limits import LimitReached
from domain.base.model import Closed
from domain.organisations.founding import NewOrganisation, create_organisation
from domain.organisations.organisation import (
    Acting,
    Creating,
    Joining,
    Member,
    MemberFilter,
    Settings,
    acting,
    change_settings,
)
from domain.organisations.roles import NotAllowed, Role
from domain.organisations.teams.team import shown
from functions.framework.operations import Answer, Call, Page, operation
from functions.organisations.acting import acting_in, person_behind


class OrganisationOut(Closed):
    """An organisation that the caller is in, and the caller's role in it."""

    id: str
    name: str
    joining: Joining
    role: Role
    member_id: str
    created_at: datetime
    updated_at: datetime


class OwnOrganisation(Closed):
    id: str
    name: str
    role: Role
    since: datetime


class ClosedOut(Closed):
    """An organisation that the account has closed, and can take back before `restorableUntil`."""

    id: str
    name: str
    version: int
    restorable_until: datetime


class OrganisationList(Closed):
    data: list[OwnOrganisation]
    closed: list[ClosedOut]


class MemberQuery(Closed):
    role: Role | None = None
    team: str | None = None


class MemberOut(Closed):
    id: str
    name: str
    email: str
    role: Role
    teams: list[str]
    joined: bool
    since: datetime


class MemberList(Closed):
    data: list[MemberOut]
    page: Page


def _out(by: Acting) -> OrganisationOut:
    return OrganisationOut(
        id=by.organisation.id,
        name=by.organisation.name,
        joining=by.organisation.joining,
        role=by.member.role,
        member_id=by.member.id,
        created_at=by.organisation.created_at,
        updated_at=by.organisation.updated_at,
    )


def member_out(member: Member) -> MemberOut:
    return MemberOut(
        id=member.id,
        name=member.name,
        email=member.email,
        role=member.role,
        teams=member.teams,
        joined=member.has_joined,
        since=member.since,
    )


@operation("The organisations that the account is in, in the order of joining", answer=OrganisationList)
async def list_organisations(call: Call) -> Answer:
    found = await wiring.organisations.memberships().get(call.account_id)
    data = [
        OwnOrganisation(id=each.org_id, name=each.name, role=each.role, since=each.since)
        for each in found.organisations
    ]
    closed = [
        ClosedOut(id=each.org_id, name=each.name, version=each.version, restorable_until=each.until)
        for each in found.closed
        if call.now < each.until
    ]
    return Answer(OrganisationList(data=data, closed=closed))


@operation(
    "Make an organisation, whose first owner is the account",
    body=NewOrganisation,
    answer=OrganisationOut,
    creates=True,
    conflicts=(KeyReused, LimitReached),
)
async def post_organisation(call: Call[NewOrganisation]) -> Answer:
    made = await create_organisation(
        await person_behind(call.account_id),
        call.body,
        Creating(call.key or secrets.token_hex(), call.now),
        organisations=wiring.organisations.store(),
        memberships=wiring.organisations.memberships(),
        settle=wiring.organisations.settle,
    )
    by = await acting(made.id, call.account_id, "see", organisations=wiring.organisations.store())
    return Answer(_out(by), made.version, location=f"organisations/{made.id}")


@operation("One organisation that the account is in", answer=OrganisationOut)
async def get_organisation(call: Call) -> Answer:
    by = await acting_in(call, "see")
    return Answer(_out(by), by.organisation.version)


@operation(
    "Change the name of an organisation, and how people come in",
    body=Settings,
    answer=OrganisationOut,
    versioned=True,
    conflicts=(NotAllowed,),
)
async def put_organisation(call: Call[Settings]) -> Answer:
    by = await acting_in(call, "change_settings")
    changed = await change_settings(
        by,
        call.body,
        version=call.version,
        now=call.now,
        organisations=wiring.organisations.store(),
        domains=wiring.organisations.domains.store(),
        settle=wiring.organisations.settle,
    )
    return Answer(_out(by._replace(organisation=changed)), changed.version)


@operation(
    "The people of an organisation, in the order of their names",
    query=MemberQuery,
    answer=MemberList,
    lists=True,
    conflicts=(NotAllowed,),
)
async def list_members(call: Call[None, MemberQuery]) -> Answer:
    by = await acting_in(call, "see_people")
    teams = await wiring.organisations.teams.store().get(by.organisation.id)
    found, following = list[Member](), None
    if call.query.team is None or call.query.team in teams.names():
        found, following = await wiring.organisations.store().members(
            by.organisation.id,
            MemberFilter(role=call.query.role, team=call.query.team),
            call.limit,
            call.cursor,
        )
    data = [member_out(shown(each, teams)) for each in found]
    return Answer(MemberList(data=data, page=Page(next=following)))


@operation("One person of an organisation", answer=MemberOut, conflicts=(NotAllowed,))
async def get_member(call: Call) -> Answer:
    by = await acting_in(call, "see_people")
    found = await wiring.organisations.store().member(by.organisation.id, call.params["memberId"])
    if found is None:
        raise NotFound
    teams = await wiring.organisations.teams.store().get(by.organisation.id)
    return Answer(member_out(shown(found, teams)), found.version)
