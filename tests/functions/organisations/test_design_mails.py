"""The mail that says that a proposal waits: once, to who gave the access, with nothing that was typed."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

import wiring.notifications
import wiring.organisations
import wiring.organisations.design
from domain.notifications.claimed import CLAIMED_FOR
from domain.notifications.mail import MailOrder
from functions.framework.clock import now
from functions.framework.doors import resolve
from tests.functions.operations.test_jobs import Mailbox
from tests.functions.organisations.designs import (
    WISHES,
    ada,
    answered,
    begun,
    disa,
    form_of,
    granted,
    org,
    press,
    proposed,
    staff,
)
from tests.functions.organisations.invited import email_of
from tests.functions.organisations.joined import do, joined
from tests.functions.organisations.test_closing import close

__all__ = ["ada", "disa", "org"]


@pytest.fixture
def mailbox(cloud) -> Mailbox:
    return Mailbox(cloud)


@pytest.fixture
async def grace(signed_in, org):
    """An admin of the organisation."""
    person = await signed_in()
    person.member = await joined(org, person, "admin")
    return person


async def told(mailbox: Mailbox, person) -> list[dict]:
    """The mails about proposals that somebody has."""
    mails = await mailbox.to(await email_of(person))
    return [mail for mail in mails if "/proposals/" in mail["text"]]


async def shown(designer, org: dict) -> str:
    proposal = await begun(designer, org)
    assert (await proposed(designer, org, proposal)).status_code == 303
    return proposal


async def test_who_gave_the_access_is_told_once_and_of_nothing_that_was_typed(
    host, ada, org, disa, mailbox
) -> None:
    await granted(ada, org, disa)
    proposal = await shown(disa, org)
    for _ in range(2):
        await wiring.notifications.queue().send(
            MailOrder(kind="proposal", account_id=org["id"], subject_id=proposal)
        )
        await host.drain_queue("mail")
    await mailbox.holds(1, await email_of(ada))
    [mail] = await told(mailbox, ada)
    assert mail["times"] == 1
    assert f"https://izwop.test/org/{org['id']}/proposals/{proposal}\n" in mail["text"]
    said = mail["subject"] + mail["text"]
    assert not [word for word in (org["name"], disa.name, "Officers", "Like this?", WISHES) if word in said]
    found = await wiring.organisations.design.proposals().get(org["id"], proposal)
    assert found.version == 2
    assert (await answered(ada, org, proposal)).status_code == 200


async def test_an_admin_who_gave_it_is_told_and_no_owner(host, grace, org, disa, mailbox) -> None:
    await granted(grace, org, disa)
    await shown(disa, org)
    await host.drain_queue("mail")
    assert len(await told(mailbox, grace)) == 1


async def test_when_who_gave_it_has_left_an_owner_is_told(ada, grace, org, disa, mailbox) -> None:
    await granted(grace, org, disa)
    assert (await do(ada, "DELETE", org, grace.member["id"])).status_code == 204
    proposal = await shown(disa, org)
    order = MailOrder(kind="proposal", account_id=org["id"], subject_id=proposal)
    assert await resolve("functions.organisations.design.mails:send_proposal")(order, "") is None
    await mailbox.holds(1, await email_of(ada))
    assert (len(await told(mailbox, grace)), len(await told(mailbox, ada))) == (0, 1)


async def test_what_is_shown_anew_is_told_anew(host, ada, org, disa, mailbox) -> None:
    await granted(ada, org, disa)
    proposal = await shown(disa, org)
    await host.drain_queue("mail")
    path = f"{staff(org)}/proposals/{proposal}"
    form = await form_of(disa, org, proposal, "/draft")
    assert (await disa.http.post(f"{path}/draft", data=form)).status_code == 303
    assert (await proposed(disa, org, proposal)).status_code == 303
    await host.drain_queue("mail")
    assert [mail["times"] for mail in await told(mailbox, ada)] == [1, 1]


async def test_nobody_is_told_of_what_is_over(host, ada, org, disa, mailbox) -> None:
    await granted(ada, org, disa)
    declined, taken, left = [await shown(disa, org), *[await begun(disa, org, name=name) for name in "ab"]]
    assert (await answered(ada, org, declined, "refusal", json={"reason": "No"})).status_code == 200
    await proposed(disa, org, taken)
    assert (await press(disa, f"{staff(org)}/proposals/{taken}/draft", version="2")).status_code == 303
    await proposed(disa, org, left)
    assert (await close(ada, org)).status_code == 204
    await host.drain_queue("mail")
    assert await told(mailbox, ada) == []


async def test_a_worker_that_died_while_sending_is_followed(host, ada, org, disa, mailbox) -> None:
    await granted(ada, org, disa)
    proposal, store = await shown(disa, org), wiring.organisations.design.proposals()
    at, claims = datetime.now(UTC), (timedelta(0), 2 * CLAIMED_FOR)
    for expected, ago in enumerate(claims):
        found = await store.get(org["id"], proposal)
        await store.note(found.noted(mail_claimed_at=at - ago))
        await wiring.notifications.queue().send(
            MailOrder(kind="proposal", account_id=org["id"], subject_id=proposal)
        )
        await host.drain_queue("mail")
        assert len(await told(mailbox, ada)) == expected


async def test_a_mail_and_an_answer_at_once_lose_nothing(host, ada, org, disa, mailbox) -> None:
    await granted(ada, org, disa)
    proposal = await shown(disa, org)
    _, answer = await asyncio.gather(host.drain_queue("mail"), answered(ada, org, proposal))
    assert answer.status_code == 200, answer.text
    found = await wiring.organisations.design.proposals().get(org["id"], proposal)
    assert found.state == "approved"
    assert len(await told(mailbox, ada)) <= 1


async def test_the_order_of_a_mail_may_come_again(host, ada, org, disa, mailbox) -> None:
    from domain.organisations.design.mail import mail_order  # noqa: PLC0415 - what the host loaded

    await granted(ada, org, disa)
    proposal = await shown(disa, org)
    found = await wiring.organisations.design.proposals().get(org["id"], proposal)
    for _ in range(2):
        await wiring.organisations.effects()["proposal-mail"](mail_order(found, now()))
    await host.drain_queue("mail")
    assert [mail["times"] for mail in await told(mailbox, ada)] == [1]
