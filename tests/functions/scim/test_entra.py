"""What Microsoft Entra sends, in its own shapes: a request, what is answered and what is so then."""

from typing import Any, NamedTuple

import pytest

from tests.functions.scim.directories import ENTERPRISE, GROUP, USER, connected, somebody

_MICROSOFT_GROUP = "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"


class Row(NamedTuple):
    """`so` are values of the person, by a path of their JSON."""

    name: str
    operations: list[dict[str, Any]]
    so: dict[str, Any]
    status: int = 204


def _replace(path: str, value: Any, op: str = "Replace") -> dict[str, Any]:
    return {"op": op, "path": path, "value": value}


def _merge(value: dict[str, Any], op: str = "Replace") -> dict[str, Any]:
    return {"op": op, "value": value}


ROWS = (
    Row("capitals of operations", [_replace("title", "Captain", "Add")], {"title": "Captain"}),
    Row("small letters", [_replace("title", "Captain", "replace")], {"title": "Captain"}),
    Row("active as a text", [_replace("active", "False")], {"active": False}),
    Row("active as a small text", [_replace("active", "false")], {"active": False}),
    Row("active as a truth value", [_replace("active", False)], {"active": False}),
    Row("active without a path", [_merge({"active": "False"})], {"active": False}),
    Row("active as it is", [_replace("active", "True")], {"active": True}),
    Row(
        "dotted names without a path",
        [_merge({"name.givenName": "Ada", "name.familyName": "King"})],
        {"name.givenName": "Ada", "name.familyName": "King"},
    ),
    Row(
        "names of the extension without a path",
        [_merge({f"{ENTERPRISE}:department": "Navy", "displayName": "Ada King"})],
        {"displayName": "Ada King", f"{ENTERPRISE}#department": "Navy"},
    ),
    Row(
        "a value of an entry that is there",
        [_replace('emails[type eq "work"].value', "ada@example.com")],
        {"emails": [{"value": "ada@example.com", "type": "work", "primary": True}]},
    ),
    Row(
        "a value of an entry that is not there",
        [_replace('phoneNumbers[type eq "mobile"].value', "+46 70 174 06 05", "Add")],
        {
            "phoneNumbers": [
                {"value": "+44 20 7946 0000", "type": "work"},
                {"value": "+46 70 174 06 05", "type": "mobile"},
            ]
        },
    ),
    Row(
        "what we do not keep",
        [
            _replace('addresses[type eq "work"].locality', "Arlington", "Add"),
            _replace('roles[primary eq "True"].value', "x", "Add"),
            _replace("urn:ietf:params:scim:schemas:extension:own:2.0:User:tag", "x", "Add"),
            _replace("title", "Captain"),
        ],
        {"title": "Captain"},
    ),
    Row("a manager as a text", [_replace(f"{ENTERPRISE}:manager", "mem_x", "Add")], {"title": "Programmer"}),
    Row(
        "a manager in a list",
        [_replace(f"{ENTERPRISE}:manager", [{"value": "mem_x"}], "Add")],
        {"title": "Programmer"},
    ),
    Row("nothing of a title", [{"op": "Remove", "path": "title"}], {"title": None}),
    Row("another user name", [_replace("userName", "Ada@x.example")], {"userName": "Ada@x.example"}),
    Row("several at once", [_replace("title", "A"), _replace("title", "B")], {"title": "B"}),
    Row("a number as it was written", [_replace('phoneNumbers[type eq "work"].value', "tel:0046-70")],
        {"phoneNumbers": [{"value": "tel:0046-70", "type": "work"}]}),
    Row("no address", [_replace('emails[type eq "work"].value', "nobody")], {"title": "Programmer"}, 400),
    Row("an operation that is none", [_replace("title", "x", "move")], {"title": "Programmer"}, 400),
)  # fmt: skip


def value_at(resource: dict[str, Any], path: str) -> Any:
    extension, _, rest = path.rpartition("#")
    found: Any = resource.get(extension, {}) if extension else resource
    for part in (rest,) if extension else path.split("."):
        found = (found or {}).get(part)
    return found


@pytest.fixture
async def directory(signed_in, client):
    return await connected(await signed_in(), client)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
async def test_a_change_of_a_person(directory, row: Row) -> None:
    made = await directory.made()
    answer = await directory.patch(f"Users/{made['id']}", *row.operations)
    assert answer.status_code == row.status, answer.text
    read = await directory.read(f"Users/{made['id']}")
    assert {path: value_at(read, path) for path in row.so} == row.so


async def test_the_random_person_of_the_connection_test_is_not_there_and_no_fault(directory) -> None:
    found = await directory.send("GET", 'Users?filter=userName+eq+"f0cea4a0-9a52-4f8e-8a1e-4f0f2a4a6a1e"')
    assert (found.status_code, found.json()["totalResults"]) == (200, 0)


@pytest.mark.parametrize(
    "wanted",
    [
        "externalId eq jyoung",
        'userName co "a"',
        'userName eq "a" or userName eq "b"',
        'not (userName eq "a")',
        "userName pr",
        'title eq "x"',
        'emails[type eq "work" and value eq "a"]',
        "userName eq",
    ],
)
async def test_a_filter_that_is_not_supported_is_said_to_be_so(directory, wanted: str) -> None:
    answer = await directory.http.get(
        "/scim/v2/Users", params={"filter": wanted}, headers={"Authorization": f"Bearer {directory.token}"}
    )
    assert (answer.status_code, answer.json()["scimType"]) == (400, "invalidFilter"), answer.text


async def test_a_person_of_entra_is_made_with_what_we_do_not_keep(directory) -> None:
    sent = somebody(
        schemas=[USER, ENTERPRISE, "urn:ietf:params:scim:schemas:extension:own:2.0:User"],
        addresses=[{"type": "work", "locality": "Arlington"}],
        roles=[],
        preferredLanguage="sv",
    )
    sent[ENTERPRISE] |= {"manager": "somebody", "costCenter": "1"}
    answer = await directory.send("POST", "Users", sent)
    assert answer.status_code == 201, answer.text
    assert "addresses" not in answer.json()


async def test_who_has_no_address_has_that_of_the_user_name(directory) -> None:
    sent = somebody()
    del sent["emails"], sent["active"]
    made = await directory.send("POST", "Users", sent)
    assert made.json()["emails"][0]["value"] == sent["userName"], made.text
    assert made.json()["active"] is True
    nameless = {name: value for name, value in somebody(userName="grace").items() if name != "emails"}
    refused = await directory.send("POST", "Users", nameless)
    assert refused.status_code == 400
    assert "emails" in refused.json()["detail"]


async def test_groups_as_entra_keeps_them(directory) -> None:
    people = [await directory.made() for _ in range(3)]
    ids = [each["id"] for each in people]
    new = {"schemas": [GROUP, _MICROSOFT_GROUP], "displayName": "Navy", "externalId": "guid", "members": []}
    made = await directory.send("POST", "Groups", new)
    assert made.status_code == 201, made.text
    at = f"Groups/{made.json()['id']}"
    twice = await directory.send("POST", "Groups", new | {"displayName": "navy"})
    assert (twice.status_code, twice.json()["scimType"]) == (409, "uniqueness")
    found = await directory.read('Groups?excludedAttributes=members&filter=displayName eq "Navy"')
    assert [each["id"] for each in found["Resources"]] == [made.json()["id"]]
    added = await directory.patch(
        at, {"op": "Add", "path": "members", "value": [{"$ref": None, "value": each} for each in ids]}
    )
    assert (added.status_code, added.text) == (204, "")
    assert await members(directory, at) == set(ids)
    assert "members" not in await directory.read(f"{at}?excludedAttributes=members")
    steps = (
        ({"op": "Remove", "path": "members", "value": [{"$ref": None, "value": ids[0]}]}, set(ids[1:])),
        ({"op": "Remove", "path": f'members[value eq "{ids[1]}"]'}, {ids[2]}),
        ({"op": "Replace", "path": "members", "value": [{"value": ids[0]}]}, {ids[0]}),
        ({"op": "Add", "value": {"members": [{"value": ids[1]}]}}, {ids[0], ids[1]}),
        ({"op": "Remove", "path": "members"}, set()),
    )
    for operation, left in steps:
        answer = await directory.patch(at, operation)
        assert answer.status_code == 204, answer.text
        assert await members(directory, at) == left, operation
    renamed = await directory.patch(
        at,
        {"op": "Replace", "value": {"id": made.json()["id"], "displayName": "Marines"}},
        {"op": "Add", "path": "members", "value": [{"value": ids[0]}]},
    )
    assert renamed.status_code == 204, renamed.text
    read = await directory.read(at)
    assert (read["displayName"], read["externalId"]) == ("Marines", "guid")
    assert await members(directory, at) == {ids[0]}
    unknown = await directory.patch(at, {"op": "Add", "path": "members", "value": [{"value": "mem_x"}]})
    assert (unknown.status_code, unknown.json()["scimType"]) == (400, "invalidValue")
    assert (await directory.send("DELETE", at)).status_code == 204
    assert (await directory.send("GET", at)).status_code == 404
    assert (await directory.send("POST", "Groups", new | {"displayName": "Marines"})).status_code == 201


async def members(directory, at: str) -> set[str]:
    return {each["value"] for each in (await directory.read(at)).get("members", [])}


async def test_who_is_switched_off_and_on_again_is_in_their_groups(directory) -> None:
    """Entra says nothing more of a membership that did not change."""
    made, other = await directory.made(), await directory.made()
    group = await directory.group("Navy", made["id"], other["id"])
    at = f"Users/{made['id']}"
    await directory.patch(at, {"op": "Replace", "path": "active", "value": "False"})
    assert await members(directory, f"Groups/{group['id']}") == {made["id"], other["id"]}
    late = await directory.group("Late", made["id"])
    gone = await directory.group("Gone", made["id"])
    await directory.send("DELETE", f"Groups/{gone['id']}")
    await directory.patch(at, {"op": "Replace", "path": "active", "value": "True"})
    for each, count in ((group, 2), (late, 1)):
        assert made["id"] in await members(directory, f"Groups/{each['id']}")
        assert await size_of(directory, each["id"]) == count


async def size_of(directory, team_id: str) -> int:
    import wiring.organisations.teams  # noqa: PLC0415 - what the host loaded

    return await wiring.organisations.teams.store().size(directory.org["id"], team_id)


async def test_a_team_that_is_there_is_the_group_of_its_name(signed_in, client) -> None:
    ada = await signed_in()
    directory = await connected(ada, client)
    team = await ada.api("POST", f"organisations/{directory.org['id']}/teams", json={"name": "Navy"})
    found = await directory.read('Groups?filter=displayName eq "Navy"')
    assert [each["id"] for each in found["Resources"]] == [team.json()["id"]]
