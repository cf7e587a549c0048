"""`/api/v1/organisations/{organisationId}/members`: people whom the organisation adds, and what it knows."""

import secrets

import wiring.organisations
from domain.base.errors import KeyReused
from domain.base.limits import LimitReached
from domain.organisations.known_people import KnownPerson, add_person, change_known, known
from domain.organisations.organisation import Creating, KnownAlready
from domain.organisations.people import MemberVersion, read_member
from domain.organisations.roles import NotAllowed
from functions.framework.operations import Answer, Call, operation
from functions.organisations.acting import acting_in
from functions.organisations.api import MemberOut, member_out


@operation(
    "Add somebody who has not joined. They get no mail; an invitation to their address lets them join",
    body=KnownPerson,
    answer=MemberOut,
    creates=True,
    conflicts=(NotAllowed, KeyReused, KnownAlready, LimitReached),
)
async def post_member(call: Call[KnownPerson]) -> Answer:
    by = await acting_in(call, "change_people")
    creating = Creating(call.key or secrets.token_hex(), call.now)
    added = await add_person(by, call.body, creating, ports=wiring.organisations.people())
    place = f"organisations/{by.organisation.id}/members/{added.id}"
    return Answer(member_out(added), added.version, location=place)


@operation("What the organisation knows about a person", answer=KnownPerson, conflicts=(NotAllowed,))
async def get_details(call: Call) -> Answer:
    by = await acting_in(call, "change_people")
    store = wiring.organisations.store()
    found = await read_member(by, call.params["memberId"], organisations=store)
    return Answer(known(found), found.version)


@operation(
    "Change what the organisation knows about a person; their card follows",
    body=KnownPerson,
    answer=KnownPerson,
    versioned=True,
    conflicts=(NotAllowed, KnownAlready),
)
async def put_details(call: Call[KnownPerson]) -> Answer:
    by = await acting_in(call, "change_people")
    of = MemberVersion(call.params["memberId"], call.version)
    changed = await change_known(by, of, call.body, now=call.now, ports=wiring.organisations.people())
    return Answer(known(changed), changed.version)
