"""What follows: the mail of a request, the history after a publication, the copy of one's data."""

import json
import logging
from functools import partial

import pytest

import wiring.accounts
import wiring.connections
import wiring.operations
from adapters.mail.smtp import MailNotSent
from domain.base.limits import TooManyRequests
from domain.connections.notice import tell_of_request
from domain.notifications.mail import MailOrder
from functions.framework.clock import now
from functions.framework.texts import in_language
from tests.functions.cards.test_api_cards import a_profile
from tests.functions.connections.people import (
    FOR_CONNECTIONS,
    asked,
    connect,
    details,
    do,
    own_card,
    person_with_card,
)
from tests.functions.connections.test_connections import republish
from tests.functions.operations.test_jobs import Mailbox
from tests.functions.privacy.test_copy import account_of, copied, opened


@pytest.fixture
def mailbox(cloud) -> Mailbox:
    return Mailbox(cloud)


async def carry_out(person, link: str) -> None:
    """What the queue does with the order that is stored with a connection."""
    from domain.connections.ports import TELLING  # noqa: PLC0415
    from domain.operations.orders import OrderMessage, carry_out  # noqa: PLC0415

    account = await account_of(person)
    message = OrderMessage(container="relations", owner_id=account, order_id=f"order-{TELLING}-{link}")
    effects, orders = wiring.operations.effects(), wiring.operations.orders()
    assert await carry_out(message, effects=effects, orders=orders) is True
    assert await carry_out(message, effects=effects, orders=orders) is False


async def test_a_request_is_told_by_one_mail_without_names(host, signed_in, mailbox) -> None:
    ada, _ = await person_with_card(signed_in, name="Ada Lovelace")
    bob, card = await person_with_card(signed_in, name="Bob Babbage")
    email = await email_of(bob)
    await host.drain_queue("mail")
    link = (await asked(ada, card["handle"]))["id"]
    await carry_out(bob, link)
    await wiring.connections.ports().notices.somebody_asks(await account_of(bob), link)
    await host.drain_queue("mail")
    mails = [mail for mail in await mailbox.holds(2, email) if mail["subject"] == "Somebody asks to connect"]
    assert [mail["times"] for mail in mails] == [1]
    assert not any(name in json.dumps(mails) for name in ("Lovelace", "Babbage", card["handle"]))


async def test_a_request_that_was_answered_is_told_by_no_mail(host, signed_in, mailbox) -> None:
    ada, _ = await person_with_card(signed_in)
    bob, card = await person_with_card(signed_in)
    email = await email_of(bob)
    link = (await asked(ada, card["handle"]))["id"]
    await do(bob, "PUT", f"connection-requests/{link}/decline")
    await wiring.connections.ports().notices.somebody_asks(await account_of(bob), link)
    await host.drain_queue("mail")
    assert [mail["subject"] for mail in await mailbox.holds(1, email)] == ["Welcome to iZwop"]


async def test_a_mail_waits_while_another_worker_is_at_it(host, signed_in, mailbox) -> None:
    ada, _ = await person_with_card(signed_in)
    bob, card = await person_with_card(signed_in)
    email, account = await email_of(bob), await account_of(bob)
    link = (await asked(ada, card["handle"]))["id"]
    links = wiring.connections.links()
    stored = await links.get(account, link)
    await links.save(stored.model_copy(update={"noticing_at": now()}))
    await wiring.connections.ports().notices.somebody_asks(account, link)
    await host.drain_queue("mail")
    assert [mail["subject"] for mail in await mailbox.holds(1, email)] == ["Welcome to iZwop"]


class BrokenMailer:
    """A mail server that is down for the first mails."""

    def __init__(self, fails: int) -> None:
        self.fails, self.sent = fails, []

    async def send(self, mail) -> None:
        self.fails -= 1
        if self.fails >= 0:
            raise MailNotSent
        self.sent.append(mail)


class Counted:
    """A limiter that allows three."""

    def __init__(self) -> None:
        self.taken = 0

    async def take(self, *_given: object) -> None:
        self.taken += 1
        if self.taken > 3:
            raise TooManyRequests(60)


async def test_a_mail_that_cannot_be_sent_is_tried_again_and_counts_once(signed_in) -> None:
    ada, _ = await person_with_card(signed_in)
    bob, card = await person_with_card(signed_in)
    account, link = await account_of(bob), (await asked(ada, card["handle"]))["id"]
    order = MailOrder(kind="connection", account_id=account, subject_id=link)
    mailer, limiter, links = BrokenMailer(4), Counted(), wiring.connections.links()
    tell = partial(
        tell_of_request, order, origin="https://izwop.test", translate=in_language,
        accounts=wiring.accounts.store(), links=links, limiter=limiter, mailer=mailer,
    )  # fmt: skip
    for _ in range(4):
        with pytest.raises(MailNotSent):
            await tell(now=now())
    assert (await links.get(account, link)).noticed_at is None
    assert await tell(now=now()) is None
    assert ([mail.to for mail in mailer.sent], limiter.taken) == ([await email_of(bob)], 1)
    assert (await links.get(account, link)).noticed_at is not None


async def email_of(person) -> str:
    return (await person.api("GET", "account")).json()["email"]


async def test_a_publication_puts_what_was_seen_into_the_history(host, signed_in) -> None:
    """Nobody opens a page between: the long work compares."""
    ada, _ = await person_with_card(signed_in)
    bob = await signed_in()
    card = await own_card(bob)
    link = await connect(ada, bob, card["handle"])
    await republish(bob, card, **(FOR_CONNECTIONS | {"phones": [], "title": "Director"}))
    await projected(host, bob, card)
    kept = await wiring.connections.links().linked(await account_of(ada), link)
    assert {each.text for each in kept.former} == {"+46701740605", "Engineer"}
    assert kept.seen["title"] == ["Director"]
    await projected(host, bob, card)
    assert len((await details(ada, link))["former"]) == 2


async def test_a_card_that_moves_to_another_profile_tells_the_connections_of_the_first_nothing(
    host, signed_in
) -> None:
    ada, _ = await person_with_card(signed_in)
    bob = await signed_in()
    card = await own_card(bob)
    link = await connect(ada, bob, card["handle"])
    moved = card | {"profileId": await a_profile(bob)}
    await republish(bob, moved, name="B.", phones=[{"audience": "connections", "number": "+4686114000"}])
    await projected(host, bob, card)
    kept = await wiring.connections.links().linked(await account_of(ada), link)
    assert kept.seen == {}
    assert "+46701740605" in {each.text for each in kept.former}
    told = await details(ada, link)
    assert told["says"] is None
    assert "+4686114000" not in json.dumps(told)


async def projected(host, owner, card: dict) -> None:
    """Carry out the order of the card's projection, and the work that it starts."""
    from domain.cards.card import PROJECTION  # noqa: PLC0415
    from domain.connections.refresh import REFRESH  # noqa: PLC0415
    from domain.operations.orders import new_order  # noqa: PLC0415

    account = await account_of(owner)
    await wiring.operations.effects()[PROJECTION](new_order(PROJECTION, account, card["id"], now()))
    [work, *_] = await wiring.operations.works().of_kind(account, REFRESH)
    await finished(work)


async def finished(work) -> None:
    import time  # noqa: PLC0415

    from domain.operations.slices import Slice  # noqa: PLC0415

    job, cursor = wiring.operations.jobs()[work.kind], ""
    while True:
        progress = await job.slice(work.model_copy(update={"cursor": cursor}), Slice(time.monotonic))
        if progress.over:
            return
        cursor = progress.cursor


async def test_the_copy_has_every_connection_and_no_account_of_others(host, signed_in) -> None:
    ada, ada_card = await person_with_card(signed_in)
    bob = await signed_in()
    card = await own_card(bob)
    await connect(ada, bob, card["handle"])
    _, other = await person_with_card(signed_in)
    await asked(ada, other["handle"])
    files = await opened(await copied(host, await account_of(ada)))
    told = [
        each for name, text in files.items() if name.startswith("connections/") for each in json.loads(text)
    ]
    assert {(each["state"], each["theirCard"]) for each in told} == {
        ("connected", card["handle"]),
        ("asked", other["handle"]),
    }
    assert {each["yourCard"] for each in told} == {ada_card["id"]}
    assert any(each["says"].get("phones") == ["+46701740605"] for each in told)
    stranger = (await account_of(bob)).encode()
    assert all(stranger not in content for content in files.values())


async def test_logs_and_queues_name_nobody(host, signed_in, caplog) -> None:
    caplog.set_level(logging.DEBUG)
    ada, _ = await person_with_card(signed_in, name="Quirinius")
    bob = await signed_in()
    card = await own_card(bob, name="Zenobia")
    link = await connect(ada, bob, card["handle"])
    await do(bob, "PUT", f"connections/{link}/block")
    logged = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("izwop"))
    assert not any(name in logged for name in ("Quirinius", "Zenobia", "+46701740605"))


async def test_connecting_is_an_interaction_of_both(signed_in) -> None:
    ada, _ = await person_with_card(signed_in)
    bob, card = await person_with_card(signed_in)
    await connect(ada, bob, card["handle"])
    for person in (ada, bob):
        contact = (await person.api("GET", "contacts")).json()["data"][0]["id"]
        listed = (await person.api("GET", f"contacts/{contact}/interactions")).json()["data"]
        assert [each["said"]["kind"] for each in listed] == ["exchange"]
