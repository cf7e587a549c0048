"""The receipt by mail, what is held until it is confirmed, and who is told of a withdrawal."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email import message_from_string

import pytest

import wiring.exchange
import wiring.notifications
import wiring.operations
from domain.exchange.exchange import ExchangeVersion
from domain.exchange.inbox import keep as keep_in_domain
from domain.exchange.inbox import went_to
from domain.notifications.claimed import CLAIMED_FOR
from domain.notifications.mail import MailOrder
from domain.operations.orders import Order, send_due_orders
from functions.framework.clock import new_id
from tests.functions.exchange.strangers import (
    DETAILS,
    a_card_with_form,
    inbox,
    kept_contact,
    leave,
    open_form,
    send_form,
    token_of,
)
from tests.functions.operations.test_jobs import Mailbox
from tests.functions.privacy.test_copy import account_of


@pytest.fixture
def mailbox(cloud) -> Mailbox:
    return Mailbox(cloud)


def an_address() -> str:
    return f"{new_id('')[1:9]}@example.com"


class OrdersOf:
    """The orders of one owner, of whatever other tests have stored."""

    def __init__(self, owner: str) -> None:
        self._owner, self._orders = owner, wiring.operations.orders()

    async def due(self, now: datetime) -> AsyncIterator[Order]:
        async for order in self._orders.due(now):
            if order.owner_id == self._owner:
                yield order

    async def save(self, order: Order) -> Order:
        return await self._orders.save(order)


async def carry_out_orders(host, person, hours: int = 2) -> None:
    """Have the timer queue what of a person's is due by then, and the queue's worker do it."""
    at, orders = datetime.now(UTC) + timedelta(hours=hours), OrdersOf(await account_of(person))
    await send_due_orders(at, orders=orders, queue=wiring.operations.order_queue())
    await host.drain_queue("orders")
    await host.drain_queue("mail")


async def test_the_receipt_comes_by_mail_and_repeats_nothing_that_was_typed(
    host, signed_in, client, mailbox
) -> None:
    ada, address = await signed_in(), an_address()
    card = await a_card_with_form(ada)
    link = await leave(client(), card, email=address, name="CANARY", organisation="CANARY")
    await host.drain_queue("mail")
    await carry_out_orders(host, ada)
    mails = await mailbox.holds(1, address)
    assert [(mail["subject"], mail["times"]) for mail in mails] == [("Your details on a card", 1)]
    assert f"https://izwop.test{link}\n" in mails[0]["text"]
    assert f"/c/{card['handle']}" in mails[0]["text"]
    assert "CANARY" not in str(mails)
    assert "Ada" not in mails[0]["text"]


async def test_no_mail_is_sent_without_an_address_or_after_a_withdrawal(
    host, signed_in, client, mailbox
) -> None:
    ada, address, stranger = await signed_in(), an_address(), client()
    card = await a_card_with_form(ada)
    await leave(stranger, card, email="")
    link = await leave(stranger, card, email=address)
    assert (await stranger.post(f"{link}/withdrawal")).status_code == 303
    await carry_out_orders(host, ada)
    assert await mailbox.to(address) == []


async def test_a_mail_program_can_unsubscribe_with_one_click(host, signed_in, client, monkeypatch) -> None:
    """The two headers of RFC 8058, each on one line however long the address is."""
    ada = await signed_in()
    sent = []

    async def record(message, **_given: object) -> None:
        sent.append(message)

    monkeypatch.setattr("aiosmtplib.send", record)
    link = await leave(client(), await a_card_with_form(ada), email=an_address())
    await host.drain_queue("mail")
    written = next(each for each in sent if "List-Unsubscribe" in each).as_string()
    assert f"\nList-Unsubscribe: <https://izwop.test{link}/withdrawal>\n" in written.replace("\r\n", "\n")
    assert message_from_string(written)["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    unsubscribed = await client().post(f"{link}/withdrawal", data={"List-Unsubscribe": "One-Click"})
    assert unsubscribed.status_code == 200
    assert await inbox(ada) == []


async def test_a_worker_that_died_while_sending_is_followed(host, signed_in, client, mailbox) -> None:
    ada, address = await signed_in(), an_address()
    await leave(client(), await a_card_with_form(ada), email=address)
    owner, item = await account_of(ada), (await inbox(ada))[0]["id"]
    exchanges = wiring.exchange.exchanges()
    claimed = await exchanges.get(owner, item)
    await exchanges.save(claimed.noted(mail_claimed_at=datetime.now(UTC)))
    await host.drain_queue("mail")
    assert await mailbox.to(address) == []
    claimed = await exchanges.get(owner, item)
    await exchanges.save(claimed.noted(mail_claimed_at=datetime.now(UTC) - 2 * CLAIMED_FOR))
    await wiring.notifications.queue().send(
        MailOrder(kind="exchange-receipt", account_id=owner, subject_id=item)
    )
    await host.drain_queue("mail")
    assert len(await mailbox.holds(1, address)) == 1


async def test_what_is_held_reaches_the_owner_when_the_mailed_link_is_confirmed(
    host, signed_in, client, mailbox
) -> None:
    ada, stranger, network = await signed_in(), client(), {"X-Azure-ClientIP": "2001:db8:77::1"}
    card = await a_card_with_form(ada)
    fields, address = await open_form(stranger, card), an_address()
    while True:
        sent = {**fields, **DETAILS, "token": token_of(card, 10), "email": an_address()}
        held = {**sent, "email": address}
        answer = await send_form(stranger, card, held, **network)
        if answer.status_code == 200:
            break
        address = an_address()
    assert "look into your mail" in answer.text
    assert "/exchange/" not in answer.text.replace(f"/c/{card['handle']}/exchange", "")
    again = await send_form(stranger, card, held, **network)
    assert again.status_code == 409
    assert "/exchange/" not in again.text
    before = {each["details"]["email"] for each in await inbox(ada)}
    assert address not in before
    await host.drain_queue("mail")
    mail = (await mailbox.holds(1, address))[0]
    assert mail["subject"] == "Confirm your details on a card"
    link = next(line for line in mail["text"].splitlines() if "/exchange/" in line)
    page = await stranger.get(link)
    assert "Yes, pass them on" in page.text
    assert address not in {each["details"]["email"] for each in await inbox(ada)}
    for _ in range(2):
        assert (await stranger.post(f"{link}/confirmation")).status_code == 303
    assert address in {
        each["details"]["email"]
        for each in (await ada.api("GET", "exchanges", params={"limit": 100})).json()["data"]
    }


async def test_a_mailbox_is_not_filled_by_forms(host, signed_in, client, mailbox) -> None:
    ada, address = await signed_in(), an_address()
    card = await a_card_with_form(ada)
    for _ in range(8):
        await leave(client(), card, email=address)
    await carry_out_orders(host, ada)
    assert len(await mailbox.holds(5, address)) == 5
    assert len(await inbox(ada)) == 8


class Recorded:
    """A system that contacts went to, which writes down what it is told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str]] = []

    async def forget(self, owner_id: str, exchange_id: str) -> None:
        self.told.append((owner_id, exchange_id))


async def test_every_system_the_contact_went_to_is_told_of_the_withdrawal(host, signed_in, client) -> None:
    ada, stranger = await signed_in(), client()
    link = await leave(stranger, await a_card_with_form(ada))
    exchange = (await inbox(ada))[0]
    contact = await kept_contact(ada, exchange)
    owner, exchanges = await account_of(ada), wiring.exchange.exchanges()
    recipients = {"crm": Recorded(), "letters": Recorded(), "other": Recorded()}
    for _ in range(2):
        for name in ("crm", "letters"):
            await went_to(owner, contact["id"], name, exchanges=exchanges)
    wiring.exchange.recipients().update(recipients)
    try:
        await stranger.post(f"{link}/withdrawal")
        await carry_out_orders(host, ada)
        await carry_out_orders(host, ada)
    finally:
        wiring.exchange.recipients().clear()
    told = {name: each.told for name, each in recipients.items()}
    assert told == {"crm": [(owner, exchange["id"])], "letters": [(owner, exchange["id"])], "other": []}


async def test_orders_that_come_late_and_twice_change_nothing(host, signed_in, client) -> None:
    ada, stranger = await signed_in(), client()
    link = await leave(stranger, await a_card_with_form(ada))
    contact = await kept_contact(ada, (await inbox(ada))[0])
    await stranger.post(f"{link}/withdrawal")
    await carry_out_orders(host, ada)
    await carry_out_orders(host, ada, hours=9)
    assert (await ada.api("GET", f"contacts/{contact['id']}")).status_code == 404
    owner = await account_of(ada)
    container = await wiring.database().container("relations")
    kinds = [
        each["kind"] async for each in container.query_items("SELECT c.kind FROM c", partition_key=owner)
    ]
    kinds = [kind for kind in kinds if kind != "search-head"]
    assert sorted(kinds) == ["erased-contact", "owner-key", "withdrawn-exchange"]


async def test_withdrawn_while_the_owner_keeps_it_leaves_no_contact(signed_in, client, monkeypatch) -> None:
    """The contact is made after the withdrawal was carried out: it is taken out again."""
    ada, stranger = await signed_in(), client()
    link = await leave(stranger, await a_card_with_form(ada))
    owner, exchange = await account_of(ada), (await inbox(ada))[0]
    ports = wiring.exchange.in_contact()
    create = type(ports.contacts).create

    async def late(store, contact, creation) -> bool:
        assert (await stranger.post(f"{link}/withdrawal")).status_code == 303
        return await create(store, contact, creation)

    with monkeypatch.context() as patched:
        patched.setattr(type(ports.contacts), "create", late)
        of = ExchangeVersion(owner, exchange["id"], 1)
        await keep_in_domain(of, now=datetime.now(UTC), ports=ports)
    assert (await ada.api("GET", "contacts")).json()["data"] == []
    assert (await ada.api("GET", "deleted-contacts")).json()["data"] == []
