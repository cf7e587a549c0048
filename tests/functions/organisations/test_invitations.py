"""Invitations: sent by those who may, every line or none, sent again, withdrawn; their mails."""

import asyncio
import base64
from datetime import UTC, datetime, timedelta

import pytest

import wiring.accounts
import wiring.notifications
import wiring.operations
import wiring.organisations
import wiring.organisations.invitations
from domain.base.limits import MAILBOX_INVITATIONS
from domain.notifications.claimed import CLAIMED_FOR
from domain.notifications.mail import MailOrder
from domain.operations.orders import Order, send_due_orders
from domain.organisations.invitations import inviting
from tests.forms import SAME_SITE, Fields
from tests.functions.operations.test_jobs import Mailbox
from tests.functions.organisations.invited import (
    an_address,
    expired,
    invite,
    invited,
    joined,
    link_for,
    links_to,
    resent,
    version_of,
    waiting,
    withdrawn,
)
from tests.functions.organisations.test_organisations import UNKNOWN, an_organisation
from tests.stored import places_of

NEVER = "inv_" + "a" * 26


@pytest.fixture
def mailbox(cloud) -> Mailbox:
    return Mailbox(cloud)


async def sent_on_page(person, org: str, text: str, **fields: str):
    path = f"/org/{org}/invitations"
    form = Fields((await person.http.get(path)).text, path).values
    return await person.http.post(path, data={**form, "addresses": text, **fields}, headers=SAME_SITE)


async def test_several_are_invited_at_once_and_listed_the_newest_first(signed_in) -> None:
    ada = await signed_in()
    org = (await an_organisation(ada))["id"]
    first, others = an_address(), [an_address(), an_address()]
    await invited(ada, org, first)
    assert [each["address"] for each in await invited(ada, org, *others, role="billing")] == others
    found = await waiting(ada, org)
    assert {each["address"] for each in found[:2]} == set(others)
    assert found[2]["address"] == first
    assert {each["role"] for each in found[:2]} == {"billing"}
    page = await ada.api("GET", f"organisations/{org}/invitations", params={"limit": 2})
    assert page.json()["data"] == found[:2]
    rest = await ada.api(
        "GET", f"organisations/{org}/invitations", params={"cursor": page.json()["page"]["next"]}
    )
    assert (rest.json()["data"], rest.json()["page"]["next"]) == (found[2:], None)
    one = await ada.api("GET", f"organisations/{org}/invitations/{found[2]['id']}")
    assert one.json() == found[2]


async def test_fifty_are_invited_at_once_and_then_anew(host, signed_in, mailbox) -> None:
    ada, addresses = await signed_in(), [an_address() for _ in range(50)]
    org = (await an_organisation(ada))["id"]
    made = await invited(ada, org, *addresses)
    assert [each["address"] for each in made] == addresses
    await host.drain_queue("mail")
    assert len(await mailbox.holds(50, *addresses)) == 50
    for one in made[:25]:
        await expired(org, one)
    again = await invited(ada, org, *addresses[:25], *(an_address() for _ in range(25)))
    assert [each["id"] for each in again[:25]] == [each["id"] for each in made[:25]]


async def test_invitations_are_made_once_for_each_key(signed_in) -> None:
    ada = await signed_in()
    org, address = (await an_organisation(ada))["id"], an_address()
    answers = await asyncio.gather(
        *(invite(ada, org, address, **{"Idempotency-Key": "once"}) for _ in range(4))
    )
    assert [answer.status_code for answer in answers] == [201] * 4
    assert len({answer.text for answer in answers}) == 1
    other = await invite(ada, org, an_address(), **{"Idempotency-Key": "once"})
    assert other.json()["code"] == "idempotency_key_reused"
    assert len(await waiting(ada, org)) == 1


async def test_one_address_is_invited_once_at_a_time(signed_in) -> None:
    ada = await signed_in()
    org, address = (await an_organisation(ada))["id"], an_address()
    answers = await asyncio.gather(*(invite(ada, org, an_address(), address) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [201, 422, 422, 422, 422]
    refused = next(answer for answer in answers if answer.status_code == 422)
    assert [(each["field"], each["code"]) for each in refused.json()["errors"]] == [
        ("/addresses/1", "already_invited")
    ]
    assert len(await waiting(ada, org)) == 2
    twice = await invited(ada, org, other := an_address(), other.upper())
    assert len(twice) == 1


async def test_every_bad_address_is_named_and_nothing_is_sent(host, signed_in, mailbox) -> None:
    ada = await signed_in()
    org, good = (await an_organisation(ada))["id"], an_address()
    refused = await invite(ada, org, good, "ada@", "x y@example.com")
    assert refused.status_code == 422
    assert [(each["field"], each["code"]) for each in refused.json()["errors"]] == [
        ("/addresses/1", "invalid_email"),
        ("/addresses/2", "invalid_email"),
    ]
    page = await sent_on_page(ada, org, f"{good}\r\n\r\nada@\r\n  x y@example.com <>\r\n", role="admin")
    assert page.status_code == 422
    assert "Line 3 is not a valid e-mail address. Line 4 is not a valid e-mail address." in page.text
    kept = Fields(page.text, f"/org/{org}/invitations")
    assert kept.values["addresses"].splitlines()[0] == good
    assert (kept.values["role"], kept.invalid) == ("admin", {"addresses"})
    assert await waiting(ada, org) == []
    await host.drain_queue("mail")
    assert await mailbox.to(good) == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"addresses": []}, "/addresses"),
        ({"addresses": [f"a{number}@example.com" for number in range(51)]}, "/addresses"),
        ({"addresses": "a@example.com"}, "/addresses"),
        ({"addresses": ["a@example.com"], "role": "king"}, "/role"),
        ({"addresses": ["a@example.com"], "text": "Buy this"}, "/text"),
    ],
)
async def test_what_cannot_be_an_invitation_is_refused(signed_in, body, field) -> None:
    ada = await signed_in()
    org = (await an_organisation(ada))["id"]
    answer = await ada.api("POST", f"organisations/{org}/invitations", json=body)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)


async def test_a_form_says_what_is_missing_and_sends_once(signed_in) -> None:
    ada = await signed_in()
    org, address = (await an_organisation(ada))["id"], an_address()
    path = f"/org/{org}/invitations"
    assert "Nobody is invited at the moment" in (await ada.http.get(path)).text
    assert "must not be empty" in (await sent_on_page(ada, org, " \n ")).text
    form = {**Fields((await ada.http.get(path)).text, path).values, "addresses": address}
    for _ in range(2):
        done = await ada.http.post(path, data=form, headers=SAME_SITE)
        assert done.headers["location"] == f"{path}?done=sent"
    again = await ada.http.post(path, data=form | {"addresses": an_address()}, headers=SAME_SITE)
    assert "This form has sent its invitations already" in again.text
    assert [each["address"] for each in await waiting(ada, org)] == [address]
    listed = await ada.http.get(f"{path}?done=sent")
    assert "The invitations are on their way." in listed.text
    assert address in listed.text


async def test_an_invitation_is_sent_again_and_withdrawn_on_its_page(host, signed_in, mailbox) -> None:
    ada = await signed_in()
    org, address = (await an_organisation(ada))["id"], an_address()
    await invited(ada, org, address)
    path = f"/org/{org}/invitations"
    [one] = await waiting(ada, org)
    places = {what: f"{path}/{one['id']}/{what}" for what in ("sending", "withdrawal")}
    form = Fields((await ada.http.get(path)).text, places["sending"]).values
    again = await ada.http.post(places["sending"], data=form, headers=SAME_SITE)
    assert again.headers["location"] == f"{path}?done=again"
    late = await ada.http.post(places["withdrawal"], data=form, headers=SAME_SITE)
    assert "Nothing was changed" in (await ada.http.get(late.headers["location"])).text
    # The first mail was not sent yet: its link is void, and only the new one is sent.
    assert len(await links_to(host, mailbox, address)) == 1
    form = Fields((await ada.http.get(path)).text, places["withdrawal"]).values
    gone = await ada.http.post(places["withdrawal"], data=form, headers=SAME_SITE)
    assert gone.headers["location"] == f"{path}?done=withdrawn"
    assert address not in (await ada.http.get(path)).text


async def test_who_sends_again_or_withdraws_names_the_version_that_they_read(signed_in) -> None:
    ada = await signed_in()
    org = (await an_organisation(ada))["id"]
    [one] = await invited(ada, org, an_address())
    path = f"organisations/{org}/invitations/{one['id']}"
    before = await version_of(ada, org, one)
    assert (await ada.api("DELETE", path)).status_code == 428
    sent = await ada.api("PUT", f"{path}/sending", headers=before)
    assert sent.status_code == 200
    assert sent.json()["sentAt"] > one["sentAt"]
    assert (await ada.api("PUT", f"{path}/sending", headers=before)).status_code == 412
    assert (await ada.api("DELETE", path, headers=before)).status_code == 412
    now = {"If-Match": sent.headers["etag"]}
    answers = await asyncio.gather(*(ada.api("DELETE", path, headers=now) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [204, 404, 404]


async def test_roles_say_who_invites_and_whom(host, signed_in, mailbox) -> None:
    ada, eve = await signed_in(), await signed_in()
    org = (await an_organisation(ada))["id"]
    editor, admin = await signed_in(), await signed_in()
    await joined(host, mailbox, ada, org, editor, role="editor")
    await joined(host, mailbox, ada, org, admin, role="admin")
    [one] = await invited(ada, org, an_address(), role="admin")
    refused = await invite(ada, org, an_address(), role="owner")
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "/role")
    assert (await resent(admin, org, one)).status_code == 200
    assert (await invite(admin, org, an_address(), role="admin")).status_code == 201
    shown = (await admin.http.get(f"/org/{org}/invitations")).text
    assert '<option value="owner"' not in shown
    assert (await editor.api("GET", f"organisations/{org}/invitations")).json()["code"] == "not_allowed"
    assert (await invite(editor, org, an_address())).json()["code"] == "not_allowed"
    assert (await editor.http.get(f"/org/{org}/invitations")).status_code == 403
    assert "/invitations" not in (await editor.http.get(f"/org/{org}")).text
    version = {"If-Match": '"1"'}
    for place, method in (("", "GET"), (f"/{one['id']}", "GET"), (f"/{one['id']}", "DELETE")):
        answers = [
            await eve.api(method, f"organisations/{each}/invitations{place}", headers=version)
            for each in (org, UNKNOWN)
        ]
        bodies = [{**answer.json(), "instance": ""} for answer in answers]
        assert ([answer.status_code for answer in answers], bodies[0]) == ([404, 404], bodies[1])
    assert (await eve.http.get(f"/org/{org}/invitations")).status_code == 404
    mine = (await ada.api("GET", f"organisations/{org}")).json()["memberId"]
    for other in (NEVER, mine, org):
        answer = await ada.api("GET", f"organisations/{org}/invitations/{other}")
        assert answer.status_code == 404


async def test_an_organisation_has_only_so_many_invitations(signed_in, monkeypatch) -> None:
    ada = await signed_in()
    org = (await an_organisation(ada))["id"]
    monkeypatch.setattr(inviting, "MOST_INVITATIONS", 2)
    [one, _other] = await invited(ada, org, an_address(), an_address())
    full = await invite(ada, org, an_address())
    assert (full.status_code, full.json()["code"]) == (409, "limit_reached")
    page = await sent_on_page(ada, org, typed := an_address())
    assert page.status_code == 409
    assert "may have 2 invitations that wait" in page.text
    assert typed in page.text
    assert (await withdrawn(ada, org, one)).status_code == 204
    assert (await invite(ada, org, an_address())).status_code == 201


async def test_an_organisation_sends_only_so_many_mails_in_a_day(signed_in, monkeypatch) -> None:
    ada = await signed_in()
    org = (await an_organisation(ada))["id"]
    monkeypatch.setattr(inviting, "INVITATION_MAILS", inviting.INVITATION_MAILS._replace(most=3))
    [one, _other] = await invited(ada, org, an_address(), an_address())
    many = await invite(ada, org, an_address(), an_address())
    assert (many.status_code, many.json()["code"]) == (429, "too_many_requests")
    page = await sent_on_page(ada, org, f"{an_address()}\n{an_address()}")
    assert page.status_code == 429
    assert "Send fewer, or try in " in page.text
    assert (await resent(ada, org, one)).status_code == 200
    assert (await resent(ada, org, one)).status_code == 429
    assert len(await waiting(ada, org)) == 2


async def test_an_address_gets_only_so_many_mails_of_all_organisations(host, signed_in, mailbox) -> None:
    ada, address = await signed_in(), an_address()
    for _ in range(MAILBOX_INVITATIONS.most + 2):
        await invited(ada, (await an_organisation(ada))["id"], address)
    assert len(await links_to(host, mailbox, address, MAILBOX_INVITATIONS.most)) == MAILBOX_INVITATIONS.most


async def test_a_mail_says_nothing_that_anybody_typed(host, signed_in, mailbox) -> None:
    ada, address = await signed_in(), an_address()
    org = (await an_organisation(ada, "CANARY Ltd"))["id"]
    body = {"addresses": [address]}
    swedish = {"Accept-Language": "sv"}
    made = await ada.api("POST", f"organisations/{org}/invitations", json=body, headers=swedish)
    assert made.status_code == 201
    [link] = await links_to(host, mailbox, address)
    [mail] = await mailbox.to(address)
    assert mail["subject"] == "Du är inbjuden till en organisation i iZwop"
    assert "CANARY" not in str(mail)
    assert ada.name not in str(mail)
    assert len(link.removeprefix("/join/")) == 86


async def test_mails_that_were_missed_are_sent_later_and_once(host, signed_in, mailbox, monkeypatch) -> None:
    ada, addresses = await signed_in(), [an_address(), an_address()]
    org = (await an_organisation(ada))["id"]

    async def nothing(_order: Order) -> None:
        """The worker dies before it queues a mail."""

    with monkeypatch.context() as patch:
        patch.setattr("wiring.organisations.settle", nothing)
        await invited(ada, org, *addresses)
    await host.drain_queue("mail")
    assert await mailbox.to(*addresses) == []
    found: list[Order] = []

    class OfOne:
        async def due(self, now: datetime):
            async for order in wiring.operations.orders().due(now):
                if order.owner_id == org:
                    found.append(order)
                    yield order

        save = staticmethod(wiring.operations.orders().save)

    later = datetime.now(UTC) + timedelta(hours=1)
    await send_due_orders(later, orders=OfOne(), queue=wiring.operations.order_queue())
    await host.drain_queue("orders")
    [order] = found
    await wiring.organisations.effects()[inviting.MAILS](order)
    await host.drain_queue("mail")
    mails = await mailbox.holds(2, *addresses)
    assert sorted((mail["to"][0], mail["times"]) for mail in mails) == [
        (each, 1) for each in sorted(addresses)
    ]


async def test_a_worker_that_died_while_sending_is_followed(host, signed_in, mailbox, monkeypatch) -> None:
    ada, address = await signed_in(), an_address()
    org, store = (await an_organisation(ada))["id"], wiring.organisations.invitations.store()
    at, claims = datetime.now(UTC), (timedelta(0), 2 * CLAIMED_FOR)
    [one] = await invited(ada, org, address)
    for expected, ago in enumerate(claims):
        found = await store.get(org, one["id"])
        await store.save(found.noted(mail_claimed_at=at - ago))
        order = MailOrder(kind="invitation", account_id=org, subject_id=one["id"])
        await wiring.notifications.queue().send(order)
        await host.drain_queue("mail")
        assert len(await mailbox.to(address)) == expected


async def test_a_mail_that_was_sent_is_not_sent_again(host, signed_in, mailbox) -> None:
    """Its order comes once more, long after the claim of the first worker."""
    ada, address = await signed_in(), an_address()
    org, store = (await an_organisation(ada))["id"], wiring.organisations.invitations.store()
    [one] = await invited(ada, org, address)
    assert len(await links_to(host, mailbox, address)) == 1
    found = await store.get(org, one["id"])
    await store.save(found.noted(mail_claimed_at=found.mail_claimed_at - 2 * CLAIMED_FOR))
    await wiring.notifications.queue().send(
        MailOrder(kind="invitation", account_id=org, subject_id=one["id"])
    )
    await host.drain_queue("mail")
    assert [mail["times"] for mail in await mailbox.to(address)] == [1]


async def test_nothing_is_sent_for_an_invitation_that_is_over(host, signed_in, mailbox) -> None:
    ada, addresses = await signed_in(), [an_address(), an_address()]
    org = (await an_organisation(ada))["id"]
    one, other = await invited(ada, org, *addresses)
    assert (await withdrawn(ada, org, one)).status_code == 204
    await expired(org, other)
    await host.drain_queue("mail")
    assert await mailbox.to(*addresses) == []


async def test_address_and_link_are_in_no_store_queue_or_log(host, signed_in, mailbox, caplog) -> None:
    caplog.set_level("DEBUG", logger="izwop")
    ada, address = await signed_in(), an_address()
    org = (await an_organisation(ada))["id"]
    await host.drain_queue("mail")
    [one] = await invited(ada, org, address)
    async with wiring.notifications.queue()._connect("mail") as queue:
        messages = await queue.peek_messages(max_messages=32)
    peeked = [base64.b64decode(message.content).decode() for message in messages]
    assert any(one["id"] in content for content in peeked)
    assert address not in "".join(peeked)
    link = (await links_to(host, mailbox, address))[-1].removeprefix("/join/")
    assert await places_of(link) == []
    # In what is stored: the invitation.
    assert await places_of(address) == [("organisations", one["id"])]
    await ada.http.get(f"/join/{link}")
    assert (await resent(ada, org, one)).status_code == 200
    assert (await withdrawn(ada, org, one)).status_code == 204
    assert await places_of(address) == []
    assert address not in caplog.text
    assert link not in caplog.text


async def test_an_ended_invitation_is_erased_by_the_store(signed_in) -> None:
    ada = await signed_in()
    org = (await an_organisation(ada))["id"]
    [one] = await invited(ada, org, an_address())
    container = await wiring.database().container("organisations")
    open_ttl = (await container.read_item(one["id"], partition_key=org))["ttl"]
    assert (await withdrawn(ada, org, one)).status_code == 204
    ended_ttl = (await container.read_item(one["id"], partition_key=org))["ttl"]
    assert (open_ttl, ended_ttl) == (49 * 86400, 35 * 86400)


async def test_the_list_ends_where_invitations_are_over(signed_in) -> None:
    ada = await signed_in()
    org = (await an_organisation(ada))["id"]
    made = [(await invited(ada, org, an_address()))[0] for _ in range(4)]
    for old in made[:3]:
        await expired(org, old)
    answer = await ada.api("GET", f"organisations/{org}/invitations", params={"limit": 2})
    assert answer.json() == {"data": made[3:], "page": {"next": None}}


async def test_who_did_not_answer_in_time_can_be_invited_anew(host, signed_in, client, mailbox) -> None:
    ada, address = await signed_in(), an_address()
    org = (await an_organisation(ada))["id"]
    old = await link_for(host, mailbox, ada, org, address)
    [one] = await waiting(ada, org)
    await expired(org, one)
    assert await waiting(ada, org) == []
    assert (await ada.api("GET", f"organisations/{org}/invitations/{one['id']}")).status_code == 404
    [again] = await invited(ada, org, address, role="editor")
    assert (again["id"], again["role"]) == (one["id"], "editor")
    new = (await links_to(host, mailbox, address, 2))[-1]
    assert [(await client().get(link)).status_code for link in (old, new)] == [404, 200]
