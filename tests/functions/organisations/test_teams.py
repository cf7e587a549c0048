"""Teams: made, renamed, put below each other, deleted and taken back."""

import asyncio
import secrets

import pytest

import wiring.organisations
import wiring.organisations.teams
from domain.base.limits import MOST_TEAMS, MOST_TEAMS_OF_A_PERSON
from domain.organisations.organisation import Person, membership_order, new_member
from domain.organisations.roles import ROLES, may
from domain.organisations.teams.rights import TEAM_ACTS, TEAM_ALLOWED
from functions.framework.clock import new_id, now
from tests.functions.organisations.test_organisations import UNKNOWN, an_organisation
from tests.functions.privacy.test_copy import account_of

NOBODY = "mem_" + "a" * 26
NO_TEAM = "tem_" + "a" * 26


class Company:
    """An organisation with its owner and colleagues who have accounts."""

    def __init__(self, owner, organisation: dict, signed_in) -> None:
        self.owner, self.id, self.me, self._signed_in = (
            owner,
            organisation["id"],
            organisation["memberId"],
            signed_in,
        )
        self.at = f"organisations/{self.id}/teams"

    async def colleague(self, role: str = "member"):
        """Somebody who signed in, and their id as a member."""
        person = await self._signed_in()
        member = await joined(self.id, await account_of(person), person.name, role)
        return person, member.id

    async def team(self, name: str = "Sales", parent: str | None = None, by=None) -> dict:
        answer = await (by or self.owner).api("POST", self.at, json={"name": name, "parentId": parent})
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def add(self, team: dict, *members: str, by=None):
        path = f"{self.at}/{team['id']}/members"
        return await (by or self.owner).api("POST", path, json={"members": list(members)})

    async def people(self, team: dict) -> dict[str, bool]:
        """Whether each of a team is an admin of it, by id."""
        path = f"{self.at}/{team['id']}/members?limit=100"
        listed = (await self.owner.api("GET", path)).json()["data"]
        return {each["id"]: each["admin"] for each in listed}

    async def versioned(self, method: str, team: dict, place: str = "", by=None, **options):
        """A request with the version of now, or of the deleted team."""
        path = f"{self.at}/{team['id']}"
        read = await self.owner.api("GET", path)
        if read.status_code == 404:
            read = await self.owner.api("GET", f"{path}/restoration")
        version = {"If-Match": read.headers["etag"]}
        return await (by or self.owner).api(method, f"{path}{place}", headers=version, **options)

    async def size(self, team: dict) -> int:
        return (await self.owner.api("GET", f"{self.at}/{team['id']}")).json()["people"]

    async def names(self) -> list[str]:
        return [each["name"] for each in (await self.owner.api("GET", self.at)).json()["data"]]


async def joined(org_id: str, account: str, name: str, role: str = "member"):
    person = Person(account, name, f"{account}@example.com")
    member = new_member(org_id, person, role, now())
    await wiring.organisations.store().save_known([member], [membership_order(member, now())])
    return member


async def staff(company: Company, names: list[str]) -> list[str]:
    """Members without an account that signs in, by name."""
    return [(await joined(company.id, new_id("acc"), name)).id for name in names]


@pytest.fixture
async def company(signed_in) -> Company:
    owner = await signed_in()
    return Company(owner, await an_organisation(owner), signed_in)


async def test_teams_are_listed_by_name_with_their_sizes_and_parents(company) -> None:
    sales = await company.team("Sales")
    nordic = await company.team("Älvsjö", parent=sales["id"])
    await company.team("design")
    await company.add(nordic, company.me)
    listed = (await company.owner.api("GET", company.at)).json()["data"]
    assert [(each["name"], each["parentId"], each["people"]) for each in listed] == [
        ("Älvsjö", sales["id"], 1),
        ("design", None, 0),
        ("Sales", None, 0),
    ]
    assert {each["standing"] for each in listed} == {"leader"}


async def test_a_team_is_made_once_for_each_key(company) -> None:
    ada, key = company.owner, {"Idempotency-Key": "once"}
    answers = await asyncio.gather(
        *(ada.api("POST", company.at, json={"name": "Sales"}, headers=key) for _ in range(3))
    )
    assert [answer.status_code for answer in answers] == [201, 201, 201]
    assert len({answer.json()["id"] for answer in answers}) == 1
    other = await ada.api("POST", company.at, json={"name": "Other"}, headers=key)
    assert other.json()["code"] == "idempotency_key_reused"
    assert await company.names() == ["Sales"]


@pytest.mark.parametrize(
    ("content", "field", "code"),
    [
        ({"name": " "}, "/name", "required"),
        ({}, "/name", "required"),
        ({"name": "x" * 121}, "/name", "too_long"),
        ({"name": "Sales", "parentId": NO_TEAM}, "/parentId", "not_found"),
        ({"name": "Sales", "parentId": "x"}, "/parentId", "invalid_format"),
        ({"name": "Sales", "color": "red"}, "/color", "unknown_field"),
    ],
)
async def test_a_wrong_team_names_the_field(company, content, field, code) -> None:
    answer = await company.owner.api("POST", company.at, json=content)
    assert answer.status_code == 422
    assert [(each["field"], each["code"]) for each in answer.json()["errors"]] == [(field, code)]
    assert await company.names() == []


async def test_teams_go_three_deep_and_have_no_loops(company) -> None:
    top = await company.team("Top")
    middle = await company.team("Middle", parent=top["id"])
    low = await company.team("Low", parent=middle["id"])
    deeper = await company.owner.api("POST", company.at, json={"name": "Deep", "parentId": low["id"]})
    assert deeper.json()["errors"][0]["code"] == "too_deep"
    for parent in (top, middle, low):
        moved = await company.versioned("PUT", top, json={"name": "Top", "parentId": parent["id"]})
        assert moved.json()["errors"][0]["code"] == "loop"
    other = await company.team("Other")
    moved = await company.versioned("PUT", top, json={"name": "Top", "parentId": other["id"]})
    assert moved.json()["errors"][0]["code"] == "too_deep"
    moved = await company.versioned("PUT", middle, json={"name": "Middle", "parentId": other["id"]})
    assert moved.json()["parentId"] == other["id"]


async def test_two_teams_that_are_put_below_each_other_at_once_make_no_loop(company) -> None:
    one, other = await company.team("One"), await company.team("Other")
    answers = await asyncio.gather(
        company.versioned("PUT", one, json={"name": "One", "parentId": other["id"]}),
        company.versioned("PUT", other, json={"name": "Other", "parentId": one["id"]}),
    )
    assert sorted(answer.status_code for answer in answers) == [200, 422]


async def test_a_team_is_changed_from_the_version_that_was_read(company) -> None:
    team = await company.team()
    path = f"{company.at}/{team['id']}"
    version = {"If-Match": (await company.owner.api("GET", path)).headers["etag"]}
    answers = await asyncio.gather(
        *(company.owner.api("PUT", path, json={"name": name}, headers=version) for name in ("A", "B"))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 412]
    [name] = [answer.json()["name"] for answer in answers if answer.status_code == 200]
    assert await company.names() == [name]
    assert (await company.owner.api("PUT", path, json={"name": "C"})).status_code == 428


async def test_a_team_is_deleted_and_taken_back_from_the_version_that_was_read(company) -> None:
    team = await company.team()
    path = f"{company.at}/{team['id']}"
    stale = {"If-Match": '"7"'}
    assert (await company.owner.api("DELETE", path, headers=stale)).status_code == 412
    version = {"If-Match": '"1"'}
    answers = await asyncio.gather(*(company.owner.api("DELETE", path, headers=version) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [200, 404, 404]
    assert (await company.owner.api("PUT", f"{path}/restoration", headers=stale)).status_code == 412
    assert (await company.owner.api("GET", path)).status_code == 404


async def test_changes_of_different_teams_at_once_are_all_kept(company) -> None:
    teams = [await company.team(f"Team {number}") for number in range(4)]
    answers = await asyncio.gather(
        *(company.versioned("PUT", team, json={"name": f"New {team['name']}"}) for team in teams)
    )
    assert {answer.status_code for answer in answers} == {200}
    assert await company.names() == [f"New Team {number}" for number in range(4)]


async def test_an_organisation_has_two_hundred_teams_at_most(company, monkeypatch) -> None:
    assert MOST_TEAMS == 200
    monkeypatch.setattr("domain.organisations.teams.team.MOST_TEAMS", 2)
    answers = await asyncio.gather(
        *(company.owner.api("POST", company.at, json={"name": f"T{number}"}) for number in range(4))
    )
    assert sorted(answer.status_code for answer in answers) == [201, 201, 409, 409]
    assert {answer.json().get("code") for answer in answers} == {None, "limit_reached"}
    first = (await company.owner.api("GET", company.at)).json()["data"][0]
    await company.versioned("DELETE", first)
    refused = await company.owner.api("POST", company.at, json={"name": "More"})
    assert refused.json()["code"] == "limit_reached"


async def test_people_are_added_and_taken_out(company) -> None:
    team = await company.team()
    await company.team("Other")
    ids = await staff(company, ["Grace", "Barbara", "Ada"])
    assert sorted((await company.add(team, *ids)).json()["added"]) == sorted(ids)
    assert (await company.add(team, ids[0])).json()["added"] == []
    assert list(await company.people(team)) == [ids[2], ids[1], ids[0]]
    path = f"{company.at}/{team['id']}/members/{ids[0]}"
    assert (await company.owner.api("DELETE", path)).status_code == 204
    assert (await company.owner.api("DELETE", path)).status_code == 404
    assert await company.size(team) == 2
    member = (await company.owner.api("GET", f"organisations/{company.id}/members/{ids[1]}")).json()
    assert member["teams"] == [team["id"]]
    found = await company.owner.api("GET", f"organisations/{company.id}/members?team={team['id']}")
    assert {each["id"] for each in found.json()["data"]} == {ids[1], ids[2]}


async def test_people_are_added_all_or_none(company) -> None:
    team = await company.team()
    [grace] = await staff(company, ["Grace"])
    wrong = await company.add(team, grace, NOBODY, NOBODY)
    assert [(each["field"], each["code"]) for each in wrong.json()["errors"]] == [
        ("/members/1", "not_found"),
        ("/members/2", "not_found"),
    ]
    for members in ([], [grace] * 99, ["x"]):
        assert (await company.add(team, *members)).status_code == 422
    assert (await company.people(team), await company.size(team)) == ({}, 0)


async def test_a_whole_batch_of_people_is_added_at_once(company) -> None:
    team = await company.team()
    ids = await staff(company, [f"Person {number:02}" for number in range(98)])
    assert len((await company.add(team, *ids)).json()["added"]) == 98
    assert await company.size(team) == 98
    first = (await company.owner.api("GET", f"{company.at}/{team['id']}/members?limit=50")).json()
    path = f"{company.at}/{team['id']}/members?limit=50&cursor={first['page']['next']}"
    second = (await company.owner.api("GET", path)).json()
    assert [each["id"] for each in first["data"] + second["data"]] == ids
    assert second["page"]["next"] is None


async def test_somebody_is_in_twenty_teams_at_most(company, monkeypatch) -> None:
    assert MOST_TEAMS_OF_A_PERSON == 20
    monkeypatch.setattr("domain.organisations.teams.people.MOST_TEAMS_OF_A_PERSON", 2)
    teams = [await company.team(f"Team {number}") for number in range(4)]
    [grace] = await staff(company, ["Grace"])
    answers = await asyncio.gather(*(company.add(team, grace) for team in teams))
    assert sorted(answer.status_code for answer in answers) == [200, 200, 422, 422]
    assert sum([await company.size(team) for team in teams]) == 2
    refused = [answer.json()["errors"] for answer in answers if answer.status_code == 422]
    assert {(each["field"], each["code"]) for [each] in refused} == {("/members/0", "too_many_teams")}


async def test_somebody_who_is_added_twice_at_once_counts_once(company) -> None:
    team = await company.team()
    [grace] = await staff(company, ["Grace"])
    await asyncio.gather(*(company.add(team, grace) for _ in range(4)))
    assert await company.size(team) == 1
    paths = [f"{company.at}/{team['id']}/members/{grace}"] * 4
    answers = await asyncio.gather(*(company.owner.api("DELETE", path) for path in paths))
    assert sorted(answer.status_code for answer in answers) == [204, 404, 404, 404]
    assert await company.size(team) == 0


async def test_a_role_and_the_teams_of_somebody_are_changed_at_once(company) -> None:
    """The store refuses whoever read before the other wrote, and adding to a team tries again."""
    team = await company.team()
    [grace] = await staff(company, ["Grace"])
    store = wiring.organisations.store()
    read = await store.member(company.id, grace)
    assert (await company.add(team, grace)).status_code == 200
    changed = read.changed(now(), role="editor")
    with pytest.raises(Exception, match="changed since"):
        await store.save_known([changed], [membership_order(changed, now())])

    async def meanwhile(people, team_id, more):
        monkey.undo()
        fresh = (await store.member(company.id, grace)).changed(now(), role="admin")
        await store.save_known([fresh], [membership_order(fresh, now())])
        return await wiring.organisations.teams.store().save_people(people, team_id, more)

    other = await company.team("Other")
    with pytest.MonkeyPatch.context() as monkey:
        monkey.setattr(wiring.organisations.teams.store(), "save_people", meanwhile)
        assert (await company.add(other, grace)).status_code == 200
    member = await store.member(company.id, grace)
    assert (member.role, set(member.teams)) == ("admin", {team["id"], other["id"]})


async def test_who_leaves_the_organisation_is_in_no_team_any_more(company) -> None:
    team = await company.team()
    [grace, ada] = await staff(company, ["Grace", "Ada"])
    await company.add(team, grace, ada)
    await company.owner.api("PUT", f"{company.at}/{team['id']}/admins/{grace}")
    store = wiring.organisations.store()
    member = await store.member(company.id, grace)
    path = f"organisations/{company.id}/members/{grace}"
    version = {"If-Match": (await company.owner.api("GET", path)).headers["etag"]}
    assert (await company.owner.api("DELETE", path, headers=version)).status_code == 204
    assert (await company.size(team), list(await company.people(team))) == (1, [ada])
    await joined(company.id, member.account_id, "Grace")
    back = await store.member(company.id, grace)
    assert (back.teams, back.administers) == ([], [])


async def test_a_deleted_team_is_nowhere_and_comes_back_with_its_people(company) -> None:
    word = secrets.token_hex(8)
    team = await company.team(word)
    [grace] = await staff(company, ["Grace"])
    await company.add(team, grace)
    await company.owner.api("PUT", f"{company.at}/{team['id']}/admins/{grace}")
    gone = (await company.versioned("DELETE", team)).json()
    assert gone["name"] == word
    path = f"{company.at}/{team['id']}"
    for each in (path, f"{path}/members", f"{company.at}/{NO_TEAM}"):
        assert (await company.owner.api("GET", each)).status_code == 404
    member = f"organisations/{company.id}/members"
    assert (await company.owner.api("GET", f"{member}/{grace}")).json()["teams"] == []
    found = (await company.owner.api("GET", f"{member}?team={team['id']}")).json()["data"]
    assert (found, await company.names()) == ([], [])
    assert (await company.add(team, grace)).status_code == 404
    back = await company.versioned("PUT", team, "/restoration")
    assert (back.json()["name"], back.json()["people"]) == (word, 1)
    assert await company.people(team) == {grace: True}


async def test_a_team_with_sub_teams_is_not_deleted(company) -> None:
    top = await company.team("Top")
    low = await company.team("Low", parent=top["id"])
    refused = await company.versioned("DELETE", top)
    assert (refused.status_code, refused.json()["code"]) == (409, "team_has_sub_teams")
    await company.versioned("DELETE", low)
    assert (await company.versioned("DELETE", top)).status_code == 200
    back = await company.versioned("PUT", low, "/restoration")
    assert back.json()["parentId"] is None


async def test_a_sub_team_that_is_made_while_its_parent_is_deleted_has_one_outcome(company) -> None:
    top = await company.team("Top")
    made = company.owner.api("POST", company.at, json={"name": "Low", "parentId": top["id"]})
    deleted, low = await asyncio.gather(company.versioned("DELETE", top), made)
    assert (deleted.status_code, low.status_code) in {(200, 422), (409, 201)}


def test_the_table_decides_everything() -> None:
    assert set(TEAM_ALLOWED) == set(TEAM_ACTS)
    assert all("leader" in standings for standings in TEAM_ALLOWED.values())
    assert {role for role in ROLES if may(role, "change_teams")} == {"owner", "admin"}


DOORS = [
    ("POST", "", {"name": "New"}, {"leader": 201}),
    ("GET", "", None, {"leader": 200, "team_admin": 200, "colleague": 200}),
    ("GET", "/{team}", None, {"leader": 200, "team_admin": 200, "colleague": 200}),
    ("GET", "/{team}/members", None, {"leader": 200, "team_admin": 200, "colleague": 200}),
    ("PUT", "/{team}", {"name": "Renamed", "parentId": "{parent}"}, {"leader": 200, "team_admin": 200}),
    ("PUT", "/{team}", {"name": "Moved", "parentId": None}, {"leader": 200}),
    ("POST", "/{team}/members", {"members": ["{grace}"]}, {"leader": 200, "team_admin": 200}),
    ("PUT", "/{team}/admins/{barbara}", None, {"leader": 200}),
    ("DELETE", "/{team}/admins/{barbara}", None, {"leader": 200}),
    ("DELETE", "/{team}/members/{chief}", None, {"leader": 204}),
    ("DELETE", "/{team}/members/{barbara}", None, {"leader": 204, "team_admin": 204}),
    ("DELETE", "/{team}", None, {"leader": 200}),
]
WHO = ["owner", "admin", "editor", "member", "billing", "here", "above", "elsewhere"]
STANDING = {
    "owner": "leader", "admin": "leader", "here": "team_admin", "above": "team_admin",
    "editor": "colleague", "member": "colleague", "elsewhere": "colleague",
}  # fmt: skip


async def cast(company, who: str):
    """A team below another one, people in it, and somebody of this kind."""
    parent, other = await company.team("Parent"), await company.team("Other")
    team = await company.team("Team", parent=parent["id"])
    grace, barbara, chief = await staff(company, ["Grace", "Barbara", "Chief"])
    await company.add(team, barbara, chief)
    await company.owner.api("PUT", f"{company.at}/{team['id']}/admins/{chief}")
    places = {"here": team, "above": parent, "elsewhere": other}
    if who == "owner":
        return company.owner, {"team": team["id"], "parent": parent["id"], "grace": grace,
                               "barbara": barbara, "chief": chief}  # fmt: skip
    person, member = await company.colleague("member" if who in places else who)
    if who in places:
        await company.add(places[who], member)
        path = f"{company.at}/{places[who]['id']}/admins/{member}"
        assert (await company.owner.api("PUT", path)).status_code == 200
    return person, {"team": team["id"], "parent": parent["id"], "grace": grace, "barbara": barbara,
                    "chief": chief}  # fmt: skip


def filled(value, ids: dict[str, str]):
    if isinstance(value, dict):
        return {name: filled(each, ids) for name, each in value.items()}
    if isinstance(value, list):
        return [filled(each, ids) for each in value]
    return value.format(**ids) if isinstance(value, str) else value


@pytest.mark.parametrize("who", WHO)
async def test_each_may_do_what_the_table_says(company, who) -> None:
    person, ids = await cast(company, who)
    for method, place, body, allowed in DOORS:
        path = f"{company.at}{filled(place, ids)}"
        read = await company.owner.api("GET", f"{company.at}/{ids['team']}")
        options = {"headers": {"If-Match": read.headers["etag"]}}
        if body is not None:
            options["json"] = filled(body, ids)
        answer = await person.api(method, path, **options)
        wanted = allowed.get(STANDING.get(who, "nobody"), 403)
        assert answer.status_code == wanted, (who, method, place, answer.text)
        if wanted == 403:
            assert answer.json()["code"] == "not_allowed"


async def test_strangers_find_no_team(company, signed_in) -> None:
    _, ids = await cast(company, "owner")
    eve = await signed_in()
    abroad = Company(eve, await an_organisation(eve), signed_in)
    for method, place, body, _ in DOORS:
        options = {"headers": {"If-Match": '"1"'}}
        if body is not None:
            options["json"] = filled(body, ids)
        places = [f"organisations/{each}/teams{filled(place, ids)}" for each in (company.id, UNKNOWN)]
        answers = [await eve.api(method, path, **options) for path in places]
        assert [answer.status_code for answer in answers] == [404, 404], (method, place)
        bodies = [{**answer.json(), "instance": ""} for answer in answers]
        assert bodies[0] == bodies[1]
        if place.startswith("/{team}"):
            other = await eve.api(method, f"{abroad.at}{filled(place, ids)}", **options)
            assert other.status_code == 404, (method, place)
    assert await company.people({"id": ids["team"]}) == {ids["barbara"]: False, ids["chief"]: True}
