"""People of an organisation: found, given roles, taken out and back, leaving, and handing it over."""

import asyncio
import secrets
from datetime import UTC, datetime, timedelta

import pytest

import wiring.operations
import wiring.organisations
from domain.organisations.roles import ROLES, may, may_give
from tests.forms import SAME_SITE
from tests.functions.organisations.joined import do, give, joined, member, own, roles_in
from tests.functions.organisations.test_organisations import an_organisation
from tests.functions.sign_in.test_fresh import age
from tests.stored import places_of


async def send(person, path: str, **fields):
    return await person.http.post(path, data={"csrf": person.csrf} | fields, headers=SAME_SITE)


@pytest.fixture
async def firm(signed_in):
    """An organisation with its owner."""
    ada = await signed_in()
    return ada, await an_organisation(ada)


async def an_owner(ada, org: dict, signed_in) -> tuple:
    """One more owner of an organisation."""
    person = await signed_in()
    there = await joined(org, person)
    assert (await give(ada, org, there["id"], "owner")).status_code == 200
    return person, there["id"]


async def leave(person, org: dict):
    path = f"organisations/{org['id']}/membership"
    etag = (await person.api("GET", path)).headers["etag"]
    return await person.api("DELETE", path, headers={"If-Match": etag})


async def test_people_are_found_by_how_their_names_begin(firm, signed_in) -> None:
    ada, org = firm
    word = secrets.token_hex(8)
    people = [await signed_in(f"Öberg-{word} {number}") for number in range(3)]
    for person in people:
        await joined(org, person)
    path = f"organisations/{org['id']}/member-searches"
    found = await ada.api("POST", path, json={"text": f"oberg-{word}", "limit": 2})
    assert [each["name"] for each in found.json()["data"]] == [people[0].name, people[1].name]
    rest = await ada.api("POST", path, json={"text": f"oberg-{word}", "after": found.json()["page"]["next"]})
    assert [each["name"] for each in rest.json()["data"]] == [people[2].name]
    wrong = await ada.api("POST", path, json={"text": "x", "after": "mem_" + "a" * 26})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "/after")
    none = await ada.api("POST", path, json={"text": f"oberg-{word}", "role": "admin"})
    assert none.json()["data"] == []
    page = await send(ada, f"/org/{org['id']}/people-search", text=f"ÖBERG-{word} 1")
    assert people[1].name in page.text
    assert people[0].name not in page.text
    empty = await send(ada, f"/org/{org['id']}/people-search", text="zzz")
    assert "Nobody is found with “zzz”" in empty.text


async def test_a_name_is_no_parameter_of_an_address(firm) -> None:
    ada, org = firm
    answer = await ada.api("GET", f"organisations/{org['id']}/members", params={"text": "Ada"})
    assert answer.status_code == 422


async def test_people_are_listed_by_role_and_page_by_page(firm, signed_in, monkeypatch) -> None:
    ada, org = firm
    bob, eve = await signed_in(), await signed_in()
    await joined(org, bob, "editor")
    await joined(org, eve, "editor")
    monkeypatch.setattr("functions.organisations.people_pages._ON_A_PAGE", 1)
    page = await ada.http.get(f"/org/{org['id']}/people?role=editor")
    first, last = sorted([bob.name, eve.name])
    assert first in page.text
    assert last not in page.text
    after = page.text.split('href="?after=')[1].split('"')[0].replace("&amp;", "&")
    page = await ada.http.get(f"/org/{org['id']}/people?after={after}")
    assert last in page.text
    assert first not in page.text
    found = await send(ada, f"/org/{org['id']}/people-search", text="Person", role="editor")
    assert first in found.text
    following = found.text.split('name="after" value="')[1].split('"')[0]
    found = await send(ada, f"/org/{org['id']}/people-search", text="Person", role="editor", after=following)
    assert last in found.text


@pytest.mark.parametrize("giver", [role for role in ROLES if may(role, "change_roles")])
async def test_a_role_is_given_and_taken_as_the_table_says(firm, signed_in, giver) -> None:
    ada, org = firm
    boss = ada
    if giver != "owner":
        boss = await signed_in()
        await joined(org, boss, giver)
    bob = await signed_in()
    there = await joined(org, bob)
    for role in ROLES:
        before = (await roles_in(ada, org))[there["id"]]
        answer = await give(boss, org, there["id"], role)
        allowed = may_give(giver, role) and may_give(giver, before)
        assert answer.status_code == (200 if allowed else 403), (role, answer.text)
        assert (await roles_in(ada, org))[there["id"]] == (role if allowed else before)
        assert await own(bob) == {org["id"]: role if allowed else before}


async def test_a_role_is_changed_with_a_form_that_keeps_what_is_wrong(firm, signed_in) -> None:
    ada, org = firm
    bob = await signed_in()
    there = await joined(org, bob)
    place = f"/org/{org['id']}/people/{there['id']}"
    page = await ada.http.get(place)
    assert bob.name in page.text
    assert "Role: Member." in page.text
    wrong = await send(ada, f"{place}/role", role="king", version="1")
    assert wrong.status_code == 422
    assert 'aria-invalid="true"' in wrong.text
    done = await send(ada, f"{place}/role", role="admin", version="1")
    assert done.status_code == 303
    assert "The role is changed." in (await ada.http.get(done.headers["location"])).text
    stale = await send(ada, f"{place}/role", role="editor", version="1")
    assert stale.status_code == 412
    assert (await roles_in(ada, org))[there["id"]] == "admin"


async def test_an_admin_decides_nothing_about_an_owner(firm, signed_in) -> None:
    ada, org = firm
    bob = await signed_in()
    await joined(org, bob, "admin")
    for answer in (
        await give(bob, org, org["memberId"], "member"),
        await do(bob, "DELETE", org, org["memberId"]),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")
    page = await bob.http.get(f"/org/{org['id']}/people/{org['memberId']}")
    assert "Only an owner can change the role of an owner." in page.text
    assert "Take out" not in page.text
    assert await roles_in(ada, org) == await roles_in(bob, org)


async def test_who_is_taken_out_finds_nothing_and_can_be_taken_back(firm, signed_in) -> None:
    ada, org = firm
    bob = await signed_in()
    there = await joined(org, bob, "editor")
    place = f"/org/{org['id']}/people/{there['id']}"
    assert bob.name in (await ada.http.get(f"{place}/remove")).text
    gone = await send(ada, f"{place}/remove", version="1")
    assert gone.status_code == 303
    assert (await bob.http.get(f"/org/{org['id']}")).status_code == 404
    assert await own(bob) == {}
    notice = await ada.http.get(gone.headers["location"])
    assert "They are out of the organisation." in notice.text
    assert f'action="{place}/restoration"' in notice.text
    assert "Not in the organisation any more" in (await ada.http.get(place)).text
    back = await send(ada, f"{place}/restoration", version="2")
    assert back.status_code == 303
    assert await own(bob) == {org["id"]: "editor"}
    assert (await bob.http.get(f"/org/{org['id']}")).status_code == 200


async def test_taking_back_is_done_once_however_often_it_is_sent(firm, signed_in) -> None:
    ada, org = firm
    bob = await signed_in()
    there = await joined(org, bob)
    await do(ada, "DELETE", org, there["id"])
    path = f"organisations/{org['id']}/members/{there['id']}/restoration"
    removed = await ada.api("GET", path)
    assert removed.json()["member"]["id"] == there["id"]
    version = {"If-Match": removed.headers["etag"]}
    answers = await asyncio.gather(*(ada.api("PUT", path, headers=version) for _ in range(3)))
    again = await ada.api("PUT", path, headers=version)
    assert again.status_code == 200
    assert 200 in {answer.status_code for answer in answers}
    assert {answer.status_code for answer in answers} <= {200, 404, 412}
    assert (await roles_in(ada, org))[there["id"]] == "member"
    assert (await ada.api("GET", path)).status_code == 404


async def test_after_a_day_nobody_is_taken_back(firm, signed_in, monkeypatch) -> None:
    ada, org = firm
    there = await joined(org, await signed_in())
    await do(ada, "DELETE", org, there["id"])
    monkeypatch.setattr("functions.framework.operations.now", lambda: datetime.now(UTC) + timedelta(days=1))
    path = f"organisations/{org['id']}/members/{there['id']}/restoration"
    assert (await ada.api("PUT", path, headers={"If-Match": '"2"'})).status_code in {401, 404}
    assert there["id"] not in await roles_in(ada, org)


async def test_who_has_left_is_not_taken_back_by_others(firm, signed_in) -> None:
    ada, org = firm
    bob = await signed_in()
    there = await joined(org, bob)
    page = await bob.http.get(f"/org/{org['id']}/leave")
    assert "your own cards, your contacts and your notes go with you" in page.text
    left = await send(bob, f"/org/{org['id']}/leave", version="1")
    assert left.status_code == 303
    said = await bob.http.get(left.headers["location"])
    assert "You have left the organisation." in said.text
    assert await own(bob) == {}
    path = f"organisations/{org['id']}/members/{there['id']}/restoration"
    assert (await ada.api("PUT", path, headers={"If-Match": '"2"'})).status_code == 404
    assert list(await roles_in(ada, org)) == [org["memberId"]]


async def test_the_last_owner_stays(firm, signed_in) -> None:
    ada, org = firm
    await joined(org, await signed_in(), "admin")
    answers = (
        await leave(ada, org),
        await do(ada, "DELETE", org, org["memberId"]),
        await give(ada, org, org["memberId"], "admin"),
    )
    assert [(each.status_code, each.json()["code"]) for each in answers] == [(409, "last_owner")] * 3
    assert "You are the only owner" in (await ada.http.get(f"/org/{org['id']}/leave")).text
    page = await send(ada, f"/org/{org['id']}/leave", version="1")
    assert (page.status_code, "needs an owner" in page.text) == (409, True)
    place = f"/org/{org['id']}/people/{org['memberId']}"
    page = await send(ada, f"{place}/role", version="1", role="member")
    assert (page.status_code, 'id="fault-role"' in page.text) == (409, True)
    page = await send(ada, f"{place}/remove", version="1")
    assert (page.status_code, "needs an owner" in page.text) == (409, True)


@pytest.mark.parametrize("times", range(3))
async def test_of_two_owners_who_leave_at_once_one_stays(firm, signed_in, times) -> None:
    ada, org = firm
    bob, _ = await an_owner(ada, org, signed_in)
    answers = await asyncio.gather(leave(ada, org), leave(bob, org))
    assert sorted(answer.status_code for answer in answers) == [204, 409]
    assert [answer.json()["code"] for answer in answers if answer.status_code == 409] == ["last_owner"]
    stays = bob if answers[0].status_code == 204 else ada
    assert list((await roles_in(stays, org)).values()) == ["owner"]


async def test_of_two_owners_who_unmake_each_other_one_stays(firm, signed_in) -> None:
    ada, org = firm
    bob, his = await an_owner(ada, org, signed_in)
    answers = await asyncio.gather(
        give(ada, org, his, "member"), give(bob, org, org["memberId"], "member"), return_exceptions=True
    )
    assert sum(getattr(answer, "status_code", 0) == 200 for answer in answers) == 1
    stored = await wiring.organisations.store().get(org["id"])
    assert stored is not None
    assert len(stored.owners) == 1
    roles = {
        each: (await wiring.organisations.store().member(org["id"], each)).role
        for each in (his, org["memberId"])
    }
    assert [each for each, role in roles.items() if role == "owner"] == stored.owners


async def test_an_owner_who_was_taken_out_comes_back_as_owner(firm, signed_in) -> None:
    ada, org = firm
    bob, his = await an_owner(ada, org, signed_in)
    assert (await do(ada, "DELETE", org, his)).status_code == 204
    assert (await leave(ada, org)).json()["code"] == "last_owner"
    path = f"organisations/{org['id']}/members/{his}/restoration"
    etag = (await ada.api("GET", path)).headers["etag"]
    assert (await ada.api("PUT", path, headers={"If-Match": etag})).json()["role"] == "owner"
    assert (await leave(ada, org)).status_code == 204
    assert await roles_in(bob, org) == {his: "owner"}


async def test_an_owner_hands_over_and_both_see_it(firm, signed_in) -> None:
    ada, org = firm
    bob = await signed_in()
    there = await joined(org, bob)
    place = f"/org/{org['id']}/people/{there['id']}/ownership"
    assert "You become an admin." in (await ada.http.get(place)).text
    done = await send(ada, place, version="1")
    assert "They are an owner now" in (await ada.http.get(done.headers["location"])).text
    assert (await own(ada), await own(bob)) == ({org["id"]: "admin"}, {org["id"]: "owner"})
    assert await roles_in(bob, org) == {org["memberId"]: "admin", there["id"]: "owner"}
    assert (await leave(bob, org)).json()["code"] == "last_owner"
    assert (await leave(ada, org)).status_code == 204


async def test_handing_over_needs_a_fresh_sign_in(firm, signed_in) -> None:
    ada, org = firm
    there = await joined(org, await signed_in())
    await age(ada.http, timedelta(minutes=15))
    ada.csrf = (await ada.api("GET", "session")).json()["csrfToken"]
    answer = await do(ada, "PUT", org, there["id"], "/ownership")
    assert answer.json()["code"] == "fresh_sign_in_needed"
    page = await send(ada, f"/org/{org['id']}/people/{there['id']}/ownership", version="1")
    assert page.status_code == 403
    assert "Name another owner" in page.text
    assert (await roles_in(ada, org))[there["id"]] == "member"


async def test_an_owner_is_not_named_again(firm, signed_in) -> None:
    ada, org = firm
    _, his = await an_owner(ada, org, signed_in)
    for each in (his, org["memberId"]):
        assert (await do(ada, "PUT", org, each, "/ownership")).json()["code"] == "already_owner"
    page = await send(ada, f"/org/{org['id']}/people/{his}/ownership", version="2")
    assert (page.status_code, "is an owner already" in page.text) == (409, True)


async def test_handing_over_to_two_at_once_makes_one_owner(firm, signed_in) -> None:
    ada, org = firm
    both = [await joined(org, await signed_in()) for _ in range(2)]
    answers = await asyncio.gather(*(do(ada, "PUT", org, each["id"], "/ownership") for each in both))
    assert sorted(answer.status_code for answer in answers) in ([200, 403], [200, 412])
    assert sorted((await roles_in(ada, org)).values()) == ["admin", "member", "owner"]


async def test_two_who_change_one_role_at_once_have_one_outcome(firm, signed_in) -> None:
    ada, org = firm
    there = await joined(org, await signed_in())
    answers = await asyncio.gather(*(give(ada, org, there["id"], role) for role in ("admin", "editor")))
    done = [answer.json()["role"] for answer in answers if answer.status_code == 200]
    assert {answer.status_code for answer in answers} <= {200, 412}
    assert (await member(ada, org, there["id"])).json()["role"] in done


async def test_a_switcher_follows_also_when_the_worker_dies(host, firm, signed_in, monkeypatch) -> None:
    from domain.operations.orders import OrderMessage  # noqa: PLC0415 - what the host loaded

    ada, org = firm
    bob = await signed_in()
    there = await joined(org, bob)

    async def nothing(_order: object) -> None:
        """The worker dies before it follows."""

    ports = wiring.organisations.people()._replace(settle=nothing)
    with monkeypatch.context() as patch:
        patch.setattr("wiring.organisations.people", lambda: ports)
        assert (await do(ada, "DELETE", org, there["id"])).status_code == 204
    assert await own(bob) == {org["id"]: "member"}
    order = f"order-org-membership-{there['id']}"
    message = OrderMessage(container="organisations", owner_id=org["id"], order_id=order)
    for _ in range(2):
        await wiring.operations.order_queue().send(message)
        await host.drain_queue("orders")
    assert await own(bob) == {}


async def test_what_is_kept_of_who_was_taken_out_expires(firm, signed_in) -> None:
    ada, org = firm
    word = secrets.token_hex(8)
    there = await joined(org, await signed_in(word))
    await do(ada, "DELETE", org, there["id"])
    places = [place for place in await places_of(word) if place[0] == "organisations"]
    assert places == [("organisations", f"former-{there['id']}")]
    container = await wiring.database().container("organisations")
    assert (await container.read_item(places[0][1], partition_key=org["id"]))["ttl"] > 0


async def test_who_was_taken_out_lately_is_listed_for_those_who_may_take_them_back(firm, signed_in) -> None:
    ada, org = firm
    people = [await joined(org, await signed_in()) for _ in range(3)]
    for each in people:
        await do(ada, "DELETE", org, each["id"])
    path = f"organisations/{org['id']}/removed-members"
    listed = (await ada.api("GET", path)).json()["data"]
    assert [each["member"]["id"] for each in listed] == [each["id"] for each in reversed(people)]
    assert "Taken out on the last day" in (await ada.http.get(f"/org/{org['id']}/people")).text
    restored = f"organisations/{org['id']}/members/{people[1]['id']}/restoration"
    await ada.api("PUT", restored, headers={"If-Match": '"2"'})
    listed = (await ada.api("GET", path)).json()["data"]
    assert [each["member"]["id"] for each in listed] == [people[2]["id"], people[0]["id"]]
    bob = await signed_in()
    await joined(org, bob)
    assert (await bob.api("GET", path)).json()["code"] == "not_allowed"
    assert "Taken out on the last day" not in (await bob.http.get(f"/org/{org['id']}/people")).text


async def test_an_owner_makes_another_and_more_than_fifty_are_refused(firm, signed_in, monkeypatch) -> None:
    ada, org = firm
    monkeypatch.setattr("domain.organisations.people.MOST_OWNERS", 2)
    await an_owner(ada, org, signed_in)
    there = await joined(org, await signed_in())
    refused = await give(ada, org, there["id"], "owner")
    assert (refused.status_code, refused.json()["code"]) == (409, "limit_reached")
    assert (await do(ada, "PUT", org, there["id"], "/ownership")).status_code == 200


async def test_a_removal_whose_answer_was_lost_is_told_as_done(firm, signed_in, monkeypatch) -> None:
    """The client of the store repeats a write without an answer, and is then told that nothing is there."""
    from adapters.cosmos.database import Items  # noqa: PLC0415 - what the host loaded

    ada, org = firm
    bob = await signed_in()
    there = await joined(org, bob)
    batch = Items.batch

    async def twice(self, operations, partition):
        await batch(self, operations, partition)
        return await batch(self, operations, partition)

    headers = {"If-Match": (await member(ada, org, there["id"])).headers["etag"]}
    path = f"organisations/{org['id']}/members/{there['id']}"
    with monkeypatch.context() as patch:
        patch.setattr(Items, "batch", twice)
        assert (await ada.api("DELETE", path, headers=headers)).status_code == 204
        back = await ada.api("PUT", f"{path}/restoration", headers={"If-Match": '"2"'})
    assert (back.status_code, back.json()["role"]) == (200, "member")
    assert await own(bob) == {org["id"]: "member"}
