"""SIGKILL of the worker at each call of what follows a release, a leaving and a closing, on staff cards."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest

import wiring.operations
import wiring.organisations
from domain.operations.orders import OrderMessage
from domain.operations.work import SYSTEM
from tests.functions.organisations.test_closing import close, reopen
from tests.functions.organisations.test_leaving import an_office, leads_to, rule, staff
from tests.functions.organisations.test_staff_cards import draft, page_of
from tests.kills.test_kills import IN_A_ROW, KILLS

pytestmark = pytest.mark.kills

# Calls to the store of each, two cards at a time. In no order, so that few kills are spread over all of it.
ORDERING = [(3 * call) % 7 + 1 for call in range(7)]
LEAVING = [(5 * call) % 13 + 1 for call in range(13)]
APPLYING = [(5 * call) % 17 + 1 for call in range(17)]
FOLLOWING = [(11 * call) % 29 + 1 for call in range(29)]
PAGES = {
    "domain.organisations.staff_cards.applying:_PAGE": 2,
    "domain.organisations.staff_cards.gone:_PAGE": 2,
}


def dying(calls: list[int]):
    return itertools.cycle(["any", side, call] for side in ("before", "after") for call in calls)


async def nothing(_order: object) -> None:
    """The worker dies before it settles."""


class Worker:
    """The worker, which dies where it is told to, and what else is told to it about one organisation."""

    def __init__(self, worker, org_id: str, bounds: dict[str, int] = PAGES) -> None:
        self._worker, self._org_id, self._bounds = worker, org_id, bounds
        self.kills, self.at = 0, datetime.now(UTC) + timedelta(minutes=10)

    async def order(self, kind: str, subject: str, deaths) -> None:
        """Carry an order out, through some deaths."""
        order = {"container": "organisations", "owner": self._org_id, "id": f"order-{kind}-{subject}"}
        message = OrderMessage(container="organisations", owner_id=self._org_id, order_id=order["id"])
        assert await wiring.operations.orders().get(message) is not None
        for die in [*(next(deaths) for _ in range(IN_A_ROW)), None]:
            said = await self._worker(
                do="order", at=self.at.isoformat(), die=die, bounds=self._bounds, **order
            )
            self.kills += said == "killed"

    async def work(self, owner: str, work: str, deaths) -> None:
        for die in [*(next(deaths) for _ in range(IN_A_ROW)), *[None] * IN_A_ROW]:
            self.at += timedelta(minutes=5)
            assert await self._worker(do="timer", at=self.at.isoformat()) in ("sent", "killed")
            said = await self._worker(
                do="work", owner=owner, id=work, at=self.at.isoformat(), items=2, die=die, bounds=self._bounds
            )
            self.kills += said == "killed"
            if said in ("done", "nothing"):
                break
        assert (await wiring.operations.works().get(owner, work)).state == "done"


@pytest.mark.timeout(600)
async def test_a_release_reaches_every_card_through_the_death_of_workers(
    worker, signed_in, client, monkeypatch
) -> None:
    from domain.organisations.staff_cards.applying import apply_id  # noqa: PLC0415 - what the host loaded
    from wiring.organisations import templates  # noqa: PLC0415

    office = await an_office(signed_in)
    people = [await staff(office, signed_in) for _ in range(5)]
    monkeypatch.setattr("wiring.organisations.settle", nothing)
    dies, ordering, applying = Worker(worker, office.org["id"]), dying(ORDERING), dying(APPLYING)
    number = 1
    while dies.kills < KILLS:
        number += 1
        await draft(office, title={"mode": "locked", "value": f"Release {number}"})
        await office.release()
        release = await templates.store().get_release(office.org["id"], office.template_id, number)
        await dies.order("template-release", office.template_id, ordering)
        await dies.work(
            office.org["id"], apply_id(release.org_id, release.template_id, release.number), applying
        )
        for each in people:
            assert (await each.stored()).staff.number == number
            assert f"Release {number}" in await page_of(client, each.card)


@pytest.mark.timeout(600)
async def test_the_card_of_a_leaver_follows_through_the_death_of_workers(
    worker, signed_in, client, monkeypatch
) -> None:
    office = await an_office(signed_in)
    grace, bob = await staff(office, signed_in), await staff(office, signed_in)
    assert (await rule(office, to="colleague", memberId=bob.member_id)).status_code == 200
    ports = wiring.organisations.people()._replace(settle=nothing)
    monkeypatch.setattr("wiring.organisations.people", lambda: ports)
    dies, leaving = Worker(worker, office.org["id"]), dying(LEAVING)
    gone = False
    while dies.kills < KILLS or gone:
        if gone:
            await grace.back()
        else:
            assert (await grace.removed()).status_code == 204
        gone = not gone
        await dies.order("org-membership", grace.member_id, leaving)
        await dies.order("projection", grace.id, leaving)
        assert await leads_to(client, grace.handle) == (bob.handle if gone else grace.handle)


@pytest.mark.timeout(600)
async def test_the_cards_of_a_closed_organisation_follow_through_the_death_of_workers(
    worker, signed_in, client, monkeypatch
) -> None:
    office = await an_office(signed_in)
    people = [await staff(office, signed_in) for _ in range(4)]
    assert (await rule(office, to="colleague", memberId=people[0].member_id)).status_code == 200
    assert (await people[3].removed()).status_code == 204
    ports = wiring.organisations.people()._replace(settle=nothing)
    monkeypatch.setattr("wiring.organisations.people", lambda: ports)
    dies, ordering, following = Worker(worker, office.org["id"]), dying(ORDERING), dying(FOLLOWING)
    version = 1
    shown = [each.handle for each in people[:3]] + [people[0].handle]
    while dies.kills < KILLS or version % 2 == 0:
        closing = version % 2 == 1
        if closing:
            await close(office.owner, office.org)
        else:
            assert (await reopen(office.owner, office.org, version)).status_code == 204
        version, work = version + 1, await work_of(office.org["id"])
        await dies.order("org-cards", office.org["id"], ordering)
        await dies.work(SYSTEM, work, following)
        wanted = [None] * 4 if closing else shown
        assert [await leads_to(client, each.handle) for each in people] == wanted


async def work_of(org_id: str) -> str:
    """The work that the waiting order will begin."""
    from domain.organisations.staff_cards.gone import work_id_of  # noqa: PLC0415 - what the host loaded

    message = OrderMessage(container="organisations", owner_id=org_id, order_id=f"order-org-cards-{org_id}")
    order = await wiring.operations.orders().get(message)
    assert order is not None
    return work_id_of(order)
