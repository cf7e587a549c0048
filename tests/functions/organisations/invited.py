"""People who are invited into organisations, and the mails that lead them there."""

import re
import secrets
from datetime import timedelta

import wiring.organisations.invitations
from tests.forms import SAME_SITE
from tests.functions.operations.test_jobs import Mailbox


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
    newest_first = await mailbox.holds(count, address)
    mails = [mail for mail in reversed(newest_first) if "/join/" in mail["text"]]
    assert [mail["times"] for mail in mails] == [1] * count
    return [re.search(r"https://izwop\.test(/join/\S+)\n", mail["text"])[1] for mail in mails]


async def link_for(host, mailbox: Mailbox, person, org: str, address: str, **how: str) -> str:
    await invited(person, org, address, **how)
    return (await links_to(host, mailbox, address))[-1]


async def join(person, link: str, name: str = "Grace"):
    fields = {"csrf": person.csrf, "name": name}
    return await person.http.post(link, data=fields, headers=SAME_SITE)


async def joined(host, mailbox: Mailbox, owner, org: str, person, *, role: str) -> None:
    """Have a person join with a role."""
    answer = await join(person, await link_for(host, mailbox, owner, org, await email_of(person), role=role))
    assert answer.status_code == 303, answer.text


async def expired(org: str, invitation: dict) -> None:
    """Have fourteen days go by for an invitation."""
    store = wiring.organisations.invitations.store()
    found = await store.get(org, invitation["id"])
    past = {name: getattr(found, name) - timedelta(days=14, seconds=1) for name in ("sent_at", "expires_at")}
    await store.save(found.noted(**past))
