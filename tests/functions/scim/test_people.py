"""People by SCIM: made, linked, changed, taken out and brought back by the directory of an organisation."""

import pytest

import wiring.organisations
from tests.functions.scim.directories import ENTERPRISE, connected, somebody


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
