"""People by SCIM: made, linked, changed, taken out and brought back by the directory of an organisation."""

import asyncio
import secrets

import pytest

import wiring.accounts
import wiring.organisations
from domain.base.limits import DIRECTORY_REQUESTS, TooManyRequests
from tests.functions.organisations.invited import email_of
from tests.functions.organisations.joined import give, joined, own
from tests.functions.organisations.test_staff_cards import Office, page_of
from tests.functions.scim.directories import ENTERPRISE, Sender, a_token, connected, somebody

OFF = {"op": "Replace", "path": "active", "value": "False"}
ON = {"op": "Replace", "path": "active", "value": "True"}


@pytest.fixture
async def sender(signed_in, client):
    ada = await signed_in()
    return ada, await connected(ada, client)


async def test_somebody_is_made_and_read_as_they_were_sent(sender) -> None:
    ada, directory = sender
    sent = somebody()
    made = await directory.send("POST", "Users", sent)
    assert (made.status_code, made.headers["content-type"]) == (201, "application/scim+json"), made.text
    assert made.headers["location"].endswith(f"/scim/v2/Users/{made.json()['id']}")
    read = await directory.read(f"Users/{made.json()['id']}")
    assert {name: read[name] for name in sent if name != "schemas"} == {
        name: value for name, value in sent.items() if name != "schemas"
    }
    member = await ada.api("GET", f"organisations/{directory.org['id']}/members/{read['id']}/details")
    assert member.json()["name"] == sent["displayName"]
    assert member.json()["details"]["department"] == sent[ENTERPRISE]["department"]


async def test_somebody_is_found_by_what_they_are_known_by(sender) -> None:
    _, directory = sender
    made = await directory.made()
    for filtered in (
        f'userName eq "{made["userName"].upper()}"',
        f'externalId eq "{made["externalId"]}"',
        f'emails.value eq "{made["emails"][0]["value"]}"',
        f'id eq "{made["id"]}"',
        f'userName eq "{made["userName"]}" and externalId eq "{made["externalId"]}"',
    ):
        found = await directory.read(f"Users?filter={filtered}")
        assert [each["id"] for each in found["Resources"]] == [made["id"]], filtered
    nobody = await directory.read('Users?filter=userName eq "nobody"')
    assert (nobody["totalResults"], nobody.get("Resources", [])) == (0, [])


async def test_a_leaver_is_inactive_and_comes_back(sender) -> None:
    ada, directory = sender
    made = await directory.made()
    at = f"Users/{made['id']}"
    gone = await directory.patch(at, {"op": "Replace", "path": "active", "value": "False"})
    assert gone.status_code == 204, gone.text
    assert (await directory.read(at))["active"] is False
    member = f"organisations/{directory.org['id']}/members/{made['id']}"
    assert (await ada.api("GET", member)).status_code == 404
    back = await directory.patch(at, {"op": "Replace", "path": "active", "value": True})
    assert back.status_code == 204, back.text
    assert (await directory.read(at))["active"] is True
    assert (await ada.api("GET", member)).status_code == 200
    assert await wiring.organisations.store().count_members(directory.org["id"]) == 2


async def test_who_was_deleted_is_not_found_and_is_the_same_person_again(sender) -> None:
    _, directory = sender
    sent = somebody()
    made = (await directory.send("POST", "Users", sent)).json()
    assert (await directory.send("DELETE", f"Users/{made['id']}")).status_code == 204
    assert (await directory.send("GET", f"Users/{made['id']}")).status_code == 404
    assert (await directory.send("DELETE", f"Users/{made['id']}")).status_code == 404
    again = await directory.send("POST", "Users", sent)
    assert (again.status_code, again.json()["id"]) == (201, made["id"]), again.text


async def test_who_is_known_by_hand_is_linked_and_not_doubled(sender) -> None:
    ada, directory = sender
    at, sent = f"organisations/{directory.org['id']}/members", somebody()
    known = {
        "name": "Grace",
        "email": sent["emails"][0]["value"].upper().replace("EXAMPLE.COM", "example.com"),
    }
    hand = await ada.api("POST", at, json=known)
    made = await directory.send("POST", "Users", sent)
    assert (made.status_code, made.json()["id"]) == (201, hand.json()["id"]), made.text
    assert (await directory.read("Users"))["totalResults"] == 1


async def test_who_came_by_themselves_is_linked_by_their_address(sender, signed_in) -> None:
    _, directory = sender
    grace = await signed_in()
    there = await joined(directory.org, grace)
    address = await email_of(grace)
    before = await directory.read(f'Users?filter=emails.value eq "{address}"')
    assert before["totalResults"] == 0
    made = await directory.send("POST", "Users", somebody(emails=[{"value": address, "type": "work"}]))
    assert (made.status_code, made.json()["id"]) == (201, there["id"]), made.text
    mine = await grace.api("GET", f"organisations/{directory.org['id']}/membership")
    assert (mine.json()["id"], mine.json()["name"]) == (there["id"], made.json()["displayName"])
    gone = await directory.patch(f"Users/{there['id']}", OFF)
    assert gone.status_code == 204
    assert await own(grace) == {}
    assert (await directory.patch(f"Users/{there['id']}", ON)).status_code == 204
    assert await own(grace) == {directory.org["id"]: "member"}


async def test_who_left_by_themselves_is_brought_back_without_their_account(sender, signed_in) -> None:
    ada, directory = sender
    grace = await signed_in()
    there = await joined(directory.org, grace)
    await directory.send("POST", "Users", somebody(emails=[{"value": await email_of(grace), "type": "work"}]))
    mine = await grace.api("GET", f"organisations/{directory.org['id']}/membership")
    left = await grace.api(
        "DELETE",
        f"organisations/{directory.org['id']}/membership",
        headers={"If-Match": mine.headers["etag"]},
    )
    assert left.status_code == 204
    assert (await directory.read(f"Users/{there['id']}"))["active"] is False
    assert (await directory.patch(f"Users/{there['id']}", ON)).status_code == 204
    assert await own(grace) == {}
    seen = await ada.api("GET", f"organisations/{directory.org['id']}/members/{there['id']}")
    assert seen.json()["joined"] is False


async def test_the_last_owner_is_not_taken_out(sender) -> None:
    ada, directory = sender
    owner = directory.org["memberId"]
    sent = somebody(emails=[{"value": await email_of(ada), "type": "work"}])
    assert (await directory.send("POST", "Users", sent)).json()["id"] == owner
    for answer in (
        await directory.patch(f"Users/{owner}", OFF),
        await directory.send("PUT", f"Users/{owner}", sent | {"active": False}),
        await directory.send("DELETE", f"Users/{owner}"),
    ):
        assert answer.status_code == 409
        assert "needs an owner" in answer.json()["detail"]
    assert await own(ada) == {directory.org["id"]: "owner"}


async def test_another_owner_who_was_taken_out_comes_back_as_an_admin(sender, signed_in) -> None:
    ada, directory = sender
    grace = await signed_in()
    there = await joined(directory.org, grace)
    await give(ada, directory.org, there["id"], "owner")
    await directory.send("POST", "Users", somebody(emails=[{"value": await email_of(grace), "type": "work"}]))
    assert (await directory.patch(f"Users/{there['id']}", OFF)).status_code == 204
    assert (await directory.patch(f"Users/{there['id']}", ON)).status_code == 204
    assert await own(grace) == {directory.org["id"]: "admin"}


async def test_a_token_of_an_admin_decides_nothing_about_owners(sender, signed_in, client) -> None:
    ada, directory = sender
    grace, admin = await signed_in(), await signed_in()
    there = await joined(directory.org, grace)
    await joined(directory.org, admin, "admin")
    await give(ada, directory.org, there["id"], "owner")
    sent = somebody(emails=[{"value": await email_of(grace), "type": "work"}])
    await directory.send("POST", "Users", sent)
    weaker = Sender(client(), await a_token(admin, directory.org), directory.org)
    for answer in (
        await weaker.patch(f"Users/{there['id']}", {"op": "replace", "path": "title", "value": "x"}, OFF),
        await weaker.send("DELETE", f"Users/{there['id']}"),
    ):
        assert answer.status_code == 409
        assert "Only owners decide about owners" in answer.json()["detail"]
    assert (await directory.read(f"Users/{there['id']}"))["title"] == "Programmer"
    assert (await weaker.send("PUT", f"Users/{there['id']}", sent | {"title": "Captain"})).status_code == 200
    assert await own(grace) == {directory.org["id"]: "owner"}


async def test_nobody_is_made_twice(sender) -> None:
    _, directory = sender
    made = await directory.made()
    others = (
        {"userName": made["userName"].upper()},
        {"externalId": made["externalId"]},
        {"emails": made["emails"]},
    )
    for same in others:
        answer = await directory.send("POST", "Users", somebody(**same))
        assert (answer.status_code, answer.json()["scimType"]) == (409, "uniqueness"), answer.text
    other = await directory.made()
    for same in others:
        changed = {name: other[name] for name in ("userName", "externalId", "emails")} | same
        answer = await directory.send("PUT", f"Users/{other['id']}", somebody(**changed))
        assert (answer.status_code, answer.json()["scimType"]) == (409, "uniqueness"), answer.text


async def test_directories_that_make_the_same_person_at_once_make_one(sender) -> None:
    _, directory = sender
    sent = somebody()
    answers = await asyncio.gather(*(directory.send("POST", "Users", sent) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409]
    assert (await directory.read("Users"))["totalResults"] == 1
    assert await wiring.organisations.store().count_members(directory.org["id"]) == 2


async def test_the_directory_and_somebody_by_hand_at_once_know_one_person(sender) -> None:
    ada, directory = sender
    at = f"organisations/{directory.org['id']}/members"
    for _ in range(5):
        before = await wiring.organisations.store().count_members(directory.org["id"])
        sent = somebody()
        known = {"name": "Grace", "email": sent["emails"][0]["value"]}
        by_scim, by_hand = await asyncio.gather(
            directory.send("POST", "Users", sent), ada.api("POST", at, json=known)
        )
        assert by_scim.status_code == 201, by_scim.text
        assert by_hand.status_code in (201, 409), by_hand.text
        if by_hand.status_code == 201:
            assert by_hand.json()["id"] == by_scim.json()["id"]
        assert await wiring.organisations.store().count_members(directory.org["id"]) == before + 1


async def test_changes_at_once_are_all_made(sender) -> None:
    _, directory = sender
    made = await directory.made()
    at = f"Users/{made['id']}"
    answers = await asyncio.gather(
        directory.patch(at, {"op": "replace", "path": "title", "value": "Captain"}),
        directory.patch(at, {"op": "replace", "path": "displayName", "value": "Somebody"}),
        directory.patch(at, {"op": "replace", "path": f"{ENTERPRISE}:department", "value": "Navy"}),
    )
    assert {answer.status_code for answer in answers} == {204}
    read = await directory.read(at)
    assert (read["title"], read["displayName"]) == ("Captain", "Somebody")
    assert read[ENTERPRISE]["department"] == "Navy"


async def test_a_change_from_an_older_version_is_refused(sender) -> None:
    _, directory = sender
    made = await directory.send("POST", "Users", somebody())
    at, old = f"Users/{made.json()['id']}", made.headers["etag"]
    change = {"op": "replace", "path": "title", "value": "Captain"}
    assert (await directory.patch(at, change, **{"If-Match": old})).status_code == 204
    assert (await directory.patch(at, change | {"value": "x"}, **{"If-Match": old})).status_code == 412
    assert (await directory.send("DELETE", at, **{"If-Match": old})).status_code == 412
    read = await directory.send("GET", at)
    assert read.headers["etag"] != old
    same = await directory.send("GET", at, **{"If-None-Match": read.headers["etag"]})
    assert same.status_code == 304


async def test_a_change_that_changes_nothing_leaves_the_version(sender) -> None:
    _, directory = sender
    made = await directory.send("POST", "Users", somebody())
    at = f"Users/{made.json()['id']}"
    answer = await directory.patch(at, {"op": "replace", "path": "title", "value": "Programmer"})
    assert answer.headers["etag"] == made.headers["etag"]


async def test_people_are_listed_by_pages(sender) -> None:
    _, directory = sender
    made = [await directory.made() for _ in range(5)]
    await directory.patch(f"Users/{made[0]['id']}", OFF)
    seen = list[str]()
    for first in (1, 3, 5):
        page = await directory.read(f"Users?startIndex={first}&count=2&attributes=userName")
        assert (page["totalResults"], page["startIndex"]) == (5, first)
        assert all(set(each) <= {"schemas", "id", "userName", "meta"} for each in page["Resources"])
        seen += [each["id"] for each in page["Resources"]]
    assert sorted(seen) == sorted(each["id"] for each in made)
    past = await directory.read("Users?startIndex=6")
    assert (past["totalResults"], past.get("Resources", [])) == (5, [])


async def test_somebody_added_again_by_hand_is_not_listed_twice(sender) -> None:
    ada, directory = sender
    made = await directory.made()
    await directory.patch(f"Users/{made['id']}", OFF)
    known = {"name": "Grace", "email": made["emails"][0]["value"]}
    again = await ada.api("POST", f"organisations/{directory.org['id']}/members", json=known)
    assert (again.status_code, again.json()["id"]) == (201, made["id"])
    assert (await directory.read("Users"))["totalResults"] == 0
    back = await directory.send(
        "POST", "Users", somebody(userName=made["userName"]) | {"emails": made["emails"]}
    )
    assert (back.status_code, back.json()["id"]) == (201, made["id"]), back.text
    assert (await directory.read("Users"))["totalResults"] == 1


async def test_inactive_people_can_be_changed(sender) -> None:
    _, directory = sender
    made = await directory.made()
    at, word = f"Users/{made['id']}", secrets.token_hex(8)
    await directory.patch(at, OFF)
    renamed = await directory.patch(
        at,
        {"op": "replace", "path": "userName", "value": word},
        {"op": "replace", "path": "title", "value": "Captain"},
    )
    assert renamed.status_code == 204, renamed.text
    found = await directory.read(f'Users?filter=userName eq "{word}"')
    assert [(each["id"], each["title"]) for each in found["Resources"]] == [(made["id"], "Captain")]
    assert (await directory.read(f'Users?filter=userName eq "{made["userName"]}"'))["totalResults"] == 0
    assert (await directory.patch(at, ON)).status_code == 204
    assert (await directory.read(at))["userName"] == word


async def test_a_card_follows_the_directory(sender, client) -> None:
    ada, directory = sender
    office = Office(ada, directory.org)
    await office.template(title={"mode": "locked", "value": "{title?}"})
    made = await directory.made()
    card = await office.card(made["id"])
    assert "Programmer" in await page_of(client, card)
    await directory.patch(f"Users/{made['id']}", {"op": "replace", "path": "title", "value": "Rear Admiral"})
    assert "Rear Admiral" in await page_of(client, card)
    await directory.patch(f"Users/{made['id']}", OFF)
    assert "Rear Admiral" not in await page_of(client, card)
    await directory.patch(f"Users/{made['id']}", ON)
    assert "Rear Admiral" in await page_of(client, card)


async def test_twenty_five_a_second_pass_and_far_more_are_told_to_wait(sender, monkeypatch) -> None:
    _, directory = sender
    assert DIRECTORY_REQUESTS.most / DIRECTORY_REQUESTS.seconds >= 25
    answers = [await directory.send("GET", "Users?count=0") for _ in range(50)]
    assert {answer.status_code for answer in answers} == {200}

    async def refuse(*_: object) -> None:
        raise TooManyRequests(7)

    monkeypatch.setattr(type(wiring.accounts.limiter()), "take", refuse)
    refused = await directory.send("GET", "Users")
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "7")
    assert refused.json()["status"] == "429"


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "Users", b"{", 400),
        ("POST", "Users", b"[]", 400),
        ("POST", "Users", b'"x"', 400),
        ("POST", "Users", b"\xff", 400),
        ("POST", "Users", b"{}" + b" " * 300_000, 413),
        ("PATCH", "Users/mem_x", b"{}", 400),
        ("PUT", "Users/mem_x", b"{}", 404),
        ("POST", "Bulk", b"{}", 501),
        ("GET", "Me", b"", 501),
        ("DELETE", "Users", b"", 405),
        ("GET", "Nothing", b"", 404),
        ("GET", "Users?count=x", b"", 400),
        ("GET", "Users?sortBy=userName", b"", 501),
    ],
)
async def test_bad_requests_are_told_in_the_form_of_scim(sender, method, path, body, status) -> None:
    _, directory = sender
    headers = {
        "Authorization": f"Bearer {directory.token}",
        "Content-Type": "application/scim+json",
    }
    answer = await directory.http.request(method, f"/scim/v2/{path}", content=body, headers=headers)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/scim+json"
    assert answer.json()["status"] == str(status)


@pytest.mark.parametrize("act", ["make", "change", "off", "on", "delete"])
async def test_what_was_stored_is_told_as_done_though_the_answer_was_lost(sender, order, act) -> None:
    _, directory = sender
    made = await directory.made()
    at, sent = f"Users/{made['id']}", somebody()
    if act == "on":
        await directory.patch(at, OFF)
    asked = {
        "make": lambda: directory.send("POST", "Users", sent),
        "change": lambda: directory.patch(at, {"op": "replace", "path": "title", "value": "Captain"}),
        "off": lambda: directory.patch(at, OFF),
        "on": lambda: directory.patch(at, ON),
        "delete": lambda: directory.send("DELETE", at),
    }[act]
    await order({"match": {"operation": "batch"}, "action": "lost_answer", "times": 1})
    answer = await asked()
    await order()
    assert answer.status_code == (201 if act == "make" else 204), answer.text
    people = await directory.read("Users")
    assert people["totalResults"] == {"make": 2, "delete": 0}.get(act, 1)
    if act == "change":
        assert people["Resources"][0]["title"] == "Captain"
    if act in ("on", "off"):
        assert people["Resources"][0]["active"] is (act == "on")
