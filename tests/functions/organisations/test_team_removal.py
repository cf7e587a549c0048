"""A deleted team is taken from its people a day later, whatever dies, comes again, or changes meanwhile."""

import asyncio
import json
import time
from datetime import timedelta

import pytest

import wiring.operations
import wiring.organisations
import wiring.organisations.teams
from domain.base.limits import UNDO_TIME
from functions.framework.clock import now
from tests.functions.organisations.test_teams import Company, an_organisation, staff
from tests.stored import everything

A_DAY_LATER = UNDO_TIME + timedelta(minutes=6)


@pytest.fixture
async def company(signed_in) -> Company:
    owner = await signed_in()
    return Company(owner, await an_organisation(owner), signed_in)


@pytest.fixture
def later(monkeypatch) -> None:
    """Let a day pass for whoever asks whether a team can be taken back."""

    def pass_by() -> None:
        monkeypatch.setattr("functions.framework.operations.now", lambda: now() + A_DAY_LATER)

    return pass_by


async def a_deleted_team(company: Company, people: int = 3) -> tuple[dict, list[str], str]:
    """A deleted team, those in it, and the work that removes it."""
    team = await company.team()
    ids = await staff(company, [f"Person {number:03}" for number in range(people)])
    await company.add(team, *ids)
    await company.owner.api("PUT", f"{company.at}/{team['id']}/admins/{ids[0]}")
    gone = (await company.versioned("DELETE", team)).json()
    return team, ids, gone["workId"]


async def go_on(company: Company, work: str, items: int = 500) -> str:
    """What a worker does with a message of the timer; the state of the work after it."""
    from domain.operations.slices import Slice, do_slice  # noqa: PLC0415 - what the host loaded
    from domain.operations.work import WorkMessage  # noqa: PLC0415

    await do_slice(
        WorkMessage(owner_id=company.id, work_id=work),
        jobs=wiring.operations.jobs(),
        works=wiring.operations.works(),
        queue=wiring.operations.work_queue(),
        lease=f"lse_{time.monotonic_ns()}",
        bound=Slice(time.monotonic, items=items),
        now=now,
    )
    return (await progress(company, work))["state"]


async def progress(company: Company, work: str) -> dict:
    answer = await company.owner.api("GET", f"organisations/{company.id}/work/{work}")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def traces(team: dict) -> list[str]:
    """Ids of the documents that know the team, but for orders and work."""
    found = {item: json.loads(text) for (_, item), text in (await everything()).items() if team["id"] in text}
    return sorted(item for item, stored in found.items() if stored["kind"] not in ("order", "work"))


async def test_the_work_is_due_when_the_team_cannot_be_taken_back(company, later) -> None:
    team, _, work = await a_deleted_team(company)
    stored = await wiring.operations.works().get(company.id, work)
    restorable = (await company.owner.api("GET", f"{company.at}/{team['id']}/restoration")).json()
    assert restorable["workId"] == work
    assert stored.due_at.isoformat() > restorable["restorableUntil"].replace("Z", "+00:00")
    async for due in wiring.operations.works().due(now()):
        assert due.id != work
    assert work in [due.id async for due in wiring.operations.works().due(now() + A_DAY_LATER)]
    later()
    path = f"{company.at}/{team['id']}/restoration"
    for method in ("GET", "PUT"):
        answer = await company.owner.api(method, path, headers={"If-Match": '"2"'})
        assert answer.status_code == 404


async def test_the_team_is_taken_from_all_its_people_and_nothing_of_it_stays(company) -> None:
    team, ids, work = await a_deleted_team(company, people=7)
    kept = await company.team("Kept")
    await company.add(kept, *ids)
    states = []
    while not states or states[-1] == "running":
        states.append(await go_on(company, work, items=3))
    assert states == ["running", "running", "done"]
    told = await progress(company, work)
    assert (told["done"], told["total"], told["kind"]) == (7, 7, "remove-team")
    assert await traces(team) == []
    assert (set(await company.people(kept)), await company.size(kept)) == (set(ids), 7)


async def test_a_team_that_was_taken_back_stays(company) -> None:
    team, ids, work = await a_deleted_team(company)
    await company.versioned("PUT", team, "/restoration")
    assert await go_on(company, work) == "done"
    assert (set(await company.people(team)), await company.size(team)) == (set(ids), 3)


async def test_a_team_that_was_deleted_again_waits_for_its_own_day(company) -> None:
    team, ids, first = await a_deleted_team(company)
    await company.versioned("PUT", team, "/restoration")
    second = (await company.versioned("DELETE", team)).json()["workId"]
    assert second != first
    assert await go_on(company, first) == "done"
    await company.versioned("PUT", team, "/restoration")
    assert set(await company.people(team)) == set(ids)


async def test_taking_back_and_the_end_of_the_day_at_once_have_one_outcome(company) -> None:
    team, ids, work = await a_deleted_team(company)
    path, version = f"{company.at}/{team['id']}/restoration", {"If-Match": '"2"'}
    back, _ = await asyncio.gather(company.owner.api("PUT", path, headers=version), go_on(company, work))
    if back.status_code == 200:
        assert set(await company.people(team)) == set(ids)
    else:
        assert back.status_code == 404
        assert await traces(team) == []


async def test_an_order_that_was_missed_or_comes_again_makes_one_work(company, host, monkeypatch) -> None:
    from domain.operations.orders import OrderMessage  # noqa: PLC0415 - what the host loaded

    async def nothing(_order: object) -> None:
        """The worker dies before it settles."""

    with monkeypatch.context() as patch:
        patch.setattr("wiring.organisations.settle", nothing)
        team, _, work = await a_deleted_team(company)
    assert await wiring.operations.works().get(company.id, work) is None
    order_id = f"order-remove-team-{team['id']}"
    message = OrderMessage(container="organisations", owner_id=company.id, order_id=order_id)
    order = await wiring.operations.orders().get(message)
    for _ in range(2):
        await wiring.operations.order_queue().send(message)
        await host.drain_queue("orders")
        await wiring.organisations.teams.order_removal(order)
    assert await wiring.operations.orders().get(message) is None
    assert [each.id for each in await wiring.operations.works().of_kind(company.id, "remove-team")] == [work]
    assert await go_on(company, work) == "done"
    await wiring.organisations.teams.order_removal(order)
    assert await go_on(company, work) == "done"


async def test_two_workers_at_once_count_and_lose_nothing(company) -> None:
    from domain.operations.slices import Slice  # noqa: PLC0415 - what the host loaded

    team, ids, work = await a_deleted_team(company, people=12)
    stored = await wiring.operations.works().get(company.id, work)
    job = wiring.operations.jobs()["remove-team"]
    await asyncio.gather(*(job.slice(stored, Slice(time.monotonic, items=4)) for _ in range(3)))
    left = len([each for each in await traces(team) if each.startswith("mem_")])
    assert (await wiring.organisations.teams.store().size(company.id, team["id"]), left < 12) == (left, True)
    progress = await job.slice(stored, Slice(time.monotonic))
    again = await job.slice(stored, Slice(time.monotonic))
    assert (progress.over, again.over, again.done, await traces(team)) == (True, True, 0, [])
    members = (await company.owner.api("GET", f"organisations/{company.id}/members")).json()["data"]
    assert {each["id"] for each in members} == {*ids, company.me}


async def test_a_role_that_changes_while_the_team_is_removed_is_kept(company, monkeypatch) -> None:
    from domain.organisations.organisation import membership_order  # noqa: PLC0415 - what the host loaded

    team, ids, work = await a_deleted_team(company)
    store, teams = wiring.organisations.store(), wiring.organisations.teams.store()

    async def meanwhile(people, team_id, more):
        monkeypatch.undo()
        changed = (await store.member(company.id, ids[1])).changed(now(), role="editor")
        await store.save_known([changed], [membership_order(changed, now())])
        return await teams.save_people(people, team_id, more)

    monkeypatch.setattr(teams, "save_people", meanwhile)
    assert await go_on(company, work) == "done"
    assert (await store.member(company.id, ids[1])).role == "editor"
    assert await traces(team) == []


async def test_only_leaders_see_the_work_of_an_organisation(company, signed_in) -> None:
    _, _, work = await a_deleted_team(company, people=1)
    member, _ = await company.colleague()
    stranger = await signed_in()
    path = f"organisations/{company.id}/work/{work}"
    assert (await member.api("GET", path)).status_code == 403
    assert (await stranger.api("GET", path)).status_code == 404
    assert (await company.owner.api("GET", f"work/{work}")).status_code == 404
    unknown = f"organisations/{company.id}/work/job_{'a' * 26}"
    assert (await company.owner.api("GET", unknown)).status_code == 404
