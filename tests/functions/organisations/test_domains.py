"""Domains of organisations: added, proven by a record in DNS, held by one organisation, lapsed, removed."""

import asyncio
import secrets
from datetime import UTC, datetime, timedelta

import pytest

import wiring.operations
import wiring.organisations.domains
from domain.organisations import proving
from domain.organisations.domains import RELEASE
from local.dns.zone import set_name, set_texts
from tests.functions.organisations.test_organisations import UNKNOWN, an_organisation

UNKNOWN_DOMAIN = "dom_" + "a" * 26


def a_name() -> str:
    return f"{secrets.token_hex(8)}.example"


class Org:
    """An organisation with its owner, and the zone of the local DNS."""

    def __init__(self, owner, made: dict, zone) -> None:
        self.owner, self.id, self.zone = owner, made["id"], zone
        self.path = f"organisations/{made['id']}/domains"

    async def add(self, name: str, **headers: str) -> dict:
        answer = await self.owner.api("POST", self.path, json={"domain": name}, headers=headers)
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def check(self, domain: dict):
        return await self.owner.api("PUT", f"{self.path}/{domain['id']}/check")

    async def get(self, domain: dict) -> dict:
        return (await self.owner.api("GET", f"{self.path}/{domain['id']}")).json()

    async def remove(self, domain: dict) -> int:
        at = f"{self.path}/{domain['id']}"
        version = (await self.owner.api("GET", at)).headers["etag"]
        return (await self.owner.api("DELETE", at, headers={"If-Match": version})).status_code

    def set(self, domain: dict, *more: str) -> None:
        set_texts(self.zone, domain["recordName"], [domain["recordValue"], *more])

    async def proven(self, name: str | None = None) -> dict:
        domain = await self.add(name or a_name())
        self.set(domain)
        answer = await self.check(domain)
        assert answer.json()["state"] == "proven", answer.text
        return answer.json()


@pytest.fixture
def org(cloud, signed_in):
    async def make() -> Org:
        owner = await signed_in()
        return Org(owner, await an_organisation(owner), cloud.zone)

    return make


async def recheck(after: timedelta) -> int:
    """The timer's run at a later time, of all organisations."""
    from domain.operations.slices import Slice  # noqa: PLC0415 - what the host loaded

    at = datetime.now(UTC) + after
    return await proving.recheck_due(
        at,
        Slice(lambda: 0.0),
        due=wiring.organisations.domains.store(),
        ports=wiring.organisations.domains.proving(),
    )


async def test_a_domain_is_proven_by_its_record(org) -> None:
    flow = await org()
    name = a_name()
    added = await flow.add(name)
    assert (added["domain"], added["state"], added["why"]) == (name, "waiting", None)
    assert added["recordName"] == f"_izwop.{name}"
    looked = (await flow.check(added)).json()
    assert (looked["state"], looked["why"]) == ("waiting", "missing")
    flow.set(added, "v=spf1 -all")
    checked = (await flow.check(added)).json()
    assert (checked["state"], checked["why"]) == ("proven", None)
    assert checked["provenAt"] == checked["lookedAt"] is not None


async def test_the_record_may_be_at_the_domain_itself_and_typed_in_capitals_with_quotes(org) -> None:
    flow = await org()
    domain = await flow.add(a_name())
    set_texts(flow.zone, domain["domain"], ["v=spf1 -all", f'"{domain["recordValue"].upper()}" '])
    assert (await flow.check(domain)).json()["state"] == "proven"


async def test_a_record_is_found_behind_an_alias_and_among_many_and_in_pieces(org) -> None:
    flow = await org()
    domain = await flow.add(a_name())
    set_name(flow.zone, domain["recordName"], {"cname": f"to.{domain['domain']}"})
    others = [f"{n:03d}{'x' * 300}" for n in range(40)]
    set_texts(flow.zone, f"to.{domain['domain']}", [*others, domain["recordValue"]])
    assert (await flow.check(domain)).json()["state"] == "proven"


LIES = {
    "another value": ({"txt": ["izwop-verification=0123456789abcdef0123456789abcdef"]}, "other"),
    "records of others": ({"txt": ["v=spf1 -all", "google-site-verification=x"]}, "missing"),
    "no text at all": ({}, "missing"),
    "a failure": ({"rcode": "SERVFAIL"}, "silent"),
    "a refusal": ({"rcode": "REFUSED"}, "silent"),
    "a loop": ({"cname": "loop.example"}, "silent"),
    "silence": ({"silent": True}, "silent"),
    "too much": ({"txt": [f"{n:03d}{'x' * 250}" for n in range(200)]}, "silent"),
}


@pytest.mark.parametrize("lie", LIES)
async def test_dns_that_lies_proves_nothing_and_is_told_apart(org, lie) -> None:
    flow = await org()
    domain = await flow.add(a_name())
    entry, why = LIES[lie]
    set_name(flow.zone, "loop.example", {"cname": "loop.example"})
    set_name(flow.zone, domain["recordName"], entry)
    answer = await flow.check(domain)
    assert (answer.status_code, answer.json()["state"], answer.json()["why"]) == (200, "waiting", why)
    assert await wiring.organisations.domains.holders().find(domain["domain"]) is None


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("gmail.com", "domain_of_everybody"),
        ("Outlook.com", "domain_of_everybody"),
        ("co.uk", "domain_of_everybody"),
        ("127.0.0.1", "domain_address"),
        ("[::1]", "domain_address"),
        ("2130706433", "domain_address"),
        ("example", "invalid_domain"),
        ("printer.local", "domain_not_public"),
        ("https://example.com/", "invalid_domain"),
        ("me@example.com", "invalid_domain"),
        ("example.com:80", "invalid_domain"),
        ("-a.example", "invalid_domain"),
        ("a_b.example", "invalid_domain"),
        (f"{'a' * 64}.example", "invalid_domain"),
        (".".join(["a" * 60] * 5), "too_long"),
        ("", "required"),
    ],
)
async def test_what_cannot_be_proven_is_refused_with_its_reason(org, typed, code) -> None:
    flow = await org()
    answer = await flow.owner.api("POST", flow.path, json={"domain": typed})
    assert answer.status_code == 422
    [fault] = answer.json()["errors"]
    assert (fault["field"], fault["code"]) == ("/domain", code)
    assert (await flow.owner.api("GET", flow.path)).json()["data"] == []


async def test_a_name_is_stored_as_dns_has_it_and_shown_as_people_write_it(org) -> None:
    flow = await org()
    token = secrets.token_hex(8)
    added = await flow.add(f"  BÜCHER-{token}.Example. ")
    assert added["domain"].startswith("xn--bcher-")
    assert added["written"] == f"bücher-{token}.example"
    assert (await flow.add(added["domain"]))["id"] == added["id"]
    page = await flow.owner.http.get(f"/org/{flow.id}/domains")
    assert added["written"] in page.text
    assert f"_izwop.{added['domain']}" in page.text


async def test_a_domain_is_added_once_for_each_key_and_each_name(org) -> None:
    flow, name = await org(), a_name()
    first = await flow.add(name, **{"Idempotency-Key": "once"})
    assert await flow.add(name, **{"Idempotency-Key": "once"}) == first
    assert await flow.add(name) == first
    other = await flow.owner.api(
        "POST", flow.path, json={"domain": a_name()}, headers={"Idempotency-Key": "once"}
    )
    assert other.json()["code"] == "idempotency_key_reused"


async def test_an_organisation_has_at_most_twenty_domains_however_fast_they_come(org) -> None:
    flow = await org()
    for _ in range(18):
        await flow.add(a_name())
    answers = await asyncio.gather(
        *(flow.owner.api("POST", flow.path, json={"domain": a_name()}) for _ in range(4))
    )
    assert sorted(answer.status_code for answer in answers) == [201, 201, 409, 409]
    assert {a.json()["code"] for a in answers if a.status_code == 409} == {"limit_reached"}
    assert len((await flow.owner.api("GET", flow.path)).json()["data"]) == 20


async def test_a_domain_is_proven_by_one_organisation_until_its_record_is_gone(org) -> None:
    flow, matic = await org(), await org()
    first = await flow.proven()
    second = await matic.add(first["domain"])
    matic.set(second, first["recordValue"])
    refused = await matic.check(second)
    assert (refused.status_code, refused.json()["code"]) == (409, "domain_taken")
    assert (await matic.get(second))["why"] == "taken"
    assert (await flow.get(first))["state"] == "proven"
    matic.set(second)
    assert (await matic.check(second)).json()["state"] == "proven"
    # Both records again: the name stays with who holds it now.
    matic.set(second, first["recordValue"])
    assert (await flow.check(first)).json()["code"] == "domain_taken"
    assert (await flow.get(first))["state"] == "lapsed"
    assert (await wiring.organisations.domains.holders().find(first["domain"])).org_id == matic.id


async def test_of_two_that_prove_a_domain_at_once_one_does(org) -> None:
    flow, matic = await org(), await org()
    one = await flow.add(a_name())
    other = await matic.add(one["domain"])
    flow.set(one, other["recordValue"])
    answers = await asyncio.gather(flow.check(one), matic.check(other))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    states = [(await flow.get(one))["state"], (await matic.get(other))["state"]]
    assert sorted(states) == ["proven", "waiting"]


async def test_a_removed_domain_is_free_for_others(org) -> None:
    flow, matic = await org(), await org()
    first = await flow.proven()
    stale = await flow.owner.api("DELETE", f"{flow.path}/{first['id']}", headers={"If-Match": '"1"'})
    assert stale.status_code == 412
    assert await flow.remove(first) == 204
    assert (await flow.owner.api("GET", f"{flow.path}/{first['id']}")).status_code == 404
    assert await wiring.organisations.domains.holders().find(first["domain"]) is None
    second = await matic.add(first["domain"])
    matic.set(second, first["recordValue"])
    assert (await matic.check(second)).json()["state"] == "proven"


async def test_a_name_that_a_dying_worker_did_not_free_is_free_later(host, org, monkeypatch) -> None:
    flow = await org()
    domain = await flow.proven()

    async def nothing(_order: object) -> None:
        """The worker dies before it frees the name."""

    with monkeypatch.context() as patch:
        patch.setattr("wiring.organisations.settle", nothing)
        assert await flow.remove(domain) == 204
    assert (await flow.owner.api("GET", flow.path)).json()["data"] == []
    assert await wiring.organisations.domains.holders().find(domain["domain"]) is not None
    # The same name is proven again before the order comes: it must not lose it.
    again = await flow.proven(domain["domain"])
    from domain.operations.orders import OrderMessage  # noqa: PLC0415 - what the host loaded

    message = OrderMessage(container="organisations", owner_id=flow.id, order_id=f"order-{RELEASE}-domains")
    for _ in range(2):
        await wiring.operations.order_queue().send(message)
        await host.drain_queue("orders")
    assert (await flow.get(again))["state"] == "proven"
    assert (await wiring.organisations.domains.holders().find(domain["domain"])).value == again["recordValue"]
    assert [each.id for each in (await wiring.organisations.domains.store().get(flow.id)).domains] == [
        again["id"]
    ]


async def test_a_worker_that_dies_after_it_reserved_the_name_loses_nothing(org, monkeypatch) -> None:
    flow = await org()
    domain = await flow.add(a_name())
    flow.set(domain)

    async def dies(*_: object) -> None:
        raise SystemError

    with monkeypatch.context() as patch:
        patch.setattr("adapters.cosmos.organisations.domains.CosmosDomains.save", dies)
        assert (await flow.check(domain)).status_code == 500
    assert (await flow.get(domain))["state"] == "waiting"
    assert (await wiring.organisations.domains.holders().find(domain["domain"])).org_id == flow.id
    assert (await flow.check(domain)).json()["state"] == "proven"


async def test_a_domain_that_is_removed_during_a_look_does_not_hold_its_name(org, monkeypatch) -> None:
    flow = await org()
    domain = await flow.add(a_name())
    flow.set(domain)
    holders = wiring.organisations.domains.holders()
    hold = holders.hold

    async def slowly(holder):
        await flow.remove(domain)
        return await hold(holder)

    with monkeypatch.context() as patch:
        patch.setattr(holders, "hold", slowly)
        assert (await flow.check(domain)).status_code == 404
    assert await holders.find(domain["domain"]) is None


async def test_a_domain_whose_record_is_gone_twice_lapses_and_the_owners_see_it(org) -> None:
    flow = await org()
    domain = await flow.proven()
    assert await recheck(timedelta(days=6)) >= 0
    assert (await flow.get(domain))["lookedAt"] == domain["lookedAt"]
    set_texts(flow.zone, domain["recordName"], [])
    # Pressing the button does not count.
    for _ in range(3):
        assert (await flow.check(domain)).json()["state"] == "proven"
    await recheck(timedelta(days=9))
    assert ((await flow.get(domain))["state"], (await flow.get(domain))["why"]) == ("proven", "missing")
    assert "has lapsed" not in (await flow.owner.http.get(f"/org/{flow.id}")).text
    await recheck(timedelta(days=18))
    assert (await flow.get(domain))["state"] == "lapsed"
    assert "A domain has lapsed" in (await flow.owner.http.get(f"/org/{flow.id}")).text
    assert await wiring.organisations.domains.holders().find(domain["domain"]) is None
    assert await recheck(timedelta(days=40)) >= 0
    flow.set(domain)
    assert (await flow.check(domain)).json()["state"] == "proven"


async def test_two_runs_of_the_timer_at_once_count_a_miss_once(org) -> None:
    flow = await org()
    domain = await flow.proven()
    set_texts(flow.zone, domain["recordName"], [])
    [found] = (await wiring.organisations.domains.store().get(flow.id)).domains
    at, ports = datetime.now(UTC) + timedelta(days=9), wiring.organisations.domains.proving()
    # As each of them found it due.
    await asyncio.gather(
        *(proving._check(flow.id, found, now=at, ports=ports, weekly=True) for _ in range(3))
    )
    [kept] = (await wiring.organisations.domains.store().get(flow.id)).domains
    assert (kept.state, kept.missed) == ("proven", 1)


async def test_a_record_that_comes_back_in_between_is_forgiven(org) -> None:
    flow = await org()
    domain = await flow.proven()
    for days, there in ((9, False), (18, True), (27, False)):
        set_texts(flow.zone, domain["recordName"], [domain["recordValue"]] if there else [])
        await recheck(timedelta(days=days))
    assert (await flow.get(domain))["state"] == "proven"


async def test_dns_that_is_silent_for_weeks_makes_nothing_lapse(org) -> None:
    flow = await org()
    domain = await flow.proven()
    set_name(flow.zone, domain["recordName"], {"rcode": "SERVFAIL"})
    for days in (9, 12, 15, 18):
        await recheck(timedelta(days=days))
    assert ((await flow.get(domain))["state"], (await flow.get(domain))["why"]) == ("proven", "silent")


async def test_the_timer_runs_through_the_door_of_the_host(host, org) -> None:
    flow = await org()
    await flow.proven()
    assert await host.run_timer("organisations_recheck_domains")


async def test_what_is_left_by_a_run_is_done_by_the_next(org) -> None:
    from domain.operations.slices import Slice  # noqa: PLC0415 - what the host loaded

    flow = await org()
    domains = [await flow.proven() for _ in range(3)]
    at = datetime.now(UTC) + timedelta(days=9)
    ports, runs = wiring.organisations.domains.proving(), 0
    while await proving.recheck_due(
        at, Slice(lambda: 0.0, items=1), due=wiring.organisations.domains.store(), ports=ports
    ):
        runs += 1
    assert runs >= 3
    for domain in domains:
        assert (await flow.get(domain))["lookedAt"] > domain["lookedAt"]


async def test_looking_is_limited(org, monkeypatch) -> None:
    from domain.base.limits import Rate  # noqa: PLC0415 - what the host loaded

    flow = await org()
    domain = await flow.add(a_name())
    monkeypatch.setattr(proving, "DOMAIN_CHECKS", Rate("domain_checks", most=1, seconds=3600))
    assert (await flow.check(domain)).status_code == 200
    refused = await flow.check(domain)
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_requests")


async def test_others_find_no_domains(org, signed_in) -> None:
    flow, eve = await org(), await signed_in()
    domain = await flow.proven()
    for place in ("", f"/{domain['id']}"):
        answers = [
            await eve.api("GET", f"organisations/{each}/domains{place}") for each in (flow.id, UNKNOWN)
        ]
        bodies = [{**answer.json(), "instance": ""} for answer in answers]
        assert [answer.status_code for answer in answers] == [404, 404]
        assert bodies[0] == bodies[1]
    check = await eve.api("PUT", f"organisations/{flow.id}/domains/{domain['id']}/check")
    assert check.status_code == 404
    assert (await eve.http.get(f"/org/{flow.id}/domains")).status_code == 404
    missing = await flow.owner.api("GET", f"{flow.path}/{UNKNOWN_DOMAIN}")
    assert missing.status_code == 404


async def test_domains_are_proven_and_removed_with_forms(org) -> None:
    flow = await org()
    http, at, name = flow.owner.http, f"/org/{flow.id}/domains", a_name()
    assert "No domains yet" in (await http.get(at)).text
    fields = {"csrf": flow.owner.csrf, "key": "k"}
    refused = await http.post(at, data=fields | {"domain": "gmail.com"})
    assert refused.status_code == 422
    assert "Domain gives e-mail addresses to everybody" in refused.text
    assert 'value="gmail.com"' in refused.text
    added = await http.post(at, data=fields | {"domain": name})
    assert added.status_code == 303
    [domain] = (await flow.owner.api("GET", flow.path)).json()["data"]
    page = (await http.get(added.headers["location"])).text
    assert domain["recordValue"] in page
    assert "Waiting for the record" in page
    looked = await http.post(f"{at}/{domain['id']}/check", data=fields)
    assert "There is no such record yet" in (await http.get(looked.headers["location"])).text
    flow.set(domain)
    proven = await http.post(f"{at}/{domain['id']}/check", data=fields)
    assert "The domain is proven." in (await http.get(proven.headers["location"])).text
    stale = await http.post(f"{at}/{domain['id']}/remove", data=fields | {"version": "1"})
    assert stale.status_code == 412
    removed = await http.post(f"{at}/{domain['id']}/remove", data=fields | {"version": "3"})
    assert "The domain is removed." in (await http.get(removed.headers["location"])).text
