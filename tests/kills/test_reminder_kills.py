"""SIGKILL while reminders ring and while their mail is sent: each rings once, and its mail is told once."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest

import wiring.accounts
import wiring.operations
from domain.notifications.mail import MailOrder
from domain.operations.orders import OrderMessage
from tests.functions.operations.test_jobs import Mailbox
from tests.functions.privacy.test_copy import account_of
from tests.functions.relationships.reminders.test_reminder_mails import reminded
from tests.functions.relationships.reminders.test_reminders import a_reminder, in_days, make_due, read
from tests.functions.relationships.test_contacts import a_contact
from tests.kills.test_kills import KILLS

pytestmark = pytest.mark.kills

# What is due, its contacts, and the batch that rings it.
RINGING = [("read data", number) for number in (1, 2, 3)]
ORDERING = [("read order", 1), ("read data", 1), ("read data", 2), ("send message", 1), ("delete order", 1)]
SIDES = ("before", "after")


@pytest.mark.timeout(600)
async def test_reminders_ring_with_their_order_or_not_at_all(worker, signed_in) -> None:
    ada = await signed_in()
    owner, grace, at = await account_of(ada), await a_contact(ada), datetime.now(UTC)
    message = OrderMessage(container="relations", owner_id=owner, order_id=f"order-reminder-mail-{owner}")
    orders, kills = wiring.operations.orders(), 0
    assert await worker(do="ring", owner=owner, at=at.isoformat(), warm=True) == "0"
    for (step, number), side in itertools.cycle(itertools.product(RINGING, SIDES)):
        made = [await a_reminder(ada, grace, on=in_days(0)) for _ in range(2)]
        for reminder in made:
            await make_due(ada, reminder)
        said = await worker(do="ring", owner=owner, at=at.isoformat(), die=[step, side, number])
        kills += said == "killed"
        states = {(await read(ada, reminder)).json()["state"] for reminder in made}
        order = await orders.get(message)
        assert states == ({"waiting"} if order else {"planned"}), (step, number, side)
        rang = [(await read(ada, reminder)).json()["waitingSince"] for reminder in made] if order else None
        await worker(do="ring", owner=owner, at=(at + timedelta(minutes=1)).isoformat())
        after = [(await read(ada, reminder)).json() for reminder in made]
        assert {each["state"] for each in after} == {"waiting"}
        assert rang is None or rang == [each["waitingSince"] for each in after]
        await orders.delete(await orders.get(message))
        if kills >= KILLS:
            return


@pytest.mark.timeout(600)
async def test_a_mail_that_was_ordered_is_told_once(worker, host, cloud, signed_in) -> None:
    """Between sending and noting it the same mail goes out again, under the same id: its receiver has one."""
    mailbox, kills = Mailbox(cloud), 0
    for (step, number), side in itertools.cycle(itertools.product(ORDERING, SIDES)):
        ada = await signed_in()
        owner, at = await account_of(ada), datetime.now(UTC)
        await make_due(ada, await a_reminder(ada, await a_contact(ada), on=in_days(0)))
        assert await worker(do="ring", owner=owner, at=at.isoformat()) == "1"
        order = {
            "do": "order",
            "container": "relations",
            "owner": owner,
            "id": f"order-reminder-mail-{owner}",
        }
        said = await worker(**order, at=at.isoformat(), die=[step, side, number])
        kills += said == "killed"
        await worker(**order, at=at.isoformat())
        await host.drain_queue("mail")
        assert [mail["times"] for mail in await reminded(mailbox, ada)] == [1], (step, number, side)
        if kills >= KILLS:
            return


@pytest.mark.timeout(600)
async def test_a_worker_that_dies_while_it_mails_loses_no_mail(worker, cloud, signed_in) -> None:
    mailbox = Mailbox(cloud)
    # The account is read, claimed, and told that the mail is sent.
    for (step, number), side in itertools.product(
        [("read data", 1), ("change account", 1), ("change account", 2)], SIDES
    ):
        ada = await signed_in()
        owner, at = await account_of(ada), datetime.now(UTC)
        order = MailOrder(kind="reminders", account_id=owner, number=2, at=at).model_dump(mode="json")
        mail = {"do": "mail", "message": order, "by": "first"}
        assert await worker(**mail, at=at.isoformat(), die=[step, side, number]) == "killed", (step, number)
        # The queue gives the message back under the same id.
        assert await worker(**mail, at=at.isoformat()) == "done"
        found = await reminded(mailbox, ada)
        assert len(found) == 1, (step, number, side)
        assert (await wiring.accounts.store().get(owner)).reminded_at == at
        assert await worker(**mail, at=at.isoformat()) == "done"
        assert len(await reminded(mailbox, ada)) == 1
