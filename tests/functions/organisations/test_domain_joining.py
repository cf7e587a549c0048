"""Joining an organisation by the proven domain of one's verified address."""

import asyncio
import secrets

import httpx
import pytest

import wiring.accounts
import wiring.operations
import wiring.organisations
import wiring.organisations.domains
from domain.organisations.memberships import MEMBERSHIP
from local.dns.zone import set_texts
from tests.functions.organisations.joined import do
from tests.functions.organisations.test_domains import Org, a_name, recheck
from tests.functions.organisations.test_organisations import UNKNOWN, an_organisation

JOIN = "/my/organisations/join"


@pytest.fixture
def open_org(cloud, signed_in):
    """An organisation that takes people in by a domain."""

    async def make() -> tuple[Org, dict]:
        owner = await signed_in()
        flow = Org(owner, await an_organisation(owner, f"Org {secrets.token_hex(8)}"), cloud.zone)
        domain = await flow.proven()
        assert (await choose(flow, "domain")).status_code == 200
        return flow, domain

    return make


async def choose(flow: Org, joining: str):
    at = f"organisations/{flow.id}"
    found = await flow.owner.api("GET", at)
    body = {"name": found.json()["name"], "joining": joining}
    return await flow.owner.api("PUT", at, json=body, headers={"If-Match": found.headers["etag"]})


@pytest.fixture
def somebody_at(client, signed_in):
    """Sign in a new person with an address of this domain."""

    async def enter(domain: str, *, verified: bool = True):
        name = f"Person {secrets.token_hex(8)}"
        answers = {"birthYear": "1985", "birthMonth": "12", "returnTo": "/my"}
        login = httpx.URL((await client().post("/auth/login", data=answers)).headers["location"])
        body = {"name": name, "email": f"{secrets.token_hex(6)}@{domain}", "verified": verified}
        async with httpx.AsyncClient(trust_env=False) as provider:
            answer = await provider.post(login.copy_with(path="/_local/people", query=None), json=body)
            assert answer.status_code == 201, answer.text
        return await signed_in(name)

    return enter


async def offered(person) -> list[dict]:
    return (await person.api("GET", "joinable-organisations")).json()["data"]


async def join(person, org_id: str):
    return await person.api("PUT", f"organisations/{org_id}/membership")


async def test_limits_of_people_and_of_organisations_hold_by_domain_as_well(
    open_org, somebody_at, monkeypatch
) -> None:
    from domain.organisations import organisation  # noqa: PLC0415 - what the host loaded

    flow, domain = await open_org()
    bea = await somebody_at(domain["domain"])
    for limit, most in (("MOST_PEOPLE", 1), ("MOST_ORGANISATIONS", 0)):
        with monkeypatch.context() as patch:
            patch.setattr(organisation, limit, most)
            refused = await join(bea, flow.id)
        assert (refused.status_code, refused.json()["code"]) == (409, "limit_reached"), limit
    assert (await join(bea, flow.id)).status_code in (200, 201)


async def test_who_has_a_verified_address_of_the_domain_may_join_as_a_member(open_org, somebody_at) -> None:
    flow, domain = await open_org()
    bea = await somebody_at(domain["domain"])
    [found] = await offered(bea)
    assert (found["id"], found["domain"]) == (flow.id, domain["domain"])
    joined = (await join(bea, flow.id)).json()
    assert joined["role"] == "member"
    [own] = (await bea.api("GET", "organisations")).json()["data"]
    assert (own["id"], own["role"]) == (flow.id, "member")
    assert (await join(bea, flow.id)).json() == joined
    assert await offered(bea) == []
    people = (await flow.owner.api("GET", f"organisations/{flow.id}/members")).json()["data"]
    assert {each["id"] for each in people} >= {joined["memberId"]}
    assert len(people) == 2


async def test_an_address_that_nobody_verified_opens_nothing(open_org, somebody_at) -> None:
    flow, domain = await open_org()
    eve = await somebody_at(domain["domain"], verified=False)
    assert await offered(eve) == []
    refused = await join(eve, flow.id)
    unknown = await join(eve, UNKNOWN)
    assert (refused.status_code, unknown.status_code) == (404, 404)
    assert {**refused.json(), "instance": ""} == {**unknown.json(), "instance": ""}
    page = await eve.http.get(JOIN)
    assert "Your address is not verified" in page.text
    posted = await eve.http.post(JOIN, data={"csrf": eve.csrf, "organisation": flow.id})
    assert posted.status_code == 404
    assert await wiring.organisations.store().count_members(flow.id) == 1


async def test_neither_a_subdomain_nor_a_longer_name_is_the_domain(open_org, somebody_at) -> None:
    flow, domain = await open_org()
    for name in (f"mail.{domain['domain']}", f"x{domain['domain']}", a_name()):
        other = await somebody_at(name)
        assert await offered(other) == []
        assert (await join(other, flow.id)).status_code == 404


async def test_nobody_joins_by_a_domain_unless_the_organisation_allows_it(open_org, somebody_at) -> None:
    flow, domain = await open_org()
    bea = await somebody_at(domain["domain"])
    assert (await choose(flow, "invitation")).status_code == 200
    assert await offered(bea) == []
    assert (await join(bea, flow.id)).status_code == 404


async def test_nobody_joins_by_a_domain_that_is_removed_or_lapsed_or_of_another(
    open_org, somebody_at
) -> None:
    from datetime import timedelta  # noqa: PLC0415

    flow, domain = await open_org()
    bea = await somebody_at(domain["domain"])
    set_texts(flow.zone, domain["recordName"], [])
    for days in (9, 18):
        await recheck(timedelta(days=days))
    assert await offered(bea) == []
    flow.set(domain)
    await flow.check(domain)
    assert len(await offered(bea)) == 1
    assert await flow.remove(domain) == 204
    assert await offered(bea) == []
    assert (await join(bea, flow.id)).status_code == 404


async def test_a_name_that_is_held_without_a_proven_domain_lets_nobody_in(
    open_org, somebody_at, monkeypatch
) -> None:
    flow, domain = await open_org()
    bea = await somebody_at(domain["domain"])

    async def nothing(_order: object) -> None:
        """The worker dies before it frees the name."""

    with monkeypatch.context() as patch:
        patch.setattr("wiring.organisations.settle", nothing)
        assert await flow.remove(domain) == 204
    assert await wiring.organisations.domains.holders().find(domain["domain"]) is not None
    assert await offered(bea) == []
    await flow.add(domain["domain"])
    assert await offered(bea) == []
    assert (await join(bea, flow.id)).status_code == 404


async def test_the_domain_of_whoever_took_the_name_over_counts(open_org, somebody_at) -> None:
    flow, domain = await open_org()
    matic, _own = await open_org()
    second = await matic.add(domain["domain"])
    matic.set(second)
    assert (await matic.check(second)).json()["state"] == "proven"
    bea = await somebody_at(domain["domain"])
    [found] = await offered(bea)
    assert found["id"] == matic.id
    assert (await join(bea, flow.id)).status_code == 404


async def test_who_was_removed_does_not_let_themselves_in_again(open_org, somebody_at) -> None:
    flow, domain = await open_org()
    bea = await somebody_at(domain["domain"])
    joined = (await join(bea, flow.id)).json()
    assert (await do(flow.owner, "DELETE", {"id": flow.id}, joined["memberId"])).status_code == 204
    assert (await bea.api("GET", "organisations")).json()["data"] == []
    assert await offered(bea) == []
    assert (await join(bea, flow.id)).status_code == 404


async def test_who_joins_in_two_windows_at_once_is_one_member(open_org, somebody_at) -> None:
    flow, domain = await open_org()
    bea = await somebody_at(domain["domain"])
    answers = await asyncio.gather(*(join(bea, flow.id) for _ in range(5)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["memberId"] for answer in answers}) == 1
    assert await wiring.organisations.store().count_members(flow.id) == 2


async def test_a_switcher_that_was_missed_after_joining_follows_later(
    host, open_org, somebody_at, monkeypatch
) -> None:
    flow, domain = await open_org()
    bea = await somebody_at(domain["domain"])

    async def nothing(_order: object) -> None:
        """The worker dies before it follows."""

    ports = wiring.organisations.domains.joining()._replace(settle=nothing)
    with monkeypatch.context() as patch:
        patch.setattr("wiring.organisations.domains.joining", lambda: ports)
        member = (await join(bea, flow.id)).json()["memberId"]
    assert (await bea.api("GET", "organisations")).json()["data"] == []
    from domain.operations.orders import OrderMessage  # noqa: PLC0415 - what the host loaded

    message = OrderMessage(
        container="organisations", owner_id=flow.id, order_id=f"order-{MEMBERSHIP}-{member}"
    )
    for _ in range(2):
        await wiring.operations.order_queue().send(message)
        await host.drain_queue("orders")
    [own] = (await bea.api("GET", "organisations")).json()["data"]
    assert own["id"] == flow.id


async def test_joining_by_domain_needs_a_proven_domain(cloud, signed_in) -> None:
    owner = await signed_in()
    flow = Org(owner, await an_organisation(owner), cloud.zone)
    refused = await choose(flow, "domain")
    assert refused.status_code == 422
    [fault] = refused.json()["errors"]
    assert (fault["field"], fault["code"]) == ("/joining", "no_proven_domain")
    at = f"/org/{flow.id}/settings"
    assert "By invitation or by domain" not in (await owner.http.get(at)).text
    form = {"csrf": owner.csrf, "name": "Flow", "version": "1", "joining": "domain"}
    page = await owner.http.post(at, data=form)
    assert page.status_code == 422
    assert "How people come in needs a proven domain first" in page.text
    domain = await flow.proven()
    assert domain["domain"] in (await owner.http.get(at)).text
    assert (await owner.http.post(at, data=form)).status_code == 303
    assert (await owner.api("GET", f"organisations/{flow.id}")).json()["joining"] == "domain"
    # Once chosen it stays, also while no domain is proven.
    await flow.remove(domain)
    assert (await owner.http.post(at, data=form | {"name": "Matic", "version": "2"})).status_code == 303


async def test_a_person_joins_with_the_page(open_org, somebody_at) -> None:
    flow, domain = await open_org()
    bea = await somebody_at(domain["domain"])
    name = (await flow.owner.api("GET", f"organisations/{flow.id}")).json()["name"]
    page = await bea.http.get(JOIN)
    assert f"Join {name}" in page.text
    assert "they stay with you, and the organisation never sees them" in page.text
    fields = {"csrf": bea.csrf, "organisation": UNKNOWN}
    other = await bea.http.post(JOIN, data=fields)
    assert other.status_code == 404
    assert "Nothing was changed." in other.text
    joined = await bea.http.post(JOIN, data=fields | {"organisation": flow.id})
    assert joined.status_code == 303
    home = await bea.http.get(joined.headers["location"])
    assert "You are in." in home.text
    assert "No organisation to join" in (await bea.http.get(JOIN)).text
    assert (await bea.http.get(f"/org/{flow.id}/domains")).status_code == 403


async def test_a_member_may_not_see_or_prove_domains(open_org, somebody_at) -> None:
    flow, domain = await open_org()
    bea = await somebody_at(domain["domain"])
    await join(bea, flow.id)
    one = f"{flow.path}/{domain['id']}"
    version = (await flow.owner.api("GET", one)).headers["etag"]
    calls = [
        ("GET", flow.path, {}),
        ("POST", flow.path, {"json": {"domain": a_name()}}),
        ("GET", one, {}),
        ("DELETE", one, {"headers": {"If-Match": version}}),
        ("PUT", f"{one}/check", {}),
    ]
    for method, path, options in calls:
        answer = await bea.api(method, path, **options)
        assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed"), (method, path)


async def test_a_later_sign_in_with_an_unverified_address_takes_the_trust_back(
    cloud, client, open_org, somebody_at
) -> None:
    _flow, domain = await open_org()
    bea = await somebody_at(domain["domain"])
    account = (await bea.api("GET", "account")).json()["id"]
    assert (await wiring.accounts.store().get(account)).verified_email
    await wiring.accounts.store().note_verified(account, None)
    assert await offered(bea) == []
    from tests.conftest import walk_in  # noqa: PLC0415

    await walk_in(client(), bea.name)
    assert len(await offered(bea)) == 1


async def test_who_was_taken_out_before_they_ever_joined_does_not_let_themselves_in(
    open_org, somebody_at
) -> None:
    flow, domain = await open_org()
    bea = await somebody_at(domain["domain"])
    known = {"name": "Bea", "email": (await bea.api("GET", "account")).json()["email"]}
    at = f"organisations/{flow.id}/members"
    added = await flow.owner.api("POST", at, json=known)
    assert added.status_code == 201, added.text
    assert (await do(flow.owner, "DELETE", {"id": flow.id}, added.json()["id"])).status_code == 204
    assert await offered(bea) == []
    assert (await join(bea, flow.id)).status_code == 404
    assert (await flow.owner.api("POST", at, json=known)).status_code == 201
    assert (await join(bea, flow.id)).json()["memberId"] == added.json()["id"]
