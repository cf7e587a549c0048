"""What directories ask most is answered without the library, in its very words."""

from urllib.parse import quote

import pytest

import wiring.organisations
from functions.scim import door
from tests.functions.scim.directories import ENTERPRISE, Sender, connected, somebody

OFF = {"op": "replace", "path": "active", "value": False}
BARE = {"displayName": None, "name": None, "title": None, "phoneNumbers": None, ENTERPRISE: None}
PEOPLE = {
    "all that is kept": {},
    "as little as possible": BARE | {"externalId": None},
    "two phones": {"phoneNumbers": [{"value": "1", "type": "mobile"}, {"value": "2", "type": "work"}]},
    "other letters": {"displayName": "Łukasz 李 \U0001f600", "title": 'a "b" \\ </script>'},
    "one of the parts": BARE | {"name": {"familyName": "Hopper"}, ENTERPRISE: {"department": "x"}},
    "a second address": {"emails": [{"value": "grace@example.com", "primary": False}]},
}


@pytest.fixture
async def directory(signed_in, client) -> Sender:
    return await connected(await signed_in(), client)


@pytest.fixture
def quick(monkeypatch) -> list[bool]:
    """Whether each request was answered without the library."""
    seen, original = list[bool](), door.quick_answer

    def remember(*given):
        told = original(*given)
        seen.append(told is not None)
        return told

    monkeypatch.setattr(door, "quick_answer", remember)
    return seen


async def same_both_ways(directory: Sender, quickly: str, by_the_library: str, quick: list[bool]) -> None:
    quick.clear()
    answers = [await directory.send("GET", path) for path in (quickly, by_the_library)]
    assert quick == [True, False]
    first, second = (
        (answer.status_code, answer.content, sorted(answer.headers.items())) for answer in answers
    )
    assert first == second


def sought(name: str, value: str) -> tuple[str, str]:
    path = f"Users?filter={quote(f'{name} eq "{value}"')}"
    return path, f"{path}&startIndex=1"


@pytest.mark.parametrize("given", PEOPLE.values(), ids=PEOPLE)
async def test_the_answers_are_those_of_the_library(directory, quick, given) -> None:
    sent = {name: value for name, value in somebody(**given).items() if value is not None}
    made = await directory.send("POST", "Users", sent)
    assert made.status_code == 201, made.text
    at = f"Users/{made.json()['id']}"
    for active in (True, False):
        await same_both_ways(directory, *sought("userName", sent["userName"].upper()), quick)
        if "externalId" in sent:
            await same_both_ways(directory, *sought("externalId", sent["externalId"]), quick)
        if active:
            await same_both_ways(directory, at, f"{at}/", quick)
            await directory.patch(at, OFF)


@pytest.mark.parametrize("name", ["userName", "externalId"])
@pytest.mark.parametrize("value", ["nobody", "n o ' body", "ö", "{}", "a,b", "x" * 300])
async def test_nobody_is_found_in_the_words_of_the_library(directory, quick, name, value) -> None:
    await same_both_ways(directory, *sought(name, value), quick)


async def test_who_is_not_of_the_directory_is_not_found(signed_in, client) -> None:
    ada = await signed_in()
    directory = await connected(ada, client)
    known = {"name": "Grace", "email": "grace@example.com", "externalId": "7"}
    by_hand = await ada.api("POST", f"organisations/{directory.org['id']}/members", json=known)
    assert by_hand.status_code == 201, by_hand.text
    deleted = await directory.made()
    assert (await directory.send("DELETE", f"Users/{deleted['id']}")).status_code == 204
    for item in (by_hand.json()["id"], deleted["id"]):
        assert (await directory.send("GET", f"Users/{item}")).status_code == 404
    for path in (sought("externalId", "7")[0], sought("userName", deleted["userName"])[0]):
        assert (await directory.read(path))["totalResults"] == 0


@pytest.mark.parametrize(
    "path",
    [
        "Users/{id}?attributes=title",
        "users/{id}",
        'Users?filter=title eq "x"',
        'Users?filter=userName eq "a\\u0062"',
        'Users?filter=userName ne "x"',
        'Users?filter=userName eq "x" and externalId eq "y"',
        'Users?filter=userName eq "x"&filter=userName eq "y"',
        'Users?filter=userName eq "x"&attributes=userName',
        "Users",
        "Users?filter=",
    ],
)
async def test_what_is_asked_in_another_way_is_for_the_library(directory, quick, path) -> None:
    made = await directory.made()
    quick.clear()
    await directory.send("GET", path.replace("{id}", made["id"]))
    assert quick == [False]


async def test_who_knows_the_version_already_is_told_so(directory, quick) -> None:
    made = await directory.made()
    same = await directory.send("GET", f"Users/{made['id']}", **{"If-None-Match": made["meta"]["version"]})
    assert (same.status_code, quick[-1]) == (304, False)


async def test_a_change_that_meets_another_is_made_of_what_is_stored_then(directory, monkeypatch) -> None:
    made = await directory.made()
    store = wiring.organisations.directory.store()
    opened, meanwhile = store.opened, [True]

    async def late(*given):
        found = await opened(*given)
        if meanwhile and meanwhile.pop():
            await directory.patch(
                f"Users/{made['id']}", {"op": "replace", "path": "title", "value": "Captain"}
            )
        return found

    monkeypatch.setattr(store, "opened", late)
    mobile = {"op": "add", "path": 'phoneNumbers[type eq "mobile"].value', "value": "+46 70 1"}
    assert (await directory.patch(f"Users/{made['id']}", mobile)).status_code == 204
    read = await directory.read(f"Users/{made['id']}")
    assert (read["title"], len(read["phoneNumbers"])) == ("Captain", 2)


async def test_a_read_whose_answer_was_lost_is_made_again(directory, order) -> None:
    made = await directory.made()
    await order({"match": {"operation": "read_batch"}, "action": "lost_answer", "times": 1})
    assert (await directory.send("GET", f"Users/{made['id']}")).status_code == 200


async def test_who_asks_while_the_store_is_down_is_told_to_come_again(directory, order) -> None:
    made = await directory.made()
    await order({"match": {"operation": "read_batch"}, "action": "status", "status": 503, "times": 50})
    answer = await directory.send("GET", f"Users/{made['id']}")
    await order()
    assert (answer.status_code, answer.headers["content-type"]) == (503, "application/scim+json")
    assert (await directory.send("GET", f"Users/{made['id']}")).status_code == 200
