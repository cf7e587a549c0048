"""The mail that says how many reminders wait: once for what rings together, without names and texts."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

import wiring.accounts
import wiring.notifications
import wiring.operations
import wiring.relationships.reminders
from domain.base.errors import StaleVersion
from domain.notifications.mail import MailOrder
from domain.operations.orders import OrderMessage, carry_out
from domain.relationships.reminders.ringing import ring_of
from functions.framework.clock import now
from tests.forms import fields_at, send
from tests.functions.operations.test_jobs import Mailbox
from tests.functions.privacy.test_copy import account_of
from tests.functions.relationships.reminders.test_reminders import (
    a_reminder,
    act,
    in_days,
    make_due,
    read,
    rings,
)
from tests.functions.relationships.test_contacts import a_contact, delete


@pytest.fixture
def mailbox(cloud) -> Mailbox:
    return Mailbox(cloud)


async def carried_out(host, person) -> bool:
    """Carry out the order of a mail, and send what it queues; False if there is no order."""
    owner = await account_of(person)
    message = OrderMessage(container="relations", owner_id=owner, order_id=f"order-reminder-mail-{owner}")
    owed = await carry_out(message, effects=wiring.operations.effects(), orders=wiring.operations.orders())
    await host.drain_queue("mail")
    return owed


async def address(person) -> str:
    return (await person.api("GET", "account")).json()["email"]


async def reminded(mailbox, person) -> list[dict]:
    return [mail for mail in await mailbox.to(await address(person)) if "reminders" in mail["subject"]]


async def test_what_rings_together_is_told_once(host, signed_in, mailbox) -> None:
    ada = await signed_in()
    grace = await a_contact(ada, "Grace Hopper")
    for _ in range(2):
        await make_due(ada, await a_reminder(ada, grace, on=in_days(0)))
    await rings(host)
    assert await carried_out(host, ada)
    assert not await carried_out(host, ada)
    await rings(host)
    assert not await carried_out(host, ada)
    (mail,) = await reminded(mailbox, ada)
    assert "Reminders that wait for you: 2" in mail["text"]
    assert "https://izwop.test/my/account#mails" in mail["text"]
    for private in ("Grace", "boat", grace["id"], "rem_"):
        assert private not in mail["text"] + mail["subject"]


async def test_an_order_carried_out_twice_sends_one_mail(host, signed_in, mailbox) -> None:
    """As after a crash between queueing the mail and deleting the order."""
    ada = await signed_in()
    await make_due(ada, await a_reminder(ada, await a_contact(ada), on=in_days(0)))
    await rings(host)
    owner = await account_of(ada)
    message = OrderMessage(container="relations", owner_id=owner, order_id=f"order-reminder-mail-{owner}")
    order = await wiring.operations.orders().get(message)
    for _ in range(3):
        await wiring.relationships.reminders.order_mail(order)
    await host.drain_queue("mail")
    assert [mail["times"] for mail in await reminded(mailbox, ada)] == [1]


async def test_a_later_ring_has_a_mail_of_its_own(host, signed_in, mailbox) -> None:
    ada = await signed_in()
    grace = await a_contact(ada)
    for number in (1, 2):
        await make_due(ada, await a_reminder(ada, grace, on=in_days(0)))
        await rings(host)
        assert await carried_out(host, ada)
        assert len(await reminded(mailbox, ada)) == number


async def test_nobody_is_mailed_about_what_is_done_or_gone(host, signed_in, mailbox) -> None:
    ada = await signed_in()
    grace, gone = await a_contact(ada), await a_contact(ada)
    done, resting = await a_reminder(ada, grace, on=in_days(0)), await a_reminder(ada, gone, on=in_days(0))
    for reminder in (done, resting):
        await make_due(ada, reminder)
    await rings(host)
    await act(ada, done, "PUT", "/done")
    await delete(ada, gone)
    assert await carried_out(host, ada)
    assert await reminded(mailbox, ada) == []


async def test_these_mails_can_be_switched_off_on_the_page_and_by_programs(host, signed_in, mailbox) -> None:
    ada = await signed_in()
    grace = await a_contact(ada)
    fields = await fields_at(ada, "/my/account", "/my/account/mails")
    assert fields["reminders"] == "1"
    off = await send(
        ada, "/my/account/mails", {name: text for name, text in fields.items() if name != "reminders"}
    )
    assert off.headers["location"] == "/my/account?done=mails-chosen#mails"
    assert "reminders" not in await fields_at(ada, "/my/account", "/my/account/mails")
    await make_due(ada, await a_reminder(ada, grace, on=in_days(0)))
    await rings(host)
    assert await carried_out(host, ada)
    assert await reminded(mailbox, ada) == []
    assert (await ada.api("PUT", "account/mails", json={"reminders": True})).status_code == 204
    assert (await ada.api("GET", "account")).json()["mails"] == {"reminders": True}
    await make_due(ada, await a_reminder(ada, grace, on=in_days(0)))
    await rings(host)
    assert await carried_out(host, ada)
    assert len(await reminded(mailbox, ada)) == 1


async def test_switching_off_stops_a_mail_that_is_queued(host, signed_in, mailbox) -> None:
    ada = await signed_in()
    owner = await account_of(ada)
    await wiring.notifications.queue().send(
        MailOrder(kind="reminders", account_id=owner, number=1, at=datetime.now(UTC))
    )
    await ada.api("PUT", "account/mails", json={"reminders": False})
    await host.drain_queue("mail")
    assert await reminded(mailbox, ada) == []


async def test_more_than_a_batch_rings_and_none_is_left_out(host, signed_in, mailbox, monkeypatch) -> None:
    from domain.relationships.reminders import ringing  # noqa: PLC0415 - the module that the host loaded

    monkeypatch.setattr(ringing, "MOST_AT_ONCE", 3)
    ada = await signed_in()
    grace = await a_contact(ada)
    made = [await a_reminder(ada, grace, on=in_days(0)) for _ in range(8)]
    for reminder in made:
        await make_due(ada, reminder)
    await rings(host)
    assert {(await read(ada, each)).json()["state"] for each in made} == {"waiting"}
    assert await carried_out(host, ada)
    (mail,) = await reminded(mailbox, ada)
    assert "wait for you: 8" in mail["text"]


async def test_two_timers_at_once_ring_it_once(signed_in) -> None:
    ada = await signed_in()
    reminder = await a_reminder(ada, await a_contact(ada), on=in_days(0))
    await make_due(ada, reminder)
    owner, ports = await account_of(ada), wiring.relationships.reminders.ringing()
    at = now() + timedelta(minutes=1)
    ended = await asyncio.gather(*(ring_of(owner, at, ports=ports) for _ in range(4)), return_exceptions=True)
    assert all(isinstance(each, int | StaleVersion) for each in ended), ended
    assert (await read(ada, reminder)).json()["state"] == "waiting"
    assert await ring_of(owner, at, ports=ports) == 0


@pytest.mark.parametrize("first", [True, False])
async def test_a_mail_that_was_claimed_by_a_dead_worker_waits_for_its_claim(
    host, signed_in, first: bool
) -> None:
    from domain.notifications.claimed import CLAIMED_FOR  # noqa: PLC0415

    ada = await signed_in()
    owner, accounts, at = await account_of(ada), wiring.accounts.store(), datetime.now(UTC)
    if not first:
        await accounts.mark_reminded(owner, at)
    assert await accounts.claim_mail("reminding", owner, by="dead", at=at, stale=at - CLAIMED_FOR)
    assert not await accounts.claim_mail("reminding", owner, by="other", at=at, stale=at - CLAIMED_FOR)
    later = at + CLAIMED_FOR + timedelta(seconds=1)
    assert await accounts.claim_mail("reminding", owner, by="other", at=later, stale=later - CLAIMED_FOR)
