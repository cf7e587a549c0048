"""`/api/v1/organisations/{organisationId}/teams/{teamId}/members` and `/admins`: the people of a team."""

import wiring.organisations
import wiring.organisations.teams
from domain.base.model import Closed
from domain.organisations.organisation import Member, MemberFilter
from domain.organisations.roles import NotAllowed
from domain.organisations.teams.changing import read_team
from domain.organisations.teams.people import Additions, add_people, set_admin, take_out
from functions.framework.operations import Answer, Call, Page, operation
from functions.organisations.acting import acting_in


class TeamMemberOut(Closed):
    """Somebody in a team, and whether they are an admin of it."""

    id: str
    name: str
    email: str
    admin: bool


class TeamMemberList(Closed):
    data: list[TeamMemberOut]
    page: Page


class AddedOut(Closed):
    """Ids of those who were added; who was in the team already is not among them."""

    added: list[str]


def _out(member: Member, team_id: str) -> TeamMemberOut:
    return TeamMemberOut(
        id=member.id, name=member.name, email=member.email, admin=team_id in member.administers
    )


@operation(
    "The people of a team, in the order of their names",
    answer=TeamMemberList,
    lists=True,
    conflicts=(NotAllowed,),
)
async def list_people(call: Call) -> Answer:
    by = await acting_in(call, "see_people")
    store = wiring.organisations.teams.store()
    team, _ = await read_team(by, "see_team", call.params["teamId"], store=store)
    found, following = await wiring.organisations.store().members(
        by.organisation.id, MemberFilter(team=team.id), call.limit, call.cursor
    )
    data = [_out(each, team.id) for each in found]
    return Answer(TeamMemberList(data=data, page=Page(next=following)))


@operation(
    "Add up to 98 people to a team: all of them or none",
    body=Additions,
    answer=AddedOut,
    conflicts=(NotAllowed,),
)
async def post_people(call: Call[Additions]) -> Answer:
    by = await acting_in(call, "see_people")
    team_id, ports = call.params["teamId"], wiring.organisations.teams.ports()
    added = await add_people(by, team_id, call.body, now=call.now, ports=ports)
    return Answer(AddedOut(added=[each.id for each in added]))


@operation("Take somebody out of a team", conflicts=(NotAllowed,))
async def remove_person(call: Call) -> Answer:
    by = await acting_in(call, "see_people")
    team_id, member_id = call.params["teamId"], call.params["memberId"]
    await take_out(by, team_id, member_id, now=call.now, ports=wiring.organisations.teams.ports())
    return Answer()


@operation("Make somebody of a team its admin", answer=TeamMemberOut, conflicts=(NotAllowed,))
async def put_admin(call: Call) -> Answer:
    return await _set_admin(call, admin=True)


@operation("Make an admin of a team one of its people", answer=TeamMemberOut, conflicts=(NotAllowed,))
async def remove_admin(call: Call) -> Answer:
    return await _set_admin(call, admin=False)


async def _set_admin(call: Call, *, admin: bool) -> Answer:
    by = await acting_in(call, "see_people")
    team_id, member_id = call.params["teamId"], call.params["memberId"]
    ports = wiring.organisations.teams.ports()
    member = await set_admin(by, team_id, member_id, admin=admin, now=call.now, ports=ports)
    return Answer(_out(member, team_id))
