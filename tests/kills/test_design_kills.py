"""SIGKILL of the worker at each call of an approval and of what follows it: all is stored, or nothing."""

from datetime import UTC, datetime, timedelta

import pytest

import wiring.cards
import wiring.operations
import wiring.organisations.templates
from tests.functions.organisations.designs import (
    a_card,
    a_designer,
    begun,
    granted,
    proposed,
    read,
    records,
    saved,
)
from tests.functions.organisations.test_organisations import an_organisation
from tests.functions.privacy.test_copy import account_of
from tests.kills.test_invitation_kills import carry_out_orders
from tests.kills.test_kills import IN_A_ROW, KILLS
from tests.kills.test_staff_card_kills import Worker, dying

pytestmark = pytest.mark.kills

# Calls of an approval with what it settles at once, and of the work. In no order, so that few kills are
# spread over all of it.
APPROVING = [(7 * call) % 23 + 1 for call in range(23)]
APPLYING = [(5 * call) % 17 + 1 for call in range(17)]
# As many proposals as an organisation keeps, at most.
MOST = 40


class Client:
    """An organisation with one card, for which a designer works."""

    def __init__(self, worker, ada, org: dict, designer) -> None:
        self.ada, self.org, self.designer, self.worker = ada, org, designer, worker
        self.dies, self.number = Worker(worker, org["id"]), 1

    async def card(self, signed_in) -> None:
        self.template, self.card_id = await a_card(self.ada, self.org, signed_in)

    async def stored(self) -> tuple[str, int, int]:
        """What is stored of an approval: the proposal, the release that is in force, the records."""
        state = (await read(self.ada, self.org, self.proposal)).json()["state"]
        template = await wiring.organisations.templates.store().get(self.org["id"], self.template)
        return state, template.number, (await records(self.ada, self.org)).count("approved")

    async def propose(self, title: str) -> None:
        self.proposal = await begun(self.designer, self.org, self.template)
        await saved(self.designer, self.org, self.proposal, **{"rules-title-value": title})
        assert (await proposed(self.designer, self.org, self.proposal)).status_code == 303

    async def approve(self, deaths) -> None:
        """By a worker that dies, and by another one when somebody presses the button again."""
        before, after = ("waiting", self.number, self.number - 1), ("approved", self.number + 1, self.number)
        order = {"do": "approve", "org": self.org["id"], "id": self.proposal}
        order |= {"owner": await account_of(self.ada), "at": datetime.now(UTC).isoformat()}
        for die in [*(next(deaths) for _ in range(IN_A_ROW)), None]:
            assert await self.worker(die=die, **order) in ("approved", "nothing", "killed")
            assert await self.stored() in (before, after)
        assert await self.stored() == after
        self.number += 1

    async def follow(self, deaths) -> None:
        await carry_out_orders(self.org["id"])
        due = wiring.operations.works().due(datetime.now(UTC) + timedelta(days=9))
        for work in [each.id async for each in due if each.owner_id == self.org["id"]]:
            await self.dies.work(self.org["id"], work, deaths)


@pytest.mark.timeout(900)
async def test_an_approval_reaches_the_cards_once_through_the_death_of_workers(
    worker, client, signed_in
) -> None:
    approving, applying, start = dying(APPROVING), dying(APPLYING), worker.kills
    firm, ada = None, await signed_in()
    while worker.kills - start < KILLS:
        if firm is None or firm.number == MOST:
            firm = Client(worker, ada, await an_organisation(ada), await a_designer(client, signed_in))
            await firm.card(signed_in)
            await granted(ada, firm.org, firm.designer)
        title = f"Captain {firm.number}"
        await firm.propose(title)
        await firm.approve(approving)
        await firm.follow(applying)
        card = await wiring.cards.store().get(firm.org["id"], firm.card_id)
        assert (card.staff.number, card.published.title) == (firm.number, title)
        async with client() as stranger:
            assert title in (await stranger.get(f"/c/{card.handle}")).text
        found = await wiring.organisations.templates.store().get_release(
            firm.org["id"], firm.template, firm.number
        )
        assert found.designed_by == firm.designer.name
