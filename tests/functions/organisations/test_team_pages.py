"""Pages of teams: made, filled and looked after with forms, without a script."""

import asyncio
import re
import secrets

import pytest

import wiring.organisations
from functions.framework.clock import now
from tests.functions.organisations.test_teams import NO_TEAM, Company, an_organisation, staff
from tests.stored import places_of


@pytest.fixture
async def company(signed_in) -> Company:
    owner = await signed_in()
    return Company(owner, await an_organisation(owner), signed_in)


class Pages:
    """One person's browser at the pages of an organisation."""

    def __init__(self, company: Company, person=None) -> None:
        self.person, self.at = person or company.owner, f"/org/{company.id}"

    async def get(self, path: str = "/teams", status: int = 200) -> str:
        answer = await self.person.http.get(f"{self.at}{path}")
        assert answer.status_code == status, answer.text
        return answer.text

    async def post(self, path: str, **fields: str):
        return await self.person.http.post(f"{self.at}{path}", data={"csrf": self.person.csrf, **fields})

    async def done(self, path: str, **fields: str) -> str:
        """The page that the form leads to."""
        answer = await self.post(path, **fields)
        assert answer.status_code == 303, answer.text
        return (await self.person.http.get(answer.headers["location"])).text


async def test_a_team_is_made_filled_and_looked_after_with_forms(company) -> None:
    pages = Pages(company)
    assert "Make the first team" in await pages.get()
    key = re.search(r'name="key" value="([^"]+)"', await pages.get("/new-team"))[1]
    made = await pages.post("/new-team", key=key, name="Sales & Co")
    again = await pages.post("/new-team", key=key, name="Sales & Co")
    assert made.headers["location"] == again.headers["location"]
    other = await pages.post("/new-team", key=key, name="Other")
    assert (other.status_code, "Other" in other.text) == (422, True)
    team = re.search("tem_[a-z2-7]{26}", made.headers["location"])[0]
    assert "Nobody is in this team yet" in await pages.get(f"/teams/{team}")
    grace, _ada = await staff(company, ["Grace Hopper", "Ada"])
    assert 'name="pick-' in await pages.get(f"/teams/{team}/add")
    found = (await pages.post(f"/teams/{team}/find", text="grace h")).text
    assert re.findall(r'name="pick-([^"]+)"', found) == [grace]
    text = await pages.done(f"/teams/{team}/add", text="grace h", **{f"pick-{grace}": "1"})
    assert "The people are in the team." in text
    assert "Grace Hopper" in text
    assert "In the team" in (await pages.post(f"/teams/{team}/find", text="grace h")).text
    assert "Admins of the team" in await pages.done(f"/teams/{team}/people/{grace}", then="admin")
    assert "Admins of the team" not in await pages.done(f"/teams/{team}/people/{grace}", then="person")
    assert "Nobody is in this team yet" in await pages.done(f"/teams/{team}/people/{grace}", then="out")
    assert (await pages.post(f"/teams/{team}/people/{grace}", then="x")).status_code == 404


async def test_a_team_is_renamed_moved_deleted_and_taken_back_with_forms(company) -> None:
    pages, top = Pages(company), await company.team("Top")
    team = await company.team("Sales")
    path = f"/teams/{team['id']}"
    assert 'name="parentId"' in await pages.get(f"{path}/settings")
    text = await pages.done(f"{path}/settings", version="1", name="Nordic", parentId=top["id"])
    assert "Nordic" in text
    stale = await pages.post(f"{path}/settings", version="1", name="Late", parentId="")
    assert (stale.status_code, "changed somewhere else" in stale.text, "Late" in stale.text) == (
        412,
        True,
        True,
    )
    listed = await pages.get()
    assert listed.index("Top") < listed.index("Part of Top")
    text = await pages.done(f"{path}/delete", version="2")
    assert "The team is deleted." in text
    assert f"{path}/restoration" in text
    await pages.get(path, status=404)
    assert "Deleted within a day" in await pages.get()
    assert "The team is back" in await pages.done(f"{path}/restoration", version="3")
    assert (await pages.post(f"{path}/restoration", version="4")).status_code == 404


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"name": " "}, "Name of the team must not be empty"),
        ({"name": "x" * 121}, "Name of the team"),
        ({"name": "Kept", "parentId": NO_TEAM}, "Part of is no team of this organisation"),
    ],
)
async def test_a_refused_form_keeps_what_was_typed(company, fields, sentence) -> None:
    pages = Pages(company)
    refused = await pages.post("/new-team", key="k", **fields)
    assert refused.status_code == 422
    assert sentence in refused.text
    assert fields["name"] in refused.text
    team = await company.team()
    refused = await pages.post(f"/teams/{team['id']}/settings", version="1", **fields)
    assert (refused.status_code, sentence in refused.text) == (422, True)


async def test_a_refused_choice_of_people_stays_chosen(company, monkeypatch) -> None:
    pages, team = Pages(company), await company.team()
    [grace] = await staff(company, ["Grace"])
    none = await pages.post(f"/teams/{team['id']}/add", text="gr")
    assert (none.status_code, "Choose at least one person" in none.text) == (422, True)
    assert 'value="gr"' in none.text
    monkeypatch.setattr("domain.organisations.teams.people.MOST_TEAMS_OF_A_PERSON", 0)
    full = await pages.post(f"/teams/{team['id']}/add", **{f"pick-{grace}": "1"})
    assert (full.status_code, "Grace is in 0 teams" in full.text) == (422, True)
    assert re.search(f'name="pick-{grace}" value="1" checked', full.text)
    wrong = await pages.post(f"/teams/{team['id']}/add", **{"pick-x": "1"})
    assert wrong.status_code == 422


async def test_pages_offer_what_one_may_do_and_nothing_else(company) -> None:
    top = await company.team("Top")
    team = await company.team("Sales", parent=top["id"])
    admin, admin_id = await company.colleague()
    member, member_id = await company.colleague()
    await company.add(top, admin_id)
    await company.add(team, member_id)
    await company.owner.api("PUT", f"{company.at}/{top['id']}/admins/{admin_id}")
    path = f"/teams/{team['id']}"
    theirs, plain = Pages(company, admin), Pages(company, member)
    page = await theirs.get(path)
    assert "Take out" in page
    assert "Make admin" not in page
    settings = await theirs.get(f"{path}/settings")
    assert ('name="parentId"' in settings, "Delete the team" in settings) == (False, False)
    assert "Renamed" in await theirs.done(f"{path}/settings", version="1", name="Renamed", parentId="")
    listed = (await company.owner.api("GET", f"{company.at}/{team['id']}")).json()
    assert listed["parentId"] == top["id"]
    assert "New team" not in await theirs.get()
    page = await plain.get(path)
    assert not any(words in page for words in ("Take out", "Add people", "Settings of the team"))
    for each in (f"{path}/settings", f"{path}/add", "/new-team"):
        await plain.get(each, status=403)
    for each, fields in ((f"{path}/add", {f"pick-{admin_id}": "1"}), (f"{path}/people/{member_id}",
                         {"then": "out"}), (f"{path}/delete", {"version": "2"})):  # fmt: skip
        assert (await plain.post(each, **fields)).status_code == 403


async def test_strangers_find_no_page_of_a_team(company, signed_in) -> None:
    team = await company.team()
    eve = await signed_in()
    pages, nothing = Pages(company, eve), Pages(company, eve)
    nothing.at = "/org/org_" + "a" * 26
    for path in ("/teams", "/new-team", f"/teams/{team['id']}", f"/teams/{team['id']}/add"):
        assert await pages.get(path, status=404) == await nothing.get(path, status=404)
    await Pages(company).get(f"/teams/{NO_TEAM}", status=404)
    for path in ("/add", "/find", "/delete", "/settings", "/restoration", f"/people/{company.me}"):
        assert (await pages.post(f"/teams/{team['id']}{path}")).status_code == 404


async def test_people_are_shown_with_their_teams_and_by_team(company) -> None:
    word = f"Team {secrets.token_hex(8)}"
    team, gone = await company.team(word), await company.team("Deleted team")
    grace, _ada = await staff(company, ["Grace", "Barbara"])
    await company.add(team, grace)
    await company.add(gone, grace)
    await company.versioned("DELETE", gone)
    pages = Pages(company)
    page = await pages.get("/people")
    assert f" · {word}</small>" in page
    assert "Barbara" in page
    assert "Deleted team" not in page
    page = await pages.get(f"/people?team={team['id']}")
    assert ("Grace" in page, "Barbara" in page) == (True, False)
    empty = await company.team("Empty")
    assert "Nobody of this team is here" in await pages.get(f"/people?team={empty['id']}")


async def test_a_page_of_a_large_team_costs_what_one_of_a_small_one_does(company, cloud) -> None:
    """The same calls, whatever the number of people."""
    team = await company.team()
    pages = Pages(company)
    [first] = await staff(company, ["Person 000"])
    await company.add(team, first)
    few = await calls(pages, f"/teams/{team['id']}")
    ids = await staff(company, [f"Person {number:03}" for number in range(1, 80)])
    await company.add(team, *ids)
    assert await calls(pages, f"/teams/{team['id']}") == few
    page = await pages.get(f"/teams/{team['id']}")
    rest = re.search(r'href="(\?after=[^"]+)"', page)[1]
    second = await pages.get(f"/teams/{team['id']}{rest}")
    shown = [re.findall(r"<bdi>(Person \d+)</bdi>", each) for each in (page, second)]
    assert [len(each) for each in shown] == [50, 30]
    assert not set(shown[0]) & set(shown[1])


async def calls(pages: Pages, path: str) -> int:
    from adapters.cosmos.database import Items  # noqa: PLC0415 - what the host loaded

    counted = []
    with pytest.MonkeyPatch.context() as patch:
        for name in ("read", "query", "count", "batch", "replace", "create"):
            original = getattr(Items, name)

            async def count(self, *given, _original=original, **more):
                counted.append(given)
                return await _original(self, *given, **more)

            patch.setattr(Items, name, count)
        await pages.get(path)
    return len(counted)


async def test_names_that_are_looked_for_are_stored_nowhere(company, caplog) -> None:
    word = secrets.token_hex(8)
    team = await company.team()
    await Pages(company).post(f"/teams/{team['id']}/find", text=word)
    assert await places_of(word) == []
    assert not any(
        word in record.getMessage() for record in caplog.records if record.name.startswith("izwop")
    )


async def test_two_pages_add_the_same_people_at_once(company) -> None:
    pages, team = Pages(company), await company.team()
    ids = await staff(company, ["Grace", "Ada"])
    picks = {f"pick-{each}": "1" for each in ids}
    answers = await asyncio.gather(*(pages.post(f"/teams/{team['id']}/add", **picks) for _ in range(3)))
    assert {answer.status_code for answer in answers} == {303}
    assert await company.size(team) == 2
    assert (await wiring.organisations.store().member(company.id, ids[0])).updated_at < now()
