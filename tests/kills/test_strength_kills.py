"""SIGKILL of the weekly job at each step: every strength that is due is written once, and right."""

import itertools
from datetime import timedelta

import pytest

import wiring.operations
import wiring.relationships.strength
from tests.functions.privacy.test_copy import account_of
from tests.functions.relationships.strength.test_interactions import stored
from tests.functions.relationships.strength.test_weekly import TODAY, anew, met
from tests.functions.relationships.test_contacts import a_contact
from tests.kills.test_kills import IN_A_ROW, KILLS

pytestmark = pytest.mark.kills

# The second call that reads data is the query of what is due, the third the batch that writes it.
STEPS = (("take work", 1), ("read data", 1), ("read data", 2), ("save work", 1), ("send message", 1))


@pytest.mark.timeout(600)
async def test_the_weekly_job_survives_the_death_of_its_workers(worker, signed_in) -> None:
    from domain.operations.work import new_work, start_work  # noqa: PLC0415 - what the host loaded
    from domain.relationships.strength.weekly import STRENGTHS  # noqa: PLC0415
    from functions.framework.clock import new_id  # noqa: PLC0415

    ada = await signed_in()
    owner, works, kills = await account_of(ada), wiring.operations.works(), 0
    sides = itertools.cycle([step, side, time] for step, time in STEPS for side in ("before", "after"))
    while kills < KILLS:
        contacts = [await a_contact(ada, f"Person {number}") for number in range(3)]
        for number, contact in enumerate(contacts):
            await met(owner, contact, 250 + number)
        before = [await stored(ada, contact) for contact in contacts]
        at, job = TODAY, new_id("job")
        await start_work(
            new_work(STRENGTHS, owner, job, at), works=works, queue=wiring.operations.work_queue()
        )
        for die in [*(next(sides) for _ in range(IN_A_ROW)), *[None] * IN_A_ROW]:
            at += timedelta(minutes=5)
            assert await worker(do="timer", at=at.isoformat()) in ("sent", "killed")
            said = await worker(do="work", owner=owner, id=job, at=at.isoformat(), items=2, die=die)
            kills += said == "killed"
            if said in ("done", "nothing"):
                break
        assert (await works.get(owner, job)).state == "done"
        for contact, was in zip(contacts, before, strict=True):
            found = await stored(ada, contact)
            assert found.version == was.version + 1
            expected = await anew(owner, contact)
            assert found.model_dump(exclude={"version"}) == expected.model_dump(exclude={"version"})
