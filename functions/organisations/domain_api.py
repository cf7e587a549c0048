"""`/api/v1/organisations/{organisationId}/domains`, and joining by a proven domain."""

import secrets
from datetime import datetime
from typing import Literal

import wiring.accounts
import wiring.organisations
import wiring.organisations.domains
from domain.accounts.account import Account
from domain.base.errors import KeyReused, NotFound
from domain.base.limits import LimitReached, TooManyRequests
from domain.base.model import Closed
from domain.organisations.domains import (
    Adding,
    Domain,
    DomainTaken,
    NewDomain,
    Why,
    add_domain,
    remove_domain,
)
from domain.organisations.joining import join, joinable
from domain.organisations.proving import check_domain
from domain.organisations.roles import NotAllowed, Role
from functions.framework.operations import Answer, Call, operation
from functions.organisations.acting import acting_in
from functions.organisations.domain_pages import new_token


class DomainOut(Closed):
    """A domain of an organisation, in A-labels and as it is written, with the record that proves it.

    `why` is what the last look lacked; a `lapsed` one has lost its record.
    """

    id: str
    domain: str
    written: str
    record_name: str
    record_value: str
    state: Literal["waiting", "proven", "lapsed"]
    why: Why | None
    added_at: datetime
    proven_at: datetime | None
    looked_at: datetime | None


class DomainList(Closed):
    data: list[DomainOut]


class JoinableOut(Closed):
    """An organisation that takes in who has an address of this domain."""

    id: str
    name: str
    domain: str


class JoinableList(Closed):
    data: list[JoinableOut]


class MembershipOut(Closed):
    organisation_id: str
    member_id: str
    role: Role
    since: datetime


def _out(domain: Domain) -> DomainOut:
    known = domain.model_dump(include={"id", "state", "why", "added_at", "proven_at", "looked_at"})
    return DomainOut(
        **known,
        domain=domain.name,
        written=domain.written,
        record_name=domain.record_name,
        record_value=domain.record_value,
    )


@operation(
    "The domains of an organisation, in the order of adding", answer=DomainList, conflicts=(NotAllowed,)
)
async def list_domains(call: Call) -> Answer:
    by = await acting_in(call, "prove_domains")
    found = await wiring.organisations.domains.store().get(by.organisation.id)
    return Answer(DomainList(data=[_out(each) for each in found.shown]))


@operation(
    "Add a domain that a record in DNS is to prove; one that is there is returned",
    body=NewDomain,
    answer=DomainOut,
    creates=True,
    conflicts=(NotAllowed, KeyReused, LimitReached),
)
async def post_domain(call: Call[NewDomain]) -> Answer:
    by = await acting_in(call, "prove_domains")
    adding = Adding(call.key or secrets.token_hex(), new_token(), call.now)
    added = await add_domain(
        by.organisation.id, call.body, adding, store=wiring.organisations.domains.store()
    )
    place = f"organisations/{by.organisation.id}/domains/{added.id}"
    return Answer(_out(added), added.version, location=place)


@operation("One domain of an organisation", answer=DomainOut, conflicts=(NotAllowed,))
async def get_domain(call: Call) -> Answer:
    by = await acting_in(call, "prove_domains")
    found = (await wiring.organisations.domains.store().get(by.organisation.id)).one(call.params["domainId"])
    return Answer(_out(found), found.version)


@operation("Remove a domain; nobody joins by it any more", versioned=True, conflicts=(NotAllowed,))
async def delete_domain(call: Call) -> Answer:
    by = await acting_in(call, "prove_domains")
    order = await remove_domain(
        by.organisation.id,
        call.params["domainId"],
        version=call.version,
        now=call.now,
        store=wiring.organisations.domains.store(),
    )
    await wiring.organisations.settle(order)
    return Answer()


@operation(
    "Look in DNS for the record of a domain now",
    answer=DomainOut,
    conflicts=(NotAllowed, DomainTaken, TooManyRequests),
)
async def put_check(call: Call) -> Answer:
    by = await acting_in(call, "prove_domains")
    checked = await check_domain(
        by.organisation.id,
        call.params["domainId"],
        now=call.now,
        ports=wiring.organisations.domains.proving(),
        limiter=wiring.accounts.limiter(),
    )
    return Answer(_out(checked), checked.version)


@operation("The organisation that the caller may join by their verified address, if any", answer=JoinableList)
async def list_joinable(call: Call) -> Answer:
    found = await joinable(await account_of(call.account_id), wiring.organisations.domains.joining())
    data = []
    if found is not None:
        data = [JoinableOut(id=found.organisation.id, name=found.organisation.name, domain=found.domain)]
    return Answer(JoinableList(data=data))


@operation(
    "Join an organisation by a proven domain, as a member; who is in it stays as they are",
    answer=MembershipOut,
    conflicts=(LimitReached,),
)
async def put_membership(call: Call) -> Answer:
    account = await account_of(call.account_id)
    member = await join(
        account, call.params["organisationId"], now=call.now, ports=wiring.organisations.domains.joining()
    )
    return Answer(
        MembershipOut(
            organisation_id=member.org_id, member_id=member.id, role=member.role, since=member.since
        )
    )


async def account_of(account_id: str) -> Account:
    account = await wiring.accounts.store().get(account_id)
    if account is None:
        raise NotFound
    return account
