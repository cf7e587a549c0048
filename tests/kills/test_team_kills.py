"""SIGKILL of the worker at each call of the removal of a team: it leaves everybody once, and nobody else."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest

import wiring.operations
import wiring.organisations
from domain.base.limits import UNDO_TIME
from tests.functions.organisations.test_team_removal import a_deleted_team, traces
from tests.functions.organisations.test_teams import Company, an_organisation
from tests.kills.test_kills import IN_A_ROW, KILLS

pytestmark = pytest.mark.kills

# Calls to the store of the order, and of the work with five people, two at a time. In no order, so that few
# kills are spread over all of it.
ORDERING = [(3 * call) % 5 + 1 for call in range(5)]
REMOVING = [(11 * call) % 19 + 1 for call in range(19)]


@pytest.mark.timeout(600)
async def test_the_removal_of_a_team_survives_the_death_of_its_workers(
    worker, signed_in, monkeypatch
) -> None:
    async def nothing(_order: object) -> None:
        """The worker dies before it settles."""

    owner = await signed_in()
    company = Company(owner, await an_organisation(owner), signed_in)
    monkeypatch.setattr("wiring.organisations.settle", nothing)
    ordering, removing = (
        itertools.cycle(["any", side, call] for side in ("before", "after") for call in calls)
        for calls in (ORDERING, REMOVING)
    )
    kept, kills = await company.team("Kept"), 0
    while kills < KILLS:
        team, ids, work = await a_deleted_team(company, people=5)
        await company.add(kept, ids[0])
        size, at = await company.size(kept), datetime.now(UTC) + UNDO_TIME + timedelta(minutes=10)
        order = {"container": "organisations", "owner": company.id, "id": f"order-remove-team-{team['id']}"}
        for die in (next(ordering), None):
            kills += await worker(do="order", at=at.isoformat(), die=die, **order) == "killed"
        for die in [*(next(removing) for _ in range(IN_A_ROW)), *[None] * IN_A_ROW]:
            at += timedelta(minutes=5)
            assert await worker(do="timer", at=at.isoformat()) in ("sent", "killed")
            said = await worker(do="work", owner=company.id, id=work, at=at.isoformat(), items=2, die=die)
            kills += said == "killed"
            if said in ("done", "nothing"):
                break
        assert (await wiring.operations.works().get(company.id, work)).state == "done"
        assert await traces(team) == []
        assert await company.size(kept) == size
        store = wiring.organisations.store()
        found = [await store.member(company.id, each) for each in ids]
        assert [each.teams for each in found] == [[kept["id"]], [], [], [], []]
