"""Mails about requests: who asked is told that theirs was decided, who decides how many wait, and no more."""

import asyncio
import secrets
from datetime import UTC, datetime, time, timedelta

import pytest

import wiring.accounts
import wiring.notifications
import wiring.operations
import wiring.organisations
import wiring.organisations.request_mails
from domain.notifications.claimed import CLAIMED_FOR
from domain.notifications.mail import MailOrder
from functions.framework.clock import now
from functions.framework.texts import in_language
from tests.functions.operations.test_jobs import Mailbox
from tests.functions.organisations.invited import email_of
from tests.functions.organisations.joined import do, give, joined
from tests.functions.organisations.test_change_requests import answer, ask, office
from tests.functions.organisations.test_closing import close
from tests.functions.privacy.test_copy import account_of

__all__ = ["office"]


@pytest.fixture
def mailbox(cloud) -> Mailbox:
    return Mailbox(cloud)


@pytest.fixture
async def grace(office, signed_in):
    """A member with a card of the organisation."""
    person = await signed_in()
    person.member = await joined(office.org, person)
    person.card = await office.card(person.member["id"])
    return person


async def asked(office, person, **fields):
    made = await ask(person, office, person.card, secrets.token_hex(8), **fields)
    assert made.status_code == 201, made.text
    return made


async def mails_to(host, mailbox: Mailbox, person, what: str = "/requests") -> list[dict]:
    """The mails about requests that somebody has."""
    await host.drain_queue("mail")
    return [mail for mail in await mailbox.to(await email_of(person)) if what in mail["text"]]


async def works_of(office) -> list:
    return await wiring.operations.works().of_kind(office.org["id"], "request-digest")


async def the_morning(host, office) -> None:
    """What the timer does next morning."""
    from domain.operations.work import message_for  # noqa: PLC0415 - what the host loaded

    for work in await works_of(office):
        if not work.is_over:
            await wiring.operations.work_queue().send(message_for(work))
    await host.drain_queue("work")


async def another_morning(office) -> None:
    """As if the works of the mornings before had never been: the next request orders one again."""
    container = await wiring.database().container("organisations")
    for work in await works_of(office):
        await container.delete_item(work.id, partition_key=work.owner_id)


async def told(office, person, kind: str, subject: str, at: datetime | None = None) -> timedelta | None:
    """Deliver a mail as the queue has it done; how long it wants to wait."""
    from domain.organisations.change_requests.answer_mail import deliver_answer  # noqa: PLC0415
    from domain.organisations.change_requests.digest import deliver_digest  # noqa: PLC0415

    deliver = {"request-answer": deliver_answer, "requests-waiting": deliver_digest}[kind]
    return await deliver(
        MailOrder(kind=kind, account_id=office.org["id"], subject_id=subject),
        by=secrets.token_hex(8),
        now=at or now(),
        origin="https://izwop.test",
        translate=in_language,
        ports=wiring.organisations.request_mails.mailing(),
    )


@pytest.mark.parametrize("state", ["approved", "declined"])
async def test_who_asked_is_told_once_and_of_nothing_that_was_said(
    host, office, grace, mailbox, state: str
) -> None:
    words = {name: secrets.token_hex(8) for name in ("reason", "says")}
    request = await asked(office, grace, reason=words["reason"])
    assert await mails_to(host, mailbox, grace) == []
    assert (await answer(office.owner, office, request, state=state, says=words["says"])).status_code == 200
    [mail] = await mails_to(host, mailbox, grace)
    at = f"https://izwop.test/org/{office.org['id']}/requests/{request.json()['id']}\n"
    assert (at in mail["text"], mail["times"]) == (True, 1)
    said = mail["subject"] + mail["text"]
    secret = [*words.values(), request.json()["value"], grace.name, office.org["name"], state]
    assert not [word for word in secret if word in said]
    await wiring.notifications.queue().send(
        MailOrder(kind="request-answer", account_id=office.org["id"], subject_id=request.json()["id"])
    )
    assert [each["times"] for each in await mails_to(host, mailbox, grace)] == [1]


async def test_the_order_of_the_answer_is_stored_with_it(host, office, grace, mailbox, monkeypatch) -> None:
    """A worker that dies after the answer: the timer has the mail sent."""

    async def nothing(_order: object) -> None:
        """The worker dies before it settles."""

    from domain.operations.orders import OrderMessage  # noqa: PLC0415 - what the host loaded

    requests = [await asked(office, grace), await asked(office, grace)]
    with monkeypatch.context() as patch:
        patch.setattr("wiring.organisations.settle", nothing)
        for each, state in zip(requests, ("approved", "declined"), strict=True):
            assert (await answer(office.owner, office, each, state=state)).status_code == 200
    assert await mails_to(host, mailbox, grace) == []
    for each in requests:
        item = f"order-request-answer-mail-{each.json()['id']}"
        await wiring.operations.order_queue().send(
            OrderMessage(container="organisations", owner_id=office.org["id"], order_id=item)
        )
    await host.drain_queue("orders")
    assert [mail["times"] for mail in await mails_to(host, mailbox, grace)] == [1, 1]


async def test_nobody_is_told_of_what_they_know_or_have_left(host, office, grace, signed_in, mailbox) -> None:
    seen, gone, withdrawn = [await asked(office, grace) for _ in range(3)]
    assert (await give(office.owner, office.org, grace.member["id"], "admin")).status_code == 200
    own = await asked(office, grace)
    assert (await answer(grace, office, own, state="approved")).status_code == 200
    assert await mails_to(host, mailbox, grace) == []
    path, version = f"{office.at}/change-requests/{withdrawn.json()['id']}", {"If-Match": '"1"'}
    assert (await grace.api("DELETE", path, headers=version)).status_code == 204
    await told(office, grace, "request-answer", withdrawn.json()["id"])
    store = wiring.organisations.request_mails.mailing().requests
    answered = await answer(office.owner, office, seen, state="declined")
    assert answered.status_code == 200
    # Before the queue comes to it, they have put the answer aside.
    found = await store.get(office.org["id"], seen.json()["id"])
    await store.save(found.changed(now(), seen=True))
    assert await mails_to(host, mailbox, grace) == []
    assert (await answer(office.owner, office, gone, state="declined")).status_code == 200
    assert (await do(office.owner, "DELETE", office.org, grace.member["id"])).status_code == 204
    assert await mails_to(host, mailbox, grace) == []


async def test_the_mail_is_in_the_language_of_who_reads_it(host, office, grace, mailbox) -> None:
    await wiring.accounts.store().choose_language(await account_of(grace), "sv")
    await answer(office.owner, office, await asked(office, grace), state="declined")
    [mail] = await mails_to(host, mailbox, grace)
    assert "Din begäran" in mail["subject"]


async def test_those_who_decide_are_told_next_morning_how_many_wait(
    host, office, grace, signed_in, mailbox
) -> None:
    admin, editor = await signed_in(), await signed_in()
    await joined(office.org, admin, "admin")
    await joined(office.org, editor, "editor")
    requests = [await asked(office, grace) for _ in range(3)]
    [work] = await works_of(office)
    assert (work.due_at > datetime.now(UTC), work.due_at.timetz()) == (True, time(5, tzinfo=UTC))
    assert work.due_at - datetime.now(UTC) <= timedelta(days=1)
    assert await mails_to(host, mailbox, admin) == []
    await the_morning(host, office)
    for person in (office.owner, admin):
        [mail] = await mails_to(host, mailbox, person)
        assert mail["times"] == 1
        assert "wait for an answer: 3\nhttps://izwop.test/org/" in mail["text"]
        assert f"/org/{office.org['id']}/requests\n" in mail["text"]
        said = mail["subject"] + mail["text"]
        secret = (grace.name, office.org["name"], "promoted", *(each.json()["value"] for each in requests))
        assert not [word for word in secret if word in said]
    assert [await mails_to(host, mailbox, each) for each in (editor, grace)] == [[], []]


async def test_what_they_were_told_of_is_not_told_again_and_a_new_request_is(
    host, office, grace, mailbox
) -> None:
    await asked(office, grace)
    await the_morning(host, office)
    assert [mail["times"] for mail in await mails_to(host, mailbox, office.owner)] == [1]
    await another_morning(office)
    # The order comes once more.
    await wiring.organisations.effects()["request-digest"](order_of(office))
    await the_morning(host, office)
    assert [mail["times"] for mail in await mails_to(host, mailbox, office.owner)] == [1]
    await another_morning(office)
    await asked(office, grace)
    await the_morning(host, office)
    assert len(await mails_to(host, mailbox, office.owner)) == 2


def order_of(office):
    from domain.operations.orders import new_order  # noqa: PLC0415 - what the host loaded

    org_id = office.org["id"]
    return new_order("request-digest", org_id, org_id, datetime.now(UTC), container="organisations")


async def test_when_nothing_waits_any_more_nobody_is_told(host, office, grace, mailbox) -> None:
    await answer(office.owner, office, await asked(office, grace), state="declined")
    await the_morning(host, office)
    assert await mails_to(host, mailbox, office.owner) == []


async def test_a_closed_organisation_tells_nobody(host, office, grace, mailbox) -> None:
    await asked(office, grace)
    assert (await close(office.owner, office.org)).status_code == 204
    await the_morning(host, office)
    member = (await wiring.organisations.store().get(office.org["id"])).owners[0]
    await told(office, office.owner, "requests-waiting", member)
    assert await mails_to(host, mailbox, office.owner) == []


async def test_two_workers_send_one_mail_and_a_dead_one_is_waited_for(host, office, grace, mailbox) -> None:
    await asked(office, grace)
    member = (await wiring.organisations.store().get(office.org["id"])).owners[0]
    told_at = wiring.organisations.request_mails.told()
    from domain.organisations.change_requests.told import Told  # noqa: PLC0415 - what the host loaded

    # A worker has claimed it, and died.
    await told_at.save(Told(org_id=office.org["id"], subject_id=member, claimed_at=now()))
    assert await told(office, office.owner, "requests-waiting", member) == CLAIMED_FOR
    assert await mails_to(host, mailbox, office.owner) == []
    later = now() + CLAIMED_FOR + timedelta(seconds=1)
    ends = await asyncio.gather(
        *(told(office, office.owner, "requests-waiting", member, later) for _ in range(3))
    )
    assert set(ends) <= {None, CLAIMED_FOR}
    assert [mail["times"] for mail in await mails_to(host, mailbox, office.owner)] == [1]


async def test_a_slice_that_is_done_again_sends_nothing_more(host, office, grace, mailbox) -> None:
    import itertools  # noqa: PLC0415

    from domain.operations.slices import Slice  # noqa: PLC0415 - what the host loaded

    await asked(office, grace)
    [work] = await works_of(office)
    for _ in range(2):
        bound = Slice(itertools.repeat(0.0).__next__)
        assert (await wiring.operations.jobs()["request-digest"].slice(work, bound)).over
        assert [mail["times"] for mail in await mails_to(host, mailbox, office.owner)] == [1]
