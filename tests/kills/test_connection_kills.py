"""SIGKILL of the worker at each call of accepting and disconnecting: both agree, nothing is there twice."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest

import wiring.connections
import wiring.relationships
from domain.relationships.contacts import Filter
from tests.functions.connections.people import asked, own_card, person_with_card
from tests.functions.privacy.test_copy import account_of
from tests.kills.test_kills import KILLS

pytestmark = pytest.mark.kills

# Calls to the store of an acceptance, on both sides and with two contacts; of the end of a connection.
# In no order, so that few kills are spread over all of it.
ACCEPTING = [(11 * call) % 29 + 1 for call in range(29)]
ENDING = [(5 * call) % 8 + 1 for call in range(8)]
MINUTE = timedelta(minutes=1)


class Two:
    """Two people, one of whom was asked by the other."""

    def __init__(self, worker, link: str, accounts: tuple[str, str]) -> None:
        self.worker, self.link, self.accounts, self.at = worker, link, accounts, datetime.now(UTC)

    async def do(self, act: str, state: str, die: list | None) -> str:
        self.at += MINUTE
        return await self.worker(
            do="answer", act=act, owner=self.accounts[1], id=self.link, at=self.at.isoformat(), die=die,
            **{"in": state},
        )  # fmt: skip

    async def carry_out(self) -> None:
        """What the timer has carried out for both, twice because one may make an order for the other."""
        for account in self.accounts * 2:
            said = await self.worker(
                do="order", container="relations", owner=account, id=f"order-connection-{self.link}",
                at=self.at.isoformat(),
            )  # fmt: skip
            assert said in ("True", "False")

    async def state(self) -> tuple[list[str], list[int], list[bool]]:
        """What both say, how many contacts each has, and who may see what."""
        links, contacts = wiring.connections.links(), wiring.relationships.contacts()
        sides = [await links.get(account, self.link) for account in self.accounts]
        found = [(await contacts.by_name(account, Filter(), 10, None))[0] for account in self.accounts]
        seen = [await links.connected(side.other_id, side.theirs.profile_id, side.owner_id) for side in sides]
        return [side.state for side in sides], [len(each) for each in found], seen


@pytest.mark.timeout(600)
async def test_connecting_and_disconnecting_survive_the_death_of_their_workers(worker, signed_in) -> None:
    accepting, ending = (
        itertools.cycle((call, side) for side in ("before", "after") for call in calls)
        for calls in (ACCEPTING, ENDING)
    )
    ada, _ = await person_with_card(signed_in)
    first, start = await account_of(ada), worker.kills
    contacts = 0
    while worker.kills - start < KILLS:
        bob = await signed_in()
        link = (await asked(ada, (await own_card(bob))["handle"]))["id"]
        two, contacts = Two(worker, link, (first, await account_of(bob))), contacts + 1
        call, side = next(accepting)
        await two.do("accept", "waiting", ["read data", side, call])
        await two.carry_out()
        await two.do("accept", "waiting", None)
        await two.carry_out()
        assert await two.state() == (["connected"] * 2, [min(contacts, 10), 1], [True, True]), (call, side)
        call, side = next(ending)
        await two.do("disconnect", "connected", ["read data", side, call])
        await two.carry_out()
        await two.do("disconnect", "connected", None)
        await two.carry_out()
        assert await two.state() == (["ended"] * 2, [min(contacts, 10), 1], [False, False]), (call, side)
