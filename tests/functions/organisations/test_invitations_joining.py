"""Joining by an invitation: with the invited address, once, and nothing is told to anybody else."""

import asyncio
import secrets
from datetime import UTC, datetime, timedelta

import httpx
import pytest

import wiring.organisations
import wiring.organisations.invitations
from domain.base.errors import NotFound
from domain.organisations import organisation
from domain.organisations.invitations import invitation as rules
from domain.organisations.invitations import joining
from domain.organisations.invitations.links import link_of, read_link
from domain.organisations.organisation import Member, Person
from functions.framework.clock import new_id
from local.identity.sign_in import sign_in
from tests.forms import SAME_SITE, Fields
from tests.functions.operations.test_jobs import Mailbox
from tests.functions.organisations.invited import (
    an_address,
    email_of,
    expired,
    invited,
    join,
    link_for,
    links_to,
    resent,
    waiting,
    withdrawn,
)
from tests.functions.organisations.test_organisations import an_organisation


@pytest.fixture
def mailbox(cloud) -> Mailbox:
    return Mailbox(cloud)


async def members(person, org: str) -> list[dict]:
    return (await person.api("GET", f"organisations/{org}/members", params={"limit": 100})).json()["data"]


async def test_an_invitation_comes_by_mail_and_makes_a_member(host, signed_in, client, mailbox) -> None:
    ada, grace = await signed_in(), await signed_in()
    org = await an_organisation(ada, "Flow & Matic")
    address = await email_of(grace)
    [made] = await invited(ada, org["id"], address.upper().replace("EXAMPLE", "example"), role="editor")
    assert (made["role"], made["invitedBy"]) == ("editor", org["memberId"])
    [link] = (await links_to(host, mailbox, made["address"]))[-1:]
    seen = await client().get(link)
    assert "Flow &amp; Matic invites you" in seen.text
    assert "Your role there: Editor." in seen.text
    assert f'href="/auth/login?returnTo={link}"' in seen.text
    page = await grace.http.get(link)
    assert "they stay with you, and the organisation never sees them" in page.text
    assert Fields(page.text, link).values["name"] == grace.name
    answer = await join(grace, link, "Grace Hopper")
    assert answer.headers["location"] == f"/org/{org['id']}?done=joined"
    assert "You are in." in (await grace.http.get(answer.headers["location"])).text
    members = (await ada.api("GET", f"organisations/{org['id']}/members")).json()["data"]
    assert {(each["name"], each["email"], each["role"]) for each in members if each["role"] == "editor"} == {
        ("Grace Hopper", address, "editor")
    }
    [own] = (await grace.api("GET", "organisations")).json()["data"]
    assert (own["id"], own["role"]) == (org["id"], "editor")
    assert await waiting(ada, org["id"]) == []


async def test_signing_in_leads_back_to_the_invitation(host, client, signed_in, mailbox) -> None:
    """Somebody without an account makes one on the way."""
    ada, name, browser = await signed_in(), f"Person {secrets.token_hex(6)}", client()
    org = (await an_organisation(ada))["id"]
    address = await email_of(await signed_in(name))
    link = await link_for(host, mailbox, ada, org, address)
    page = await browser.get(f"/auth/login?returnTo={link}")
    form = Fields(page.text, "/auth/login").values | {"birthYear": "1985", "birthMonth": "12"}
    answer = await browser.post("/auth/login", data=form, headers=SAME_SITE)
    async with httpx.AsyncClient(trust_env=False) as provider:
        back = await browser.get(await sign_in(provider, answer.headers["location"], name))
    assert back.headers["location"] == link
    assert ">Join</button>" in (await browser.get(link)).text


async def test_pages_of_a_link_are_seen_by_nobody_else(host, client, signed_in, mailbox) -> None:
    ada, grace, eve = await signed_in(), await signed_in(), await signed_in()
    org = (await an_organisation(ada))["id"]
    link = await link_for(host, mailbox, ada, org, await email_of(grace))
    answers = {who: await http.get(link) for who, http in (("stranger", client()), ("eve", eve.http))}
    answers["over"] = await client().get(f"{link[:-3]}AAA")
    for answer in answers.values():
        assert answer.headers["referrer-policy"] == "no-referrer"
    answers["form"] = await grace.http.get(link)
    # Without any referrer, browsers would not say that the form was ours.
    assert answers["form"].headers["referrer-policy"] == "same-origin"
    for answer in answers.values():
        assert answer.headers["x-robots-tag"] == "noindex, nofollow"
        assert answer.headers["cache-control"] == "no-store"
    answer = await join(grace, link)
    assert answer.headers["referrer-policy"] == "no-referrer"


async def test_another_account_learns_nothing_and_joins_nothing(host, signed_in, mailbox) -> None:
    ada, eve, address = await signed_in(), await signed_in(), an_address()
    org = (await an_organisation(ada))["id"]
    link = await link_for(host, mailbox, ada, org, address)
    for answer in (await eve.http.get(link), await join(eve, link)):
        assert answer.status_code == 200
        assert "This invitation is for another address" in answer.text
        assert await email_of(eve) in answer.text
        assert address not in answer.text
    assert len(await members(ada, org)) == 1
    assert len(await waiting(ada, org)) == 1


async def test_every_link_that_opens_nothing_shows_the_same_page(host, client, signed_in, mailbox) -> None:
    ada, eve = await signed_in(), await signed_in()
    org = (await an_organisation(ada))["id"]
    joined, sent_again = await signed_in(), await signed_in()
    void = {
        name: await link_for(host, mailbox, ada, org, address)
        for name, address in {
            "used": await email_of(joined),
            "sent again": await email_of(sent_again),
            "withdrawn": an_address(),
            "expired": an_address(),
        }.items()
    }
    of = {each["id"]: each for each in await waiting(ada, org)}
    by_link = {name: of[read_link(link.removeprefix("/join/")).invitation_id] for name, link in void.items()}
    assert (await join(joined, void["used"])).status_code == 303
    assert (await resent(ada, org, by_link["sent again"])).status_code == 200
    assert (await withdrawn(ada, org, by_link["withdrawn"])).status_code == 204
    await expired(org, by_link["expired"])
    key = secrets.token_bytes(32)
    void |= {
        "forged": "/join/" + link_of(org, by_link["sent again"]["id"], 2, key),
        "of nothing": "/join/" + link_of(org, new_id("inv"), 1, key),
        "of nobody": "/join/" + link_of(new_id("org"), new_id("inv"), 1, key),
        "short": "/join/x",
        "of other characters": "/join/" + "é" * 86,
    }
    for http in (client(), eve.http):
        answers = {name: await http.get(link) for name, link in void.items()}
        assert {answer.status_code for answer in answers.values()} == {404}
        assert len({answer.content for answer in answers.values()}) == 1
        assert "This link opens nothing" in answers["used"].text
    for name, link in void.items():
        answer = await join(eve, link)
        assert (name, answer.status_code) == (name, 404)
        assert "This link opens nothing" in answer.text
    assert len(await members(ada, org)) == 2


async def test_a_closed_organisation_takes_nobody_in(host, signed_in, mailbox) -> None:
    ada, grace = await signed_in(), await signed_in()
    org, store = (await an_organisation(ada))["id"], wiring.organisations.store()
    link = await link_for(host, mailbox, ada, org, await email_of(grace))
    await store.save_with((await store.get(org)).changed(datetime.now(UTC), closed=True), [])
    for answer in (await grace.http.get(link), await join(grace, link)):
        assert answer.status_code == 404
        assert "This link opens nothing" in answer.text


async def test_who_is_a_member_is_led_to_the_organisation(host, signed_in, mailbox) -> None:
    ada = await signed_in()
    org = (await an_organisation(ada))["id"]
    link = await link_for(host, mailbox, ada, org, await email_of(ada), role="member")
    assert (await ada.http.get(link)).headers["location"] == f"/org/{org}"
    assert (await join(ada, link)).headers["location"].startswith(f"/org/{org}")
    [one] = await members(ada, org)
    assert one["role"] == "owner"


async def test_joining_twice_at_once_makes_one_member(host, signed_in, mailbox) -> None:
    ada, grace = await signed_in(), await signed_in()
    org = (await an_organisation(ada))["id"]
    link = await link_for(host, mailbox, ada, org, await email_of(grace))
    answers = await asyncio.gather(*(join(grace, link) for _ in range(5)))
    assert [answer.status_code for answer in answers] == [303] * 5
    assert len(await members(ada, org)) == 2
    [own] = (await grace.api("GET", "organisations")).json()["data"]
    assert own["id"] == org


async def test_of_two_accounts_with_the_address_the_first_one_joins(host, signed_in, mailbox) -> None:
    """Of two providers, or of two sign-ins at one: an address is no identity."""
    ada, address = await signed_in(), an_address()
    org = (await an_organisation(ada))["id"]
    link = (await link_for(host, mailbox, ada, org, address)).removeprefix("/join/")
    people = [Person(new_id("acc"), f"Grace {number}", address) for number in range(4)]
    ports = wiring.organisations.invitations.joining()
    found = await asyncio.gather(
        *(joining.join(link, each, now=datetime.now(UTC), ports=ports) for each in people),
        return_exceptions=True,
    )
    assert sorted(type(each).__name__ for each in found) == ["Member", "NotFound", "NotFound", "NotFound"]
    assert len(await members(ada, org)) == 2


async def test_joining_and_withdrawing_at_once_have_one_outcome(host, signed_in, mailbox) -> None:
    ada = await signed_in()
    org = (await an_organisation(ada))["id"]
    for _ in range(4):
        address, before = an_address(), len(await members(ada, org))
        link = (await link_for(host, mailbox, ada, org, address)).removeprefix("/join/")
        [one] = await waiting(ada, org)
        person = Person(new_id("acc"), "Grace", address)
        came, gone = await asyncio.gather(
            joining.join(
                link, person, now=datetime.now(UTC), ports=wiring.organisations.invitations.joining()
            ),
            withdrawn(ada, org, one),
            return_exceptions=True,
        )
        assert (isinstance(came, Member), gone.status_code) in [(True, 404), (False, 204), (True, 412)]
        assert isinstance(came, Member | NotFound)
        assert len(await members(ada, org)) == before + isinstance(came, Member)
        assert await waiting(ada, org) == []


async def test_an_invitation_is_valid_for_fourteen_days(host, signed_in, mailbox) -> None:
    ada, address = await signed_in(), an_address()
    org = (await an_organisation(ada))["id"]
    link = (await link_for(host, mailbox, ada, org, address)).removeprefix("/join/")
    [one] = await waiting(ada, org)
    sent = datetime.fromisoformat(one["sentAt"])
    assert datetime.fromisoformat(one["expiresAt"]) - sent == rules.VALID_FOR == timedelta(days=14)
    person, ports = Person(new_id("acc"), "Grace", address), wiring.organisations.invitations.joining()
    with pytest.raises(NotFound):
        await joining.join(link, person, now=sent + rules.VALID_FOR, ports=ports)
    last = sent + rules.VALID_FOR - timedelta(seconds=1)
    assert (await joining.join(link, person, now=last, ports=ports)).email == address


async def test_who_joins_says_what_they_are_called(host, signed_in, mailbox) -> None:
    ada, grace = await signed_in(), await signed_in()
    org = (await an_organisation(ada))["id"]
    link = await link_for(host, mailbox, ada, org, await email_of(grace))
    for name in ("", "  ", "x" * 121, "a\tb"):
        refused = await join(grace, link, name)
        assert refused.status_code == 422
        assert Fields(refused.text, link).invalid == {"name"}
        assert Fields(refused.text, link).values["name"] == name
    forged = await grace.http.post(link, data={"csrf": "x", "name": "Grace"}, headers=SAME_SITE)
    assert forged.status_code == 403
    assert len(await members(ada, org)) == 1


async def test_a_form_sent_after_signing_out_keeps_what_was_typed(host, client, signed_in, mailbox) -> None:
    ada = await signed_in()
    org = (await an_organisation(ada))["id"]
    link = await link_for(host, mailbox, ada, org, an_address())
    answer = await client().post(link, data={"csrf": "x", "name": "Grace Typed"}, headers=SAME_SITE)
    assert answer.status_code == 401
    assert "Grace Typed" in answer.text


async def test_limits_of_people_and_of_organisations_are_told(host, signed_in, mailbox, monkeypatch) -> None:
    ada, grace = await signed_in(), await signed_in()
    org = (await an_organisation(ada))["id"]
    link = await link_for(host, mailbox, ada, org, await email_of(grace))
    with monkeypatch.context() as patch:
        patch.setattr(organisation, "MOST_PEOPLE", 1)
        full = await join(grace, link)
    assert full.status_code == 409
    assert "This organisation has 1 people, and may not have more." in full.text
    with monkeypatch.context() as patch:
        patch.setattr(organisation, "MOST_ORGANISATIONS", 0)
        many = await join(grace, link)
    assert many.status_code == 409
    assert "Leave one first." in many.text
    assert (await join(grace, link)).status_code == 303


async def test_a_switcher_that_was_missed_follows_later(host, signed_in, mailbox, monkeypatch) -> None:
    ada, grace = await signed_in(), await signed_in()
    org = (await an_organisation(ada))["id"]
    link = await link_for(host, mailbox, ada, org, await email_of(grace))

    async def nothing(_order: object) -> None:
        """The worker dies before it follows."""

    with monkeypatch.context() as patch:
        patch.setattr("wiring.organisations.settle", nothing)
        assert (await join(grace, link)).status_code == 303
    assert (await grace.api("GET", "organisations")).json()["data"] == []
    [order] = [
        each
        async for each in wiring.operations.orders().due(datetime.now(UTC) + timedelta(hours=1))
        if each.owner_id == org
    ]
    for _ in range(2):
        await wiring.organisations.effects()[order.kind](order)
    [own] = (await grace.api("GET", "organisations")).json()["data"]
    assert own["id"] == org


async def test_who_left_can_be_invited_again(host, signed_in, mailbox) -> None:
    ada, grace = await signed_in(), await signed_in()
    org, address = (await an_organisation(ada))["id"], await email_of(grace)
    assert (await join(grace, await link_for(host, mailbox, ada, org, address))).status_code == 303
    version = {"If-Match": (await grace.api("GET", f"organisations/{org}/membership")).headers["etag"]}
    assert (await grace.api("DELETE", f"organisations/{org}/membership", headers=version)).status_code == 204
    [again] = await invited(ada, org, address, role="billing")
    assert again["role"] == "billing"
    links = await links_to(host, mailbox, address, 2)
    assert (await join(grace, links[0])).status_code == 404
    assert (await join(grace, links[1])).status_code == 303
    [own] = (await grace.api("GET", "organisations")).json()["data"]
    assert own["role"] == "billing"
