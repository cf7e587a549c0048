"""SIGKILL of the worker at each call of a run of invitations: each person gets one, and each counts once."""

import itertools
import secrets
from datetime import UTC, datetime, timedelta

import pytest

import wiring.operations
import wiring.organisations
import wiring.organisations.invitations
from tests.functions.operations.test_jobs import Mailbox
from tests.functions.organisations.imported import Imports, staff, table
from tests.functions.organisations.test_organisations import an_organisation
from tests.functions.privacy.test_copy import account_of
from tests.kills.test_kills import IN_A_ROW, KILLS

pytestmark = pytest.mark.kills

PEOPLE, CALLS, MOST_ALIVE = 9, 53, 6
# In no order, so that few kills are spread over all calls of a stage.
ORDER = [(23 * call) % CALLS + 1 for call in range(CALLS)]
STEPS = {"domain.organisations.invitation_runs.whom:PAGE": 2}


@pytest.fixture
def mailbox(cloud) -> Mailbox:
    return Mailbox(cloud)


class Run:
    """A run of one organisation, by workers that die."""

    def __init__(self, worker, by, deaths) -> None:
        self.worker, self.by, self.deaths = worker, by, deaths
        self.org_id, self.at = by.organisation.id, datetime.now(UTC)

    async def now(self):
        return await wiring.organisations.invitations.runs().get(self.org_id, self.id)

    async def begin(self) -> None:
        from domain.organisations.invitation_runs.run import Whom, begin_run  # noqa: PLC0415 - the host's
        from domain.organisations.organisation import Creating  # noqa: PLC0415

        store, people = wiring.organisations.invitations.runs(), wiring.organisations.invitations.whom()
        creating = Creating(secrets.token_hex(), self.at)
        run = await begin_run(self.by, Whom(), creating, language="en", runs=store, people=people)
        self.id = run.id

    async def send(self) -> None:
        from domain.organisations.invitation_runs.run import RunVersion, start_sending  # noqa: PLC0415

        of, store = RunVersion(self.id, (await self.now()).version), wiring.organisations.invitations.runs()
        await start_sending(self.by, of, now=self.at, runs=store)

    async def finish(self) -> None:
        """The work of the present stage, by workers that die; what they leave is found by the timer."""
        run = await self.now()
        order = {"container": "organisations", "owner": self.org_id, "id": f"order-invitation-run-{run.id}"}
        for die in itertools.chain(itertools.islice(self.deaths, IN_A_ROW), [None] * MOST_ALIVE):
            self.at += timedelta(minutes=5)
            await self.worker(do="order", at=self.at.isoformat(), **order)
            await self.worker(do="timer", at=self.at.isoformat())
            said = await self.worker(
                do="work", owner=self.org_id, id=run.work_id, at=self.at.isoformat(), items=4, die=die,
                bounds=STEPS,
            )  # fmt: skip
            if (await self.now()).stage != run.stage and said in ("done", "nothing"):
                break
        assert (await self.now()).stage != run.stage, said

    async def carry_out_orders(self) -> None:
        """What the timer has carried out later: mails that a dead worker had not queued."""
        async for order in wiring.operations.orders().due(self.at + timedelta(hours=1)):
            if order.owner_id == self.org_id:
                await wiring.organisations.effects()[order.kind](order)
                await wiring.operations.orders().delete(order)


@pytest.mark.timeout(600)
async def test_a_run_survives_the_death_of_its_workers(worker, host, signed_in, mailbox) -> None:
    from domain.organisations.organisation import acting  # noqa: PLC0415 - what the host loaded

    deaths = itertools.cycle(["any", side, call] for call in ORDER for side in ("before", "after"))
    start = worker.kills
    while worker.kills - start < KILLS:
        ada, word = await signed_in(), secrets.token_hex(8)
        org = await an_organisation(ada)
        rows = table(*(staff(word, number) for number in range(PEOPLE)))
        await Imports(host, ada, org).written(rows)
        owner = await account_of(ada)
        by = await acting(org["id"], owner, "invite", organisations=wiring.organisations.store())
        run = Run(worker, by, deaths)
        await run.begin()
        await run.finish()
        counted = (await run.now()).counts
        assert (counted.chosen, counted.joined, counted.people) == (PEOPLE, 1, PEOPLE + 1)
        await run.send()
        await run.finish()
        assert (await run.now()).counts == counted
        await run.carry_out_orders()
        waiting, _ = await wiring.organisations.invitations.store().waiting(org["id"], run.at, 50, None)
        assert len(waiting) == PEOPLE
        await host.drain_queue("mail")
        addresses = [f"{word}{number}@example.com" for number in range(PEOPLE)]
        mails = await mailbox.to(*addresses)
        assert sorted(mail["to"][0] for mail in mails) == addresses
        assert {mail["times"] for mail in mails} == {1}
