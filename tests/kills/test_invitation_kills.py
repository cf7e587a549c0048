"""SIGKILL of the worker at each call of inviting, of its mails and of joining: all of it happens once."""

import asyncio
import itertools
import secrets
from datetime import UTC, datetime, timedelta

import pytest

import wiring.operations
import wiring.organisations
import wiring.organisations.invitations
from domain.notifications.claimed import CLAIMED_FOR
from domain.organisations.invitations.links import link_of
from functions.framework.clock import new_id
from tests.functions.operations.test_jobs import Mailbox
from tests.functions.organisations.invited import an_address, waiting
from tests.functions.organisations.test_organisations import an_organisation
from tests.functions.privacy.test_copy import account_of
from tests.kills.test_kills import KILLS

pytestmark = pytest.mark.kills

# More than the calls of each, in no order, so that few kills are spread over all of them.
INVITING = [(7 * call) % 13 + 1 for call in range(13)]
SENDING = [1, 3, 2, 4]
JOINING = [(5 * call) % 12 + 1 for call in range(12)]


@pytest.fixture
def mailbox(cloud) -> Mailbox:
    return Mailbox(cloud)


async def carry_out_orders(org: str) -> None:
    """What the timer has carried out later."""
    # Also those that a timer of a later time has put off.
    async for order in wiring.operations.orders().due(datetime.now(UTC) + timedelta(days=30)):
        if order.owner_id == org:
            await wiring.operations.effects()[order.kind](order)
            await wiring.operations.orders().delete(order)


@pytest.mark.timeout(600)
async def test_inviting_and_joining_survive_the_death_of_their_workers(
    worker, host, signed_in, mailbox
) -> None:
    inviting, sending, joining = (
        itertools.cycle((call, side) for side in ("before", "after") for call in calls)
        for calls in (INVITING, SENDING, JOINING)
    )
    start, key = worker.kills, wiring.organisations.invitations.link_keys()[0]
    while worker.kills - start < KILLS:
        ada = await signed_in()
        owner, org, at = await account_of(ada), (await an_organisation(ada))["id"], datetime.now(UTC)
        addresses = [an_address(), an_address()]
        said = {
            "do": "invite",
            "org": org,
            "owner": owner,
            "addresses": addresses,
            "key": secrets.token_hex(),
        }
        died = next(inviting)
        await worker(**said, at=at.isoformat(), die=["any", died[1], died[0]])
        await carry_out_orders(org)
        ids = (await worker(**said, at=at.isoformat())).split()
        await carry_out_orders(org)
        assert [each["id"] for each in await waiting(ada, org)] == sorted(ids, reverse=True), died
        for item in ids:
            died = next(sending)
            mail = {"do": "deliver invitation", "org": org, "id": item}
            await worker(**mail, at=at.isoformat(), die=["any", died[1], died[0]])
            later = at + CLAIMED_FOR + timedelta(seconds=1)
            assert await worker(**mail, at=later.isoformat()) == "done", died
        await host.drain_queue("mail")
        mails = await mailbox.holds(2, *addresses)
        assert sorted(mail["to"][0] for mail in mails) == sorted(addresses), died
        people = [new_id("acc"), new_id("acc")]
        for item, address, person in zip(ids, addresses, people, strict=True):
            died = next(joining)
            come = {"do": "join", "link": link_of(org, item, 1, key), "owner": person, "address": address}
            await worker(**come, at=at.isoformat(), die=["any", died[1], died[0]])
            member = await worker(**come, at=at.isoformat())
            assert member.startswith("mem_"), died
            late = come | {"owner": new_id("acc")}
            assert await worker(**late, at=at.isoformat()) == "nothing", died
        await carry_out_orders(org)
        lists = await asyncio.gather(*map(wiring.organisations.memberships().get, people))
        assert [[each.org_id for each in own.organisations] for own in lists] == [[org], [org]], died
        assert await wiring.organisations.store().count_members(org) == 3
        assert await waiting(ada, org) == []
