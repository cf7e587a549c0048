"""The requests of Microsoft's own collection for servers of SCIM, with what it expects of each.

After `PostmanCollection.json` of AzureAD/SCIMReferenceCode (MIT), with names of ours. Left out is what that
server has beyond what Entra asks for: other operators of filters, addresses, tokens of its own; and that one
address is of several people.
"""

import re
from typing import Any, NamedTuple

import pytest

from tests.functions.scim.directories import ENTERPRISE, GROUP, PATCH, USER, connected, somebody


class Step(NamedTuple):
    """`keeps` names the id of the answer for later steps, which write it as `<name>`."""

    name: str
    method: str
    path: str
    status: int
    body: Any = None
    keeps: str = ""
    has: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()


def person(name: str, **more: Any) -> dict[str, Any]:
    return {
        "userName": name,
        "active": True,
        "displayName": f"{name} shown",
        "schemas": [USER],
        "externalId": f"external {name}",
        "name": {"formatted": "Grace Hopper", "familyName": "Hopper", "givenName": "Grace"},
        "emails": [
            {"Primary": False, "type": "home", "value": f"{name}.home@example.com"},
            {"Primary": True, "type": "work", "value": f"{name}@example.com"},
        ],
    } | more


def full(name: str, **more: Any) -> dict[str, Any]:
    """Somebody with nulls, and with what we do not keep."""
    return person(
        name,
        addresses=[{"country": None, "formatted": "x", "type": "other", "primary": False}],
        meta={"created": "2019-09-18T18:15:26.5788954+00:00", "resourceType": "User"},
        phoneNumbers=[
            {"type": "fax", "primary": False, "value": "312-320-0500"},
            {"type": "mobile", "primary": False, "value": "312-320-1707"},
            {"type": "work", "primary": True, "value": "312-320-0932"},
        ],
        preferredLanguage="xh",
        roles=[],
        title="Site engineer",
        **more,
    )


def patch(*operations: dict[str, Any]) -> dict[str, Any]:
    return {"schemas": [PATCH], "Operations": list(operations)}


def group(name: str, *members: str, **more: Any) -> dict[str, Any]:
    people = [{"value": each, "display": "VP"} for each in members]
    return {
        "schemas": [GROUP],
        "displayName": name,
        "externalId": f"external {name}",
        "members": people,
    } | more


ADD = {
    "name": "addMember",
    "op": "add",
    "path": "members",
    "value": [{"displayName": "new", "value": "<four>"}],
}

STEPS = (
    Step("no users", "GET", "users", 200),
    Step("no groups", "GET", "Groups", 200),
    Step("resource types", "GET", "ResourceTypes", 200, has=('"/Users"',)),
    Step("capabilities", "GET", "ServiceProviderConfig", 200, has=('"patch": {"supported": true}',)),
    Step("schemas", "GET", "Schemas", 200, has=(USER, ENTERPRISE, GROUP)),
    Step("a user", "POST", "Users", 201, person("one"), "one", ('"one@example.com"',), ("home",)),
    Step(
        "a user of an enterprise, in capitals",
        "POST",
        "Users",
        201,
        person(
            "two",
            schemas=[ENTERPRISE, USER],
            **{ENTERPRISE: {"Department": "bob", "Manager": {"Value": "SuzzyQ"}}},
        ),
        "two",
        ('"department": "bob"',),
    ),
    Step("the first", "GET", "Users/<one>", 200, has=("<one>",)),
    Step("the second", "GET", "Users/<two>", 200, has=("<two>",)),
    Step(
        "some attributes", "GET", "Users?attributes=userName,emails", 200, has=("<one>",), lacks=("Hopper",)
    ),
    Step("by name", "GET", 'Users/?filter=DisplayName+eq+"one shown"', 200, has=("<one>",), lacks=("<two>",)),
    Step("by user name", "GET", 'Users?filter=userName+eq+"TWO"', 200, has=("<two>",), lacks=("<one>",)),
    Step(
        "another user name",
        "PATCH",
        "Users/<one>",
        204,
        patch({"op": "Replace", "path": "userName", "value": "renamed"}),
    ),
    Step("renamed", "GET", "Users/<one>", 200, has=('"userName": "renamed"',)),
    Step(
        "off, by a truth value",
        "PATCH",
        "Users/<one>",
        204,
        patch({"op": "Replace", "path": "active", "value": False}),
    ),
    Step("off", "GET", "Users/<one>", 200, has=('"active": false',)),
    Step(
        "replaced while off",
        "PUT",
        "Users/<one>",
        200,
        full("malley", active=False, id="<one>"),
        has=('"active": false', '"userName": "malley"', "312-320-0932"),
    ),
    Step(
        "on, by a text",
        "PATCH",
        "Users/<one>",
        204,
        patch({"op": "Replace", "path": "active", "value": "True"}),
    ),
    Step("on", "GET", "Users/<one>", 200, has=('"active": true', "312-320-1707"), lacks=("312-320-0500",)),
    Step("full", "POST", "Users", 201, full("three"), "three", ("Site engineer",)),
    Step("once more", "POST", "Users", 409, full("three"), has=("detail",)),
    Step("one more", "POST", "Users", 201, person("four"), "four"),
    Step("a page", "GET", "Users?startIndex=1&count=2", 200, has=('"totalResults": 4', '"itemsPerPage": 2')),
    Step("an empty group", "POST", "Groups", 201, group("first"), "team"),
    Step("a group", "POST", "Groups", 201, group("second", "<three>"), "filled", ("<three>",)),
    Step("another group", "POST", "Groups", 201, group("third"), "other"),
    Step("replaced", "PUT", "Groups/<other>", 200, group("put", "<three>", "<four>", id="<other>")),
    Step("replaced with members", "GET", "Groups/<other>", 200, has=("<three>", "<four>", '"put"')),
    Step("a member", "PATCH", "Groups/<team>", 204, patch(ADD)),
    Step("with it", "GET", "Groups/<team>", 200, has=("<four>",)),
    Step(
        "without it",
        "PATCH",
        "Groups/<team>",
        204,
        patch({"op": "remove", "path": 'members[value eq "<four>"]'}),
    ),
    Step("none", "GET", "Groups/<team>", 200, lacks=("<four>",)),
    Step("again", "PATCH", "Groups/<team>", 204, patch(ADD)),
    Step("nobody", "PATCH", "Groups/<team>", 204, patch({"op": "remove", "path": "members"})),
    Step("really", "GET", "Groups/<team>", 200, lacks=("<four>",)),
    Step(
        "renames",
        "PATCH",
        "Groups/<team>",
        204,
        patch({"op": "Replace", "path": "displayName", "value": "new"}),
    ),
    Step("by name", "GET", 'Groups?filter=displayName eq "new"', 200, has=("<team>",), lacks=("<other>",)),
    Step("no members", "GET", "Groups/<other>?excludedAttributes=members", 200, lacks=("<three>",)),
    Step("gone", "DELETE", "Users/<three>", 204),
    Step("not there", "GET", "Users/<three>", 404, has=("detail",)),
    Step("not in groups", "GET", "Groups/<filled>", 200, lacks=("<three>",)),
    Step("deleted", "DELETE", "Groups/<filled>", 204),
    Step("no group", "GET", "Groups/<filled>", 404),
    Step("no name", "POST", "Users", 400, {"schemas": [USER], "displayName": "x"}),
    Step("nothing", "DELETE", "Users/<three>", 404),
)


@pytest.fixture
async def directory(signed_in, client):
    return await connected(await signed_in(), client)


async def test_the_requests_of_the_collection_get_what_it_expects(directory) -> None:
    ids: dict[str, str] = {}

    def filled(said: Any) -> Any:
        if isinstance(said, dict):
            return {name: filled(each) for name, each in said.items()}
        if isinstance(said, list):
            return [filled(each) for each in said]
        return re.sub("<(\\w+)>", lambda found: ids[found[1]], said) if isinstance(said, str) else said

    for step in STEPS:
        body = None if step.body is None else filled(step.body)
        answer = await directory.send(step.method, filled(step.path), body)
        assert answer.status_code == step.status, f"{step.name}: {answer.text}"
        if step.keeps:
            ids[step.keeps] = answer.json()["id"]
        assert all(filled(each) in answer.text for each in step.has), f"{step.name}: {answer.text}"
        assert not any(filled(each) in answer.text for each in step.lacks), f"{step.name}: {answer.text}"


async def test_what_is_no_text_or_nested_too_deep_is_refused(directory) -> None:
    deep = await directory.http.post(
        "/scim/v2/Users", content='{"a":' * 50_000, headers={"Authorization": f"Bearer {directory.token}"}
    )
    half = [
        await directory.send("GET", 'Users?filter=userName eq "\\ud800"'),
        await directory.send("POST", "Users", somebody(userName="\ud800@flow-matic.example")),
    ]
    for answer in (deep, *half):
        assert (answer.status_code, answer.json()["status"]) == (400, "400"), answer.text
