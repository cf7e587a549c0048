"""Work that no request waits for, really run by the host: mail by queue, housekeeping by timer."""

import asyncio
import json
import os
import secrets
import signal
import sys
import traceback
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from aiosmtpd.controller import Controller
from azure.core.exceptions import ResourceNotFoundError

import wiring.accounts
import wiring.cards
import wiring.notifications
import wiring.sign_in
from adapters.cosmos.reservations import CosmosHandles
from adapters.mail.smtp import MailNotSent, SmtpMailer
from domain.accounts.account import Account
from domain.cards.card import Claim
from domain.integrations.sync.starting import SyncMessage
from domain.notifications import claimed
from domain.notifications.mail import MOST_PUT_OFF, MailOrder
from domain.notifications.welcome import deliver
from functions.framework.clock import new_id
from functions.framework.texts import in_language
from local.processes import free_port
from tests.functions.cards.test_api_cards import NOT_SHOWN, a_card, handle, published

ROOT = Path(__file__).parents[3]
WAIT_SECONDS = 90
# How often a mail server says "not now" in a test: more often than a message of the queue may fail.
BUSY = 7


class Mailbox:
    """The mails that came, as the mailbox's own page lists them."""

    def __init__(self, cloud) -> None:
        self.url = next(part.place for part in cloud.parts if part.name == "Mailbox")

    async def to(self, *addresses: str) -> list[dict]:
        async with httpx.AsyncClient(trust_env=False) as client:
            mails = (await client.get(f"{self.url}/messages.json")).json()
        return [mail for mail in mails if set(mail["to"]) & set(addresses)]

    async def holds(self, count: int, *addresses: str) -> list[dict]:
        """Wait until at least so many mails came."""
        async with asyncio.timeout(WAIT_SECONDS):
            # Another process is waited for.
            while len(mails := await self.to(*addresses)) < count:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        return mails


@pytest.fixture
def mailbox(cloud) -> Mailbox:
    return Mailbox(cloud)


@pytest.fixture(autouse=True)
async def _no_mail_waits(host) -> None:
    """Whom other tests signed in is welcomed another time, some of them minutes later."""
    async with wiring.notifications.queue()._connect("mail") as queue:
        with suppress(ResourceNotFoundError):
            await queue.clear_messages()


async def an_account(**given: object) -> Account:
    account = Account(
        id=new_id("acc"),
        iss="https://issuer.test",
        sub=secrets.token_hex(),
        email=f"{secrets.token_hex(8)}@example.com",
        created_at=datetime.now(UTC),
        **given,
    )
    await wiring.accounts.store().create(account)
    return account


async def test_the_first_sign_in_is_welcomed_once_by_mail(host, signed_in, mailbox) -> None:
    name = f"Grace {secrets.token_hex(4)}"
    ada = await signed_in(name)
    email = (await ada.api("GET", "account")).json()["email"]
    await signed_in(name)
    await host.drain_queue("mail")
    mails = await mailbox.holds(1, email)
    assert [(mail["subject"], mail["times"]) for mail in mails] == [("Welcome to iZwop", 1)]
    assert "https://izwop.test/my" in mails[0]["text"]
    await signed_in(name)
    assert await host.drain_queue("mail") == 0


async def test_a_repeated_message_sends_nothing_more(host, mailbox) -> None:
    account = await an_account()
    for _ in range(3):
        await wiring.notifications.queue().send(MailOrder(kind="welcome", account_id=account.id))
    await host.drain_queue("mail")
    assert [mail["times"] for mail in await mailbox.holds(1, account.email)] == [1]


@pytest.mark.parametrize(("chosen", "greeting"), [(None, "Välkommen till iZwop"), ("en", "Welcome to iZwop")])
async def test_a_mail_speaks_the_language_of_its_receiver(host, mailbox, chosen, greeting) -> None:
    account = await an_account(first_language="sv")
    if chosen:
        await wiring.accounts.store().choose_language(account.id, chosen)
    await wiring.notifications.queue().send(MailOrder(kind="welcome", account_id=account.id))
    await host.drain_queue("mail")
    (mail,) = await mailbox.holds(1, account.email)
    assert mail["subject"] == greeting
    assert mail["text"].startswith(f"{greeting}.")


async def test_messages_worked_on_at_the_same_time_send_one_mail(host, mailbox) -> None:
    account = await an_account()
    order = MailOrder(kind="welcome", account_id=account.id)
    await asyncio.gather(
        *(
            deliver(
                order,
                by=f"message-{number}",
                origin="https://izwop.test",
                now=datetime.now(UTC),
                translate=in_language,
                accounts=wiring.accounts.store(),
                mailer=wiring.notifications.mailer(),
            )
            for number in range(5)
        )
    )
    assert [mail["times"] for mail in await mailbox.holds(1, account.email)] == [1]


async def test_a_claim_that_led_to_nothing_is_free_again_when_it_is_stale(host) -> None:
    account, accounts = await an_account(), wiring.accounts.store()
    at = datetime.now(UTC)
    assert await accounts.claim_mail("welcoming", account.id, by="first", at=at, stale=at)
    assert await accounts.claim_mail("welcoming", account.id, by="first", at=at, stale=at)
    assert not await accounts.claim_mail("welcoming", account.id, by="second", at=at, stale=at)
    later = at + timedelta(seconds=1)
    assert await accounts.claim_mail("welcoming", account.id, by="second", at=later, stale=later)


async def test_an_order_given_back_while_a_dead_messages_claim_holds_is_done_when_it_ends(
    host, mailbox, monkeypatch
) -> None:
    """The worker died between claiming and sending; the message was set aside and replayed under a new id."""
    account, accounts, at = await an_account(), wiring.accounts.store(), datetime.now(UTC)
    monkeypatch.setattr(claimed, "CLAIMED_FOR", timedelta(seconds=2))
    assert await accounts.claim_mail("welcoming", account.id, by="dead", at=at, stale=at)
    await wiring.notifications.queue().send(MailOrder(kind="welcome", account_id=account.id))
    await host.drain_queue("mail")
    async with asyncio.timeout(WAIT_SECONDS):
        while not await mailbox.to(account.email):
            await host.drain_queue("mail")
    assert [mail["times"] for mail in await mailbox.to(account.email)] == [1]
    assert datetime.now(UTC) - at >= claimed.CLAIMED_FOR


async def test_a_mail_that_failed_is_sent_by_the_message_that_is_given_back_for_it(host, mailbox) -> None:
    """A replayed message has another id, perhaps minutes later."""
    account = await an_account()
    nobody = SmtpMailer(f"smtp://127.0.0.1:{free_port()}", "iZwop <hello@izwop.example>")

    async def work(by: str, mailer: SmtpMailer) -> None:
        await deliver(
            MailOrder(kind="welcome", account_id=account.id), by=by, origin="https://izwop.test",
            now=datetime.now(UTC), translate=in_language, accounts=wiring.accounts.store(), mailer=mailer,
        )  # fmt: skip

    for _ in range(5):
        with pytest.raises(MailNotSent):
            await work("first", nobody)
    await work("given-back", wiring.notifications.mailer())
    assert [mail["times"] for mail in await mailbox.holds(1, account.email)] == [1]


@pytest.mark.parametrize("stage", ["handle_MAIL", "handle_RCPT", "handle_DATA"])
async def test_while_the_mail_server_is_busy_a_mail_waits_and_is_sent_once(
    host, mailbox, monkeypatch, stage: str
) -> None:
    """A server that takes only so many mails an hour says "not now" to the others."""
    account, said, real = await an_account(), list[str](), wiring.notifications.mailer()

    async def busy(*_given) -> str:
        said.append(stage)
        return f"451 4.7.1 not now {account.email}"

    port = free_port()
    controller = Controller(type("Busy", (), {stage: busy})(), hostname="127.0.0.1", port=port)
    controller.start()
    mailer = SmtpMailer(f"smtp://127.0.0.1:{port}", "iZwop <hello@izwop.example>")
    monkeypatch.setattr(wiring.notifications, "mailer", lambda: real if len(said) > BUSY else mailer)
    monkeypatch.setattr("domain.notifications.mail._FIRST_WAIT", timedelta(0))
    try:
        await wiring.notifications.queue().send(MailOrder(kind="welcome", account_id=account.id))
        await host.drain_queue("mail")
    finally:
        controller.stop()
    assert len(said) == BUSY + 1, "more often than a message may fail"
    assert [mail["times"] for mail in await mailbox.holds(1, account.email)] == [1]


def test_a_mail_that_waits_for_the_server_waits_longer_each_time() -> None:
    order, waits = MailOrder(kind="welcome", account_id="acc"), []
    for _ in range(MOST_PUT_OFF):
        order, wait = order.later()
        waits.append(wait)
    assert waits[0] == timedelta(minutes=1)
    assert max(waits) == timedelta(hours=1)
    assert timedelta(days=13) < sum(waits, timedelta(0)) < timedelta(days=15)
    assert order.put_off == MOST_PUT_OFF


async def test_a_mail_that_the_server_refuses_leaves_no_address_in_the_log(host, caplog) -> None:
    """The server's own words repeat the address."""

    class Refusing:
        async def handle_RCPT(self, *given) -> str:  # noqa: N802
            return f"550 no such user {given[3]}"

    account = await an_account()
    port = free_port()
    controller = Controller(Refusing(), hostname="127.0.0.1", port=port)
    controller.start()
    try:
        mailer = SmtpMailer(f"smtp://127.0.0.1:{port}", "iZwop <hello@izwop.example>")
        with pytest.raises(MailNotSent) as refused:
            await deliver(
                MailOrder(kind="welcome", account_id=account.id), by="m", origin="https://izwop.test",
                now=datetime.now(UTC), translate=in_language, accounts=wiring.accounts.store(), mailer=mailer,
            )  # fmt: skip
    finally:
        controller.stop()
    told = "".join(traceback.format_exception(refused.value)) + caplog.text
    assert account.email not in told


@pytest.mark.kills
async def test_a_message_that_cannot_be_read_is_set_aside_and_stops_no_other(
    host, cloud, mailbox, tmp_path
) -> None:
    from azure.storage.queue.aio import QueueClient  # noqa: PLC0415

    """The app as it is, but for the pause between two tries."""
    account, connection = await an_account(), cloud.settings["AzureWebJobsStorage"]
    for name in (path.name for path in ROOT.iterdir() if path.name not in ("host.json", "tests", ".local")):
        (tmp_path / name).symlink_to(ROOT / name)
    rules = json.loads((ROOT / "host.json").read_text())
    rules["extensions"]["queues"]["visibilityTimeout"] = "00:00:00"
    (tmp_path / "host.json").write_text(json.dumps(rules))
    async with (
        QueueClient.from_connection_string(connection, "mail") as queue,
        QueueClient.from_connection_string(connection, "mail-poison") as poison,
    ):
        for body in ("not base64!", "bm90IGpzb24=", "eyJ2ZXJzaW9uIjogOTl9"):
            await queue.send_message(body)
        await wiring.notifications.queue().send(MailOrder(kind="welcome", account_id=account.id))
        running = await a_host_process(cloud, tmp_path)
        try:
            await mailbox.holds(1, account.email)
            async with asyncio.timeout(WAIT_SECONDS):
                aside: list[str] = []
                while len(aside) < 3:
                    aside += [message.content async for message in poison.receive_messages()]
        finally:
            os.killpg(running.pid, signal.SIGTERM)
            await running.wait()
        assert sorted(aside) == sorted(["not base64!", "bm90IGpzb24=", "eyJ2ZXJzaW9uIjogOTl9"])
        await poison.clear_messages()
    assert await host.drain_queue("mail") == 0


@pytest.mark.kills
async def test_a_killed_worker_loses_and_doubles_no_mail(host, cloud, mailbox) -> None:
    accounts = [await an_account() for _ in range(40)]
    addresses = [account.email for account in accounts]
    for account in accounts:
        await wiring.notifications.queue().send(MailOrder(kind="welcome", account_id=account.id))
    first = await a_host_process(cloud)
    await mailbox.holds(3, *addresses)
    os.killpg(first.pid, signal.SIGKILL)
    await first.wait()
    assert len(await mailbox.to(*addresses)) < 40
    second = await a_host_process(cloud)
    try:
        await mailbox.holds(40, *addresses)
        # Messages leased by the first process are redelivered once the lease ends.
        await is_empty(cloud, "mail")
        mails = await mailbox.to(*addresses)
    finally:
        os.killpg(second.pid, signal.SIGTERM)
        await second.wait()
    assert sorted(mail["to"][0] for mail in mails) == sorted(addresses)
    # A mail in flight when the process died is sent again under the same Message-ID, and stored once.
    batch = json.loads((ROOT / "host.json").read_text())["extensions"]["queues"]
    assert sum(mail["times"] for mail in mails) - 40 <= batch["batchSize"] + batch["newBatchThreshold"]
    assert await host.drain_queue("mail") == 0


async def is_empty(cloud, name: str) -> None:
    """Wait until a queue holds no message, not even one that is being worked on."""
    from azure.storage.queue.aio import QueueClient  # noqa: PLC0415

    connection = cloud.settings["AzureWebJobsStorage"]
    async with (
        asyncio.timeout(WAIT_SECONDS),
        QueueClient.from_connection_string(connection, name) as queue,
    ):
        while (await queue.get_queue_properties()).approximate_message_count:  # noqa: ASYNC110
            await asyncio.sleep(0.1)


async def a_host_process(cloud, app: Path = ROOT) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "local.functions_host", "--app", str(app), "--port", "0", "--lease", "2",
        cwd=ROOT, env=os.environ | cloud.settings, start_new_session=True,
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip


async def test_a_mail_to_an_account_that_is_gone_is_dropped(host) -> None:
    await wiring.notifications.queue().send(MailOrder(kind="welcome", account_id=new_id("acc")))
    assert await host.drain_queue("mail") == 1
    assert await host.drain_queue("mail") == 0


async def test_messages_carry_ids_and_nothing_personal() -> None:
    order = MailOrder(kind="welcome", account_id=new_id("acc"))
    of_mail = {"version", "kind", "account_id", "subject_id", "number", "at", "put_off"}
    assert set(order.model_dump()) == of_mail
    assert set(SyncMessage(org_id="org", source_id="src").model_dump()) == {"org_id", "source_id"}


async def test_housekeeping_ends_sessions_that_are_over(host, signed_in) -> None:
    ada, bob = await signed_in(), await signed_in()
    over = datetime.now(UTC) + timedelta(hours=2, minutes=1)
    account = (await ada.api("GET", "account")).json()["id"]
    assert await wiring.sign_in.sessions().delete_expired(datetime.now(UTC)) == 0
    assert (await bob.api("GET", "account")).status_code == 200
    assert await wiring.sign_in.sessions().delete_expired(over) >= 2
    assert await wiring.sign_in.sessions().delete_expired(over) == 0
    assert (await ada.api("GET", "account")).status_code == 401
    assert await wiring.accounts.store().get(account) is not None


async def test_housekeeping_frees_a_handle_whose_card_never_came(host, signed_in) -> None:
    ada = await signed_in()
    account = (await ada.api("GET", "account")).json()["id"]
    card = (await a_card(ada)).json()
    old = datetime.now(UTC) - timedelta(minutes=16)
    lost = Claim(handle=handle(), account_id=account, card_id=new_id("crd"), key=None, claimed_at=old)
    fresh = lost.model_copy(update={"handle": handle(), "claimed_at": datetime.now(UTC)})
    kept = Claim(handle=handle(), account_id=account, card_id=card["id"], key=None, claimed_at=old)
    for claim in (lost, fresh, kept):
        await wiring.cards.handles().claim(claim)
    assert await host.run_timer("operations_tidy_up")
    assert await taken(wiring.cards.handles(), lost) is False
    assert await taken(wiring.cards.handles(), fresh) is True
    assert await taken(wiring.cards.handles(), kept) is False, "the card has another handle"


async def test_housekeeping_keeps_the_handle_of_a_card_whose_claim_was_not_closed(host, signed_in) -> None:
    ada = await signed_in()
    card = (await a_card(ada)).json()
    account = (await ada.api("GET", "account")).json()["id"]
    old = datetime.now(UTC) - timedelta(minutes=16)
    claim = Claim(handle=card["handle"], account_id=account, card_id=card["id"], key=None, claimed_at=old)
    stored = await wiring.cards.handles().claim(claim)
    await wiring.cards.handles().free(stored)
    await wiring.cards.handles().claim(claim)
    assert await host.run_timer("operations_tidy_up")
    assert await taken(wiring.cards.handles(), claim) is True


async def taken(handles: CosmosHandles, claim: Claim) -> bool:
    other = claim.model_copy(update={"card_id": new_id("crd")})
    found = await handles.claim(other)
    if found.card_id == other.card_id:
        await handles.free(other)
    return found.card_id != other.card_id


async def test_housekeeping_catches_up_a_publication_that_was_cut_off(host, signed_in, client) -> None:
    """The process died after the card was stored and before the public saw it."""
    ada = await signed_in()
    card = (await a_card(ada)).json()
    account = (await ada.api("GET", "account")).json()["id"]
    stored = await wiring.cards.store().get(account, card["id"])
    at = datetime.now(UTC) - timedelta(minutes=2)
    shown_now = stored.changed(at, published=stored.draft, published_at=at, was_published=True)
    await wiring.cards.store().save_and_order_projection(shown_now)
    assert (await client().get(f"/c/{card['handle']}")).status_code == 404
    assert await host.run_timer("operations_tidy_up")
    await host.drain_queue("orders")
    assert (await client().get(f"/c/{card['handle']}")).status_code == 200


async def test_a_late_projection_never_covers_a_newer_one(signed_in, client) -> None:
    ada = await signed_in()
    card = (await published(ada)).json()
    late = await wiring.cards.published().get(card["handle"])
    await ada.api("DELETE", f"cards/{card['id']}/publication", headers={"If-Match": '"2"'})
    await wiring.cards.published().project(late, first=False)
    await wiring.cards.published().project(late, first=True)
    assert NOT_SHOWN in (await client().get(f"/c/{card['handle']}")).text


async def test_a_claim_taken_up_again_is_not_freed_under_its_card(host, signed_in) -> None:
    """A create is repeated under its key while housekeeping looks at its old claim."""
    ada = await signed_in()
    account = (await ada.api("GET", "account")).json()["id"]
    old = datetime.now(UTC) - timedelta(minutes=16)
    claim = Claim(handle=handle(), account_id=account, card_id=new_id("crd"), key="k", claimed_at=old)
    await wiring.cards.handles().claim(claim)
    seen = [
        found async for found in wiring.cards.handles().stale_claims(datetime.now(UTC)) if found.key == "k"
    ]
    again = await wiring.cards.handles().claim(claim.model_copy(update={"card_id": new_id("crd")}))
    await wiring.cards.handles().adopt(again, datetime.now(UTC))
    for stale in seen:
        await wiring.cards.handles().free(stale)
    assert await taken(wiring.cards.handles(), claim) is True


async def test_one_card_that_cannot_be_settled_stops_no_other(host, signed_in, client) -> None:
    ada = await signed_in()
    account = (await ada.api("GET", "account")).json()["id"]
    broken = {"id": "handle:zzz", "name": "handle:zzz", "kind": "handle", "state": "pending"}
    await wiring.cards.handles()._items.create(
        broken | {"claimedAt": "2026-01-01T00:00:00.000000Z", "body": {}}
    )
    card = (await a_card(ada)).json()
    stored = await wiring.cards.store().get(account, card["id"])
    at = datetime.now(UTC) - timedelta(minutes=2)
    shown_now = stored.changed(at, published=stored.draft, published_at=at, was_published=True)
    await wiring.cards.store().save_and_order_projection(shown_now)
    assert await host.run_timer("operations_tidy_up")
    await host.drain_queue("orders")
    assert (await client().get(f"/c/{card['handle']}")).status_code == 200


async def test_a_handles_document_never_changes_its_card(signed_in, client) -> None:
    ada = await signed_in()
    card = (await published(ada)).json()
    shown = await wiring.cards.published().get(card["handle"])
    foreign = shown.model_copy(update={"card_id": new_id("crd"), "version": 99})
    await wiring.cards.published().project(foreign, first=False)
    assert (await wiring.cards.published().get(card["handle"])).version == 2


async def test_mail_that_must_be_encrypted_does_not_leave_without(host, cloud) -> None:
    """The local mailbox offers no STARTTLS, as a server that somebody meddles with would not."""
    plain = urlsplit(cloud.settings["SMTP_URL"])
    mailer = SmtpMailer(f"smtp+starttls://{plain.netloc}", "iZwop <hello@izwop.example>")
    account = await an_account()
    with pytest.raises(MailNotSent):
        await deliver(
            MailOrder(kind="welcome", account_id=account.id), by="m", origin="https://izwop.test",
            now=datetime.now(UTC), translate=in_language, accounts=wiring.accounts.store(), mailer=mailer,
        )  # fmt: skip
