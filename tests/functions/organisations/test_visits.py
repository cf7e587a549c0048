"""Sums of the visits of an organisation's cards: counted at night, by team, told by the published rule."""

import asyncio
import itertools
import secrets
import time
from datetime import UTC, date, datetime, timedelta

import pytest

import wiring.operations
import wiring.organisations
import wiring.organisations.visits
import wiring.visits
from domain.organisations.staff_cards.making import staff_card_id
from domain.visits.batches import batches
from domain.visits.counting import Visit
from functions.framework.clock import new_id
from functions.framework.clock import now as real_now
from tests.functions.organisations.joined import joined
from tests.functions.organisations.test_organisations import an_organisation
from tests.functions.organisations.test_staff_cards import Office
from tests.functions.organisations.test_teams import Company, staff
from tests.stored import places_of

TODAY = datetime.now(UTC).date()


class Firm(Company):
    """An organisation whose people's cards are visited."""

    def __init__(self, *made) -> None:
        super().__init__(*made)
        self.host = None
        self.days = 0

    async def people_of(self, team: dict | None, number: int) -> list[str]:
        ids = await staff(self, [f"Person {secrets.token_hex(3)}" for _ in range(number)])
        if team:
            assert (await self.add(team, *ids)).status_code == 200
        return ids

    async def visited(self, *members: str, day: date = TODAY, number: int = 1, kind: str = "view") -> None:
        for member in members:
            link = "abc" if kind == "click" else None
            visit = Visit(subject_id=staff_card_id(self.id, member), kind=kind, day=day, link=link)
            [batch] = batches(f"{new_id('wrk')}-1", {visit: number})
            await wiring.visits.queue().send(batch)
        await self.host.drain_queue("visits")

    async def night(self, day: date = TODAY, items: int = 500) -> int:
        """What a worker does the night after a day; in how many slices."""
        job, slices, over = wiring.operations.jobs()["org-visits"], 0, False
        while not over:
            over = (await job.slice(self.work(day), bound(items))).over
            slices += 1
        return slices

    def work(self, day: date = TODAY):
        from domain.operations.work import new_work  # noqa: PLC0415 - what the host loaded

        work = new_work("org-visits", self.id, "job_x", real_now())
        return work.model_copy(update={"cursor": day.isoformat()})

    async def told(self, unit: str = "day", kind: int = 0) -> dict[str, dict[str, int]]:
        """The numbers of a kind that are told, by period and team."""
        store = wiring.organisations.visits.store()
        found = await store.since(self.id, unit, TODAY - timedelta(days=400))
        told = {
            each.first.isoformat(): {team: of[kind] for team, of in each.teams.items() if of[kind]}
            for each in found
        }
        return {day: numbers for day, numbers in told.items() if numbers}

    async def told_today(self, kind: int = 0) -> dict[str, int]:
        return (await self.told(kind=kind)).get(TODAY.isoformat(), {})


def bound(items: int = 500):
    from domain.operations.slices import Slice  # noqa: PLC0415 - what the host loaded

    return Slice(time.monotonic, items=items)


@pytest.fixture
async def firm(host, signed_in) -> Firm:
    owner = await signed_in()
    made = Firm(owner, await an_organisation(owner), signed_in)
    made.host = host
    return made


async def test_a_day_is_told_by_team_the_night_after(firm) -> None:
    sales = await firm.team("Sales")
    sellers, others = await firm.people_of(sales, 5), await firm.people_of(None, 6)
    await firm.visited(*sellers, number=2)
    await firm.visited(*others)
    await firm.visited(*sellers, kind="save")
    await firm.visited(*others, kind="click", number=3)
    assert await firm.told() == {}
    await firm.night()
    assert await firm.told_today() == {sales["id"]: 10, "none": 6}
    assert await firm.told_today(kind=1) == {sales["id"]: 5}
    assert await firm.told_today(kind=2) == {"none": 18}


async def test_the_timer_counts_the_day_before_once(host, firm, monkeypatch) -> None:
    people = await firm.people_of(None, 5)
    await firm.visited(*people, number=2)
    assert await host.run_timer("organisations_visits_sum")
    await host.drain_queue("work")
    assert await firm.told() == {}
    tomorrow = datetime.combine(TODAY + timedelta(days=1), datetime.min.time(), UTC) + timedelta(hours=3)
    monkeypatch.setattr("functions.organisations.visits.jobs.now", lambda: tomorrow)
    for _ in range(2):
        assert await host.run_timer("organisations_visits_sum")
        await host.drain_queue("work")
    assert await firm.told_today() == {"none": 10}


async def test_the_number_of_one_card_is_in_no_document(firm) -> None:
    """A team of one, whose number nobody else has."""
    alone, rest = await firm.team("Alone"), await firm.people_of(None, 5)
    [ann] = await firm.people_of(alone, 1)
    await firm.visited(*rest, number=2)
    number = 10**14 + secrets.randbelow(10**14)
    await firm.visited(ann, number=number)
    await firm.night()
    assert await firm.told_today() == {"others": number + 10}
    places = await places_of(str(number))
    assert places
    assert {container for container, _ in places} <= {"traffic"}, places


async def test_of_fewer_than_five_visited_cards_nothing_is_told(firm) -> None:
    people = await firm.people_of(None, 8)
    await firm.visited(*people[:4], number=50)
    await firm.night()
    assert (await firm.told(), await firm.told("month")) == ({}, {})


async def test_few_visits_wait_for_the_next_ones(firm) -> None:
    people = await firm.people_of(None, 5)
    before = TODAY - timedelta(days=1)
    await firm.visited(*people, day=before - timedelta(days=1))
    await firm.visited(*people[:3], day=before)
    await firm.visited(*people[:2])
    store = wiring.organisations.visits.store()
    counting = await store.counting(firm.id)
    await store.save(counting.model_copy(update={"day": before - timedelta(days=1)}))
    await firm.night(before)
    assert await firm.told_today() == {}
    await firm.night()
    assert (await firm.told()) == {TODAY.isoformat(): {"none": 5}}
    assert (await firm.told("month")) == {TODAY.replace(day=1).isoformat(): {"none": 5}}


async def test_who_changes_team_counts_in_the_new_one_from_that_day_on(firm) -> None:
    """What was told stays: no number is told again with somebody more or less in it."""
    old, new = await firm.team("Old"), await firm.team("New")
    olds, news = await firm.people_of(old, 6), await firm.people_of(new, 5)
    before = TODAY - timedelta(days=1)
    for day in (before, TODAY):
        await firm.visited(*olds, *news, day=day, number=2)
    store = wiring.organisations.visits.store()
    counting = await store.counting(firm.id)
    await store.save(counting.model_copy(update={"day": before - timedelta(days=1)}))
    await firm.night(before)
    path = f"{firm.at}/{old['id']}/members/{olds[0]}"
    assert (await firm.owner.api("DELETE", path)).status_code == 204
    await firm.add(new, olds[0])
    await firm.night()
    assert await firm.told() == {
        before.isoformat(): {old["id"]: 12, new["id"]: 10},
        TODAY.isoformat(): {old["id"]: 10, new["id"]: 12},
    }


async def test_who_is_in_a_deleted_team_counts_in_the_next_one_they_joined(firm) -> None:
    gone, sales = await firm.team("Gone"), await firm.team("Sales")
    people, alone = await firm.people_of(gone, 5), await firm.people_of(gone, 5)
    await firm.add(sales, *people)
    await firm.visited(*people, *alone)
    assert (await firm.versioned("DELETE", gone)).is_success
    await firm.night()
    assert await firm.told_today() == {sales["id"]: 5, "none": 5}


async def test_a_worker_that_dies_or_comes_twice_counts_nothing_twice(firm) -> None:
    people = await firm.people_of(None, 7)
    await firm.visited(*people, number=3)
    assert await firm.night(items=2) > 3
    assert await firm.night() == 1
    job = wiring.operations.jobs()["org-visits"]
    await asyncio.gather(*(job.slice(firm.work(), bound()) for _ in range(3)), return_exceptions=True)
    assert await firm.told_today() == {"none": 21}
    assert await firm.told("week") == {(TODAY - timedelta(days=TODAY.weekday())).isoformat(): {"none": 21}}


async def test_of_two_workers_at_once_one_tells_the_day(firm) -> None:
    people = await firm.people_of(None, 7)
    await firm.visited(*people, number=3)
    job = wiring.operations.jobs()["org-visits"]
    ends = await asyncio.gather(*(job.slice(firm.work(), bound()) for _ in range(3)), return_exceptions=True)
    assert any(not isinstance(end, Exception) for end in ends), ends
    assert await firm.told("month") == {TODAY.replace(day=1).isoformat(): {"none": 21}}


async def test_missed_nights_are_made_up_for_but_not_for_ever(firm) -> None:
    people = await firm.people_of(None, 5)
    days = [TODAY - timedelta(days=back) for back in (7, 6, 1, 0)]
    for day in days:
        await firm.visited(*people, day=day)
    store = wiring.organisations.visits.store()
    counting = await store.counting(firm.id)
    await store.save(counting.model_copy(update={"day": TODAY - timedelta(days=30)}))
    await firm.night()
    assert sorted(await firm.told()) == [day.isoformat() for day in sorted(days[1:])]


async def test_a_count_that_comes_late_brings_nothing_of_an_erased_organisation_back(firm) -> None:
    from domain.operations.slices import Slice  # noqa: PLC0415 - what the host loaded

    people = await firm.people_of(None, 6)
    await firm.visited(*people, number=3)
    job, store = wiring.operations.jobs()["org-visits"], wiring.organisations.visits.store()
    assert not (await job.slice(firm.work(), bound(items=2))).over
    counting = await store.counting(firm.id)
    contents = wiring.organisations.contents()
    while found := await contents.contents(firm.id, 50):
        await contents.erase(firm.id, [each.id for each in found])
    assert (await job.slice(firm.work(), Slice(time.monotonic))).over
    for write in (store.save(counting), store.tell(counting, {"none": (9, 9, 9)})):
        with pytest.raises(Exception, match="changed since"):
            await write
    assert await contents.contents(firm.id, 50) == []


@pytest.fixture
async def office(signed_in) -> Office:
    ada = await signed_in()
    made = Office(ada, await an_organisation(ada))
    await made.template()
    return made


async def test_a_person_sees_the_counts_of_their_own_card_and_nobody_else_does(
    host, office, signed_in, client
) -> None:
    grace, other = await signed_in(), await signed_in()
    card = (await office.card((await joined(office.org, grace))["id"])).json()
    await joined(office.org, other)
    agent = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}
    async with client() as stranger:
        for browser in (stranger, grace.http, other.http):
            await browser.get(f"/c/{card['handle']}", headers=agent)
    from tests.functions.visits.test_counting import fold_all  # noqa: PLC0415 - the host's own shipping

    await fold_all(host)
    path = f"{office.at}/staff-cards/{card['id']}/counts?from={TODAY}&to={TODAY}"
    seen = await grace.api("GET", path)
    assert seen.status_code == 200, seen.text
    assert [each["views"] for each in seen.json()["data"]] == [2]
    latest = await grace.api("GET", path.partition("?")[0])
    assert [each["views"] for each in latest.json()["data"]] == [0] * 29 + [2]
    oldest = await grace.api("GET", path.partition("?")[0] + "?to=0001-01-02")
    assert [each["day"] for each in oldest.json()["data"]] == ["0001-01-01", "0001-01-02"]
    for each in (office.owner, other):
        assert (await each.api("GET", path)).json()["code"] == "not_allowed"
    assert (await (await signed_in()).api("GET", path)).status_code == 404


async def seen(firm: Firm, by: str = "day") -> dict:
    answer = await firm.owner.api("GET", f"organisations/{firm.id}/visits?by={by}")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_the_organisation_is_told_by_period_and_team(firm) -> None:
    sales = await firm.team("Sales")
    nordic = await firm.team("=Nordic", parent=sales["id"])
    sellers, northern = await firm.people_of(sales, 5), await firm.people_of(nordic, 5)
    await firm.visited(*sellers, number=2)
    await firm.visited(*northern)
    await firm.visited(*sellers[:2], kind="save")
    await firm.night()
    told = await seen(firm)
    assert (told["by"], told["countedTo"], len(told["data"])) == ("day", TODAY.isoformat(), 30)
    assert told["total"] == {"views": 15, "saves": None, "clicks": None}
    assert [(each["of"], each["teamId"], each["views"]) for each in told["teams"]] == [
        ("team", sales["id"], 10),
        ("team", nordic["id"], 5),
    ]
    assert told["data"][-1]["views"] == 15
    assert {each["views"] for each in told["data"][:-1]} == {None}
    for unit, number in (("week", 12), ("month", 12)):
        told = await seen(firm, unit)
        assert (len(told["data"]), told["data"][-1]["views"], told["total"]["views"]) == (number, 15, 15)
        days = [(each["first"], each["last"]) for each in told["data"]]
        assert all(
            date.fromisoformat(one[1]) + timedelta(days=1) == date.fromisoformat(other[0])
            for one, other in itertools.pairwise(days)
        )
    wrong = await firm.owner.api("GET", f"organisations/{firm.id}/visits?by=year")
    assert wrong.status_code == 422
    page = await firm.owner.http.get(f"/org/{firm.id}/visits")
    assert page.status_code == 200
    assert "Sales / =Nordic" in page.text
    file = await firm.owner.http.get(f"/org/{firm.id}/visits.csv?by=month")
    assert file.headers["content-type"] == "text/csv; charset=utf-8"
    assert file.text.splitlines()[1:] == [
        f"{TODAY.replace(day=1)},{TODAY},Sales,10,,",
        f"{TODAY.replace(day=1)},{TODAY},Sales / =Nordic,5,,",
    ]


async def test_a_name_of_a_team_is_no_formula_in_the_table(firm) -> None:
    await firm.visited(*await firm.people_of(await firm.team("=1+1"), 5))
    await firm.night()
    file = await firm.owner.http.get(f"/org/{firm.id}/visits.csv")
    assert ",'=1+1,5,," in file.text


async def test_a_team_that_is_gone_is_told_without_its_name(firm) -> None:
    sales = await firm.team("Sales")
    await firm.visited(*await firm.people_of(sales, 5))
    await firm.night()
    assert (await firm.versioned("DELETE", sales)).is_success
    assert [(each["of"], each["views"]) for each in (await seen(firm))["teams"]] == [("gone", 5)]
    assert "Teams that are gone" in (await firm.owner.http.get(f"/org/{firm.id}/visits")).text


async def test_a_page_without_numbers_says_what_to_do(firm) -> None:
    page = await firm.owner.http.get(f"/org/{firm.id}/visits?by=week")
    assert page.status_code == 200
    assert "Too few visits to show" in page.text
    own = await firm.owner.http.get(f"/org/{firm.id}/my-visits")
    assert "You have no card of this organisation" in own.text


async def test_the_page_of_ones_own_card_shows_its_visits(host, office, signed_in) -> None:
    grace = await signed_in()
    member = await joined(office.org, grace)
    await office.card(member["id"])
    firm = Firm(office.owner, office.org | {"memberId": ""}, signed_in)
    firm.host = host
    await firm.visited(member["id"], number=41)
    page = await grace.http.get(f"/org/{firm.id}/my-visits")
    assert page.status_code == 200
    assert "<b>41</b>" in page.text


async def test_a_page_costs_the_same_for_any_number_of_people(firm, cloud) -> None:
    import httpx  # noqa: PLC0415 - of this test only

    key = {"x-local-key": cloud.settings["COSMOS_KEY"]}
    at = f"{cloud.settings['COSMOS_ENDPOINT']}/_local/calls"
    async with httpx.AsyncClient(headers=key, trust_env=False) as store:
        numbers = []
        for more in (5, 40):
            await firm.visited(*await firm.people_of(None, more))
            await firm.night(TODAY + timedelta(days=len(numbers)))
            await store.delete(at)
            assert (await firm.owner.http.get(f"/org/{firm.id}/visits")).status_code == 200
            numbers.append(len((await store.get(at)).json()))
    assert numbers[0] == numbers[1]
