"""The API's description says what the app does: no more, no less."""

from typing import Any

import pytest


@pytest.fixture(scope="module")
async def document(client) -> dict:
    return (await client().get("/api/v1/openapi.json")).json()


def routes(host) -> set[tuple[str, str]]:
    """Routes that the host serves under /api/, from the functions' own bindings."""
    triggers = [function.trigger for function in host.functions.values() if function.kind == "httpTrigger"]
    return {
        (method.upper(), f"/{trigger['route']}")
        for trigger in triggers
        for method in trigger.get("methods", [])
        if trigger["route"].startswith("api/")
    }


def described(document: dict) -> set[tuple[str, str]]:
    return {(method.upper(), path) for path, item in document["paths"].items() for method in item}


def test_the_description_equals_the_routes_in_both_directions(host, document) -> None:
    assert described(document) == routes(host)


def test_a_route_that_is_not_described_would_be_seen(host, document) -> None:
    del document["paths"]["/api/v1/account"]
    assert described(document) != routes(host)


def operations(document: dict) -> list[dict]:
    return [operation for item in document["paths"].values() for operation in item.values()]


def references(part: Any) -> set[str]:
    """Every `$ref` in a part of the document."""
    if isinstance(part, dict):
        own = {part["$ref"]} if isinstance(part.get("$ref"), str) else set()
        return own.union(*map(references, part.values()))
    return set().union(*map(references, part)) if isinstance(part, list) else set()


def test_every_reference_leads_to_a_schema(document) -> None:
    """Also where two models have one name."""
    schemas = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    assert references(document) <= schemas


async def test_every_create_leads_on(document) -> None:
    creates = [operation for operation in operations(document) if "201" in operation["responses"]]
    assert len(creates) > 8
    schemas = document["components"]["schemas"]
    for operation in creates:
        created = operation["responses"]["201"]
        made = created["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
        # What an organisation has one of has no id, and its place leads to it.
        if not {"id", "data"} & schemas[made]["properties"].keys():
            continue
        assert "links" in created, operation["operationId"]
        # Several that are made together have a version each.
        several = created["content"]["application/json"]["schema"]["$ref"].endswith("/Invitations")
        assert created["headers"].keys() == ({"Location"} if several else {"ETag", "Location"})
        names = {other["operationId"] for other in operations(document)}
        assert created["links"]
        assert {link["operationId"] for link in created["links"].values()} <= names


def test_it_is_3_1_and_every_refusal_is_a_problem(document) -> None:
    assert document["openapi"].startswith("3.1")
    for operation in operations(document):
        for status, response in operation["responses"].items():
            if status >= "400":
                assert list(response["content"]) == ["application/problem+json"]
