"""SIGKILL of the worker at each call of what follows the closing of an organisation, and its taking back."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest

import wiring.operations
import wiring.organisations
from domain.operations.work import SYSTEM
from tests.functions.organisations.joined import joined, own
from tests.functions.organisations.test_closing import close, reopen
from tests.functions.organisations.test_organisations import an_organisation
from tests.kills.test_kills import IN_A_ROW, KILLS

pytestmark = pytest.mark.kills

# Calls to the store of the order, and of the work with four people, two at a time. In no order, so that few
# kills are spread over all of it.
ORDERING = [(3 * call) % 5 + 1 for call in range(5)]
FOLLOWING = [(5 * call) % 17 + 1 for call in range(17)]


async def work_of(org: dict) -> str:
    """The work that the waiting order will begin."""
    from domain.operations.orders import OrderMessage  # noqa: PLC0415 - what the host loaded
    from domain.organisations.closing import work_id_of  # noqa: PLC0415

    message = OrderMessage(
        container="organisations", owner_id=org["id"], order_id=f"order-org-closing-{org['id']}"
    )
    order = await wiring.operations.orders().get(message)
    assert order is not None
    return work_id_of(order)


@pytest.mark.timeout(600)
async def test_the_switchers_of_all_follow_through_the_death_of_workers(
    worker, signed_in, monkeypatch
) -> None:
    async def nothing(_order: object) -> None:
        """The worker dies before it settles."""

    owner, people = await signed_in(), [await signed_in() for _ in range(3)]
    org = await an_organisation(owner)
    for person in people:
        await joined(org, person)
    ports = wiring.organisations.people()._replace(settle=nothing)
    monkeypatch.setattr("wiring.organisations.people", lambda: ports)
    ordering, following = (
        itertools.cycle(["any", side, call] for side in ("before", "after") for call in calls)
        for calls in (ORDERING, FOLLOWING)
    )
    kills, version, at = 0, 1, datetime.now(UTC) + timedelta(minutes=10)
    while kills < KILLS or version % 2 == 0:
        closing = version % 2 == 1
        answer = await (close(owner, org) if closing else reopen(owner, org, version))
        assert answer.status_code == 204, answer.text
        version, work = version + 1, await work_of(org)
        order = {"container": "organisations", "owner": org["id"], "id": f"order-org-closing-{org['id']}"}
        for die in (next(ordering), None):
            kills += await worker(do="order", at=at.isoformat(), die=die, **order) == "killed"
        for die in [*(next(following) for _ in range(IN_A_ROW)), *[None] * IN_A_ROW]:
            at += timedelta(minutes=5)
            assert await worker(do="timer", at=at.isoformat()) in ("sent", "killed")
            said = await worker(do="work", owner=SYSTEM, id=work, at=at.isoformat(), items=2, die=die)
            kills += said == "killed"
            if said in ("done", "nothing"):
                break
        found = await wiring.operations.works().get(SYSTEM, work)
        assert (found.state, found.done >= len(people)) == ("done", True)
        wanted = {} if closing else {org["id"]: "member"}
        assert [await own(person) for person in people] == [wanted] * len(people)
