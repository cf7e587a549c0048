"""SIGKILL of the worker at each call of the nightly count of visits: each visit is told once."""

from datetime import UTC, datetime, time, timedelta

import pytest

import wiring.operations
import wiring.organisations.visits
from tests.functions.organisations.test_organisations import an_organisation
from tests.functions.organisations.test_visits import TODAY, Firm
from tests.kills.test_kills import IN_A_ROW, KILLS
from tests.kills.test_staff_card_kills import dying

pytestmark = pytest.mark.kills

# Calls of the timer, and of the work with seven people, two at a time. In no order, so that few kills are
# spread over all of it.
BEGINNING = [(3 * call) % 7 + 1 for call in range(7)]
COUNTING = [(13 * call) % 37 + 1 for call in range(37)]
PAGES = {"domain.organisations.visits.counting:_PAGE": 2}


class Nights:
    """Nights of one organisation, whose workers die."""

    def __init__(self, worker, firm: Firm) -> None:
        self.worker, self.firm, self.kills = worker, firm, 0
        self.beginning, self.counting = dying(BEGINNING), dying(COUNTING)

    async def count(self, day) -> None:
        at = datetime.combine(day + timedelta(days=1), time(3), UTC)
        for die in [*(next(self.beginning) for _ in range(2)), None]:
            said = await self.worker(do="sum visits", at=at.isoformat(), die=die)
            self.kills += said == "killed"
        [work] = [
            each
            for each in await wiring.operations.works().of_kind(self.firm.id, "org-visits")
            if each.cursor == day.isoformat()
        ]
        for die in [*(next(self.counting) for _ in range(IN_A_ROW)), *[None] * IN_A_ROW]:
            at += timedelta(minutes=5)
            assert await self.worker(do="timer", at=at.isoformat()) in ("sent", "killed")
            said = await self.worker(
                do="work", owner=self.firm.id, id=work.id, at=at.isoformat(), items=3, die=die, bounds=PAGES
            )
            self.kills += said == "killed"
            if said in ("done", "nothing"):
                break
        assert (await wiring.operations.works().get(self.firm.id, work.id)).state == "done"


@pytest.mark.timeout(900)
async def test_each_visit_is_told_once_through_the_death_of_workers(worker, host, signed_in) -> None:
    owner = await signed_in()
    firm = Firm(owner, await an_organisation(owner), signed_in)
    firm.host = host
    people = await firm.people_of(None, 7)
    nights, day, told = Nights(worker, firm), TODAY, dict[str, int]()
    while nights.kills < KILLS:
        number = 2 + day.day
        await firm.visited(*people, day=day, number=number)
        await nights.count(day)
        told[day.isoformat()] = 7 * number
        assert await firm.told() == {each: {"none": visits} for each, visits in told.items()}
        for unit in ("week", "month"):
            sums = await firm.told(unit)
            assert sum(teams["none"] for teams in sums.values()) == sum(told.values()), unit
        counting = await wiring.organisations.visits.store().counting(firm.id)
        assert (counting.day, counting.current, counting.carried) == (day, None, ({}, {}, {}))
        day += timedelta(days=1)
