"""SIGKILL of the worker at each call of what brings cards in line with the templates of teams."""

from datetime import UTC, datetime, timedelta

import pytest

import wiring.operations
import wiring.organisations
import wiring.organisations.assignments
from tests.functions.organisations.test_assignments import Firm
from tests.functions.organisations.test_organisations import an_organisation
from tests.functions.organisations.test_teams import staff
from tests.kills.test_invitation_kills import carry_out_orders
from tests.kills.test_kills import KILLS
from tests.kills.test_staff_card_kills import Worker, dying, nothing

pytestmark = pytest.mark.kills

PEOPLE = 5
# Calls of each, two people at a time. In no order, so that few kills are spread over all of it.
ORDERING = [(3 * call) % 7 + 1 for call in range(7)]
FOLLOWING = [(17 * call) % 41 + 1 for call in range(41)]
PAGES = {"domain.organisations.staff_cards.assigned:_PAGE": 2}


class Shop(Firm):
    """An organisation whose cards change template while workers die."""

    def died(self, worker) -> None:
        self.dies = Worker(worker, self.id, PAGES)
        self.ordering, self.following = dying(ORDERING), dying(FOLLOWING)

    async def works(self) -> set[str]:
        """Long work that is due, by its id."""
        due = wiring.operations.works().due(datetime.now(UTC) + timedelta(days=9))
        return {each.id async for each in due if each.owner_id == self.id}

    async def follow(self) -> None:
        """The work of a change, by workers that die."""
        for work in await self.works():
            await self.dies.work(self.id, work, self.following)

    async def put_in_force(self, *given) -> None:
        drafted = await self.draft(*given)
        headers = {"If-Match": drafted.headers["etag"]}
        assert (await self.owner.api("PUT", f"{self.at}/in-force", headers=headers)).status_code == 200
        await self.dies.order("org-assignments", self.id, self.ordering)
        await self.follow()

    async def shown(self, client) -> list[str]:
        """What everybody sees of each card, in the order of their people."""
        await self.titles()
        async with client() as stranger:
            pages = [(await stranger.get(f"/c/{handle}.json")).json() for handle in self.handles]
        return [page["title"] for page in pages]


@pytest.fixture
async def shop(host, signed_in) -> Shop:
    owner = await signed_in()
    return Shop(host, owner, await an_organisation(owner), signed_in)


@pytest.mark.timeout(900)
async def test_cards_follow_their_templates_through_the_death_of_workers(
    worker, shop, client, monkeypatch
) -> None:
    plain, fancy, other = [await shop.template(title) for title in ("Staff", "Seller", "Buyer")]
    sales, buying = await shop.company.team("Sales"), await shop.company.team("Buying")
    people = await staff(shop.company, [f"Person {number}" for number in range(PEOPLE)])
    shop.handles = [(await shop.card(each, plain))["handle"] for each in people]
    monkeypatch.setattr("wiring.organisations.settle", nothing)
    shop.died(worker)
    assert (await shop.company.add(buying, *people[3:])).status_code == 200
    await shop.follow()
    while shop.dies.kills < KILLS:
        # A list in force, for everybody.
        await shop.put_in_force([(sales, fancy), (buying, other)], plain)
        assert await shop.shown(client) == ["Staff"] * 3 + ["Buyer"] * 2
        # A change of teams, whose work is stored with it.
        assert (await shop.company.add(sales, *people)).status_code == 200
        await shop.follow()
        assert await shop.shown(client) == ["Seller"] * PEOPLE
        for each in people:
            path = f"{shop.company.at}/{sales['id']}/members/{each}"
            assert (await shop.owner.api("DELETE", path)).status_code == 204
        await shop.follow()
        assert await shop.shown(client) == ["Staff"] * 3 + ["Buyer"] * 2
        await shop.put_in_force([(sales, other)], fancy)
        assert await shop.shown(client) == ["Seller"] * PEOPLE


@pytest.mark.timeout(900)
async def test_who_is_new_gets_one_card_through_the_death_of_workers(
    worker, shop, client, monkeypatch
) -> None:
    """In the order that follows each new member."""
    plain = await shop.template("Staff")
    await shop.assign([], plain, cardsForNew=True)
    monkeypatch.setattr("wiring.organisations.settle", nothing)
    shop.died(worker)
    making, people = dying(FOLLOWING), list[str]()
    while shop.dies.kills < KILLS:
        [there] = await staff(shop.company, [f"Person {len(people)}"])
        people.append(there)
        await shop.dies.order("org-membership", there, making)
        # That of a card that was published by a worker that died before it was shown.
        await carry_out_orders(shop.id)
        assert (await shop.titles()) == dict.fromkeys(people, "Staff")
        listed = await shop.owner.api("GET", f"organisations/{shop.id}/staff-cards?limit=100")
        shop.handles = [each["handle"] for each in listed.json()["data"]]
        assert await shop.shown(client) == ["Staff"] * len(people)
