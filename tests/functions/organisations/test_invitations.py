"""Invitations: by mail, for one address, once, for fourteen days."""

import asyncio
import re
import secrets
from datetime import UTC, datetime, timedelta

import pytest

import wiring.accounts
import wiring.notifications
import wiring.operations
import wiring.organisations
from domain.base import limits
from domain.notifications.mail import MailOrder
from domain.operations.orders import OrderMessage
from domain.organisations.invitations import invitation as invitation_rules
from domain.organisations.invitations import inviting, joining
from functions.framework.clock import new_id
from tests.forms import SAME_SITE, Fields
from tests.functions.operations.test_jobs import Mailbox
from tests.functions.organisations.test_organisations import an_organisation
from tests.stored import places_of


@pytest.fixture
def mailbox(cloud) -> Mailbox:
    return Mailbox(cloud)


def an_address() -> str:
    return f"{secrets.token_hex(8)}@example.com"


async def email_of(person) -> str:
    return (await person.api("GET", "account")).json()["email"]


async def invite(person, org: str, *addresses: str, role: str = "member", **headers: str):
    body = {"addresses": list(addresses), "role": role}
    return await person.api("POST", f"organisations/{org}/invitations", json=body, headers=headers)


async def invited(person, org: str, *addresses: str, role: str = "member") -> list[dict]:
    answer = await invite(person, org, *addresses, role=role)
    assert answer.status_code == 201, answer.text
    return answer.json()["data"]


async def waiting(person, org: str) -> list[dict]:
    answer = await person.api("GET", f"organisations/{org}/invitations")
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


async def version_of(person, org: str, invitation: dict) -> dict[str, str]:
    answer = await person.api("GET", f"organisations/{org}/invitations/{invitation['id']}")
    return {"If-Match": answer.headers["etag"]}


async def resent(person, org: str, invitation: dict):
    path = f"organisations/{org}/invitations/{invitation['id']}/sending"
    return await person.api("PUT", path, headers=await version_of(person, org, invitation))


async def withdrawn(person, org: str, invitation: dict):
    path = f"organisations/{org}/invitations/{invitation['id']}"
    return await person.api("DELETE", path, headers=await version_of(person, org, invitation))


async def links_to(host, mailbox: Mailbox, address: str, count: int = 1) -> list[str]:
    """The paths that the mails to an address lead to, the newest last."""
    await host.drain_queue("mail")
    mails = [mail for mail in await mailbox.holds(count, address) if "/join/" in mail["text"]]
    assert [mail["times"] for mail in mails] == [1] * count
    return [re.search(r"https://izwop\.test(/join/\S+)\n", mail["text"])[1] for mail in mails]


async def link_for(host, mailbox: Mailbox, person, org: str, address: str, **how: str) -> str:
    await invited(person, org, address, **how)
    return (await links_to(host, mailbox, address))[-1]


async def join(person, link: str, name: str = "Grace"):
    fields = {"csrf": person.csrf, "name": name}
    return await person.http.post(link, data=fields, headers=SAME_SITE)


async def of_role(host, mailbox, signed_in, owner, org: str, role: str):
    """Somebody who has joined with a role."""
    person = await signed_in()
    address = await email_of(person)
    await invited(owner, org, address, role=role)
    await host.drain_queue("mail")
    mails = [mail for mail in await mailbox.to(address) if "/join/" in mail["text"]]
    answer = await join(person, re.search(r"izwop\.test(/join/\S+)\n", mails[-1]["text"])[1])
    assert answer.status_code == 303, answer.text
    return person


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
