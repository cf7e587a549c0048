"""SIGKILL of the worker at each call of the erasure of an organisation: all of it goes, and nothing else."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest

import wiring.cards
import wiring.operations
import wiring.organisations
from domain.operations.work import SYSTEM
from tests.functions.organisations.joined import joined, own
from tests.functions.organisations.test_erasure import a_whole_one, start
from tests.functions.organisations.test_leaving import leads_to
from tests.functions.organisations.test_organisations import an_organisation
from tests.kills.test_kills import IN_A_ROW, KILLS

pytestmark = pytest.mark.kills

# Calls to the store of the work, three documents at a time, some of which are cards. In no order, so that few
# kills are spread over all of it.
ERASING = [(23 * call) % 61 + 1 for call in range(61)]


@pytest.mark.timeout(600)
async def test_the_erasure_of_an_organisation_survives_the_death_of_its_workers(
    worker, cloud, signed_in, client
) -> None:
    erasing = itertools.cycle(["any", side, call] for side in ("before", "after") for call in ERASING)
    friend, kills = await signed_in(), 0
    other = await an_organisation(friend)
    while kills < KILLS:
        firm = await a_whole_one(cloud, signed_in, 2)
        await joined(firm.made, friend)
        await joined(other, firm.owner)
        await firm.close()
        await start()
        work, at = await firm.the_work(), datetime.now(UTC) + timedelta(minutes=10)
        for die in [*(next(erasing) for _ in range(IN_A_ROW)), *[None] * IN_A_ROW]:
            at += timedelta(minutes=5)
            assert await worker(do="timer", at=at.isoformat()) in ("sent", "killed")
            said = await worker(do="work", owner=SYSTEM, id=work, at=at.isoformat(), items=3, die=die)
            kills += said == "killed"
            if said in ("done", "nothing"):
                break
        assert (await wiring.operations.works().get(SYSTEM, work)).state == "done"
        assert await firm.places() == [firm.id]
        for handle in firm.handles:
            assert await leads_to(client, handle) is None
            left = await wiring.cards.handles().find(handle)
            assert (left.state, left.account_id, left.key) == ("held", "", None)
        assert await own(friend) == {other["id"]: "owner"}
        assert await own(firm.owner) == {other["id"]: "member"}
