"""Faults a test may order, and the record of calls."""

import time

import aiohttp
import pytest
from azure.cosmos.aio import ContainerProxy
from azure.cosmos.exceptions import (
    CosmosHttpResponseError,
    CosmosResourceExistsError,
    CosmosResourceNotFoundError,
)

from tests.local.cosmos.running import KEY


@pytest.fixture(autouse=True)
async def _clean(server):
    await server.door("DELETE", "faults")
    await server.door("DELETE", "calls")
    yield
    await server.door("DELETE", "faults")


async def test_the_sdk_waits_out_a_throttled_write(server, container: ContainerProxy):
    rule = {"match": {"operation": "create"}, "action": "status", "status": 429, "substatus": 3200}
    await server.door("POST", "faults", [rule | {"retryAfterMs": 5, "times": 3}])
    await container.create_item({"id": "1", "owner": "a"})
    calls = [c for c in await server.calls() if c["path"].endswith("/docs")]
    assert [c["status"] for c in calls] == [429, 429, 429, 201]


async def test_throttling_without_end_reaches_the_caller(server, container: ContainerProxy):
    rule = {"match": {"operation": "patch"}, "action": "status", "status": 429, "retryAfterMs": 1}
    await server.door("POST", "faults", [rule | {"times": 50}])
    with pytest.raises(CosmosHttpResponseError) as throttled:
        await container.patch_item("1", "a", [{"op": "set", "path": "/n", "value": 1}])
    assert throttled.value.status_code == 429


async def test_a_lost_answer_was_still_applied(server, container: ContainerProxy):
    lost = {"match": {"method": "POST", "path": "/docs$"}, "action": "lost_answer"}
    await server.door("POST", "faults", [lost])
    with pytest.raises(CosmosResourceExistsError):  # the aio SDK tries again by itself and meets its own item
        await container.create_item({"id": "1", "owner": "a"})
    assert (await container.read_item("1", "a"))["id"] == "1"
    await server.door("POST", "faults", [lost])
    await container.upsert_item({"id": "1", "owner": "a", "n": 1})
    calls = [c for c in await server.calls() if c["path"].endswith("/docs")]
    assert [(c["operation"], c["status"]) for c in calls] == [
        ("create", 201),
        ("create", 409),
        ("upsert", 200),
        ("upsert", 200),
    ]


async def test_an_outage_changes_nothing(server, container: ContainerProxy):
    rule = {"match": {"operation": "batch"}, "action": "status", "status": 503, "times": 50}
    await server.door("POST", "faults", [rule])
    with pytest.raises(CosmosHttpResponseError) as down:
        await container.execute_item_batch([("create", ({"id": "1", "owner": "a"},))], "a")
    assert down.value.status_code == 503
    with pytest.raises(CosmosResourceNotFoundError):
        await container.read_item("1", "a")


async def test_an_answer_may_be_slow(server, container: ContainerProxy):
    await container.create_item({"id": "1", "owner": "a"})
    await server.door("POST", "faults", [{"match": {"operation": "read"}, "action": "delay", "delayMs": 60}])
    started = time.monotonic()
    await container.read_item("1", "a")
    assert time.monotonic() - started >= 0.06


async def test_calls_are_recorded_with_their_charge(server, container: ContainerProxy):
    await container.create_item({"id": "1", "owner": "a"})
    await container.read_item("1", "a")
    recorded = [c for c in await server.calls() if "/docs" in c["path"]]
    assert [(c["operation"], c["method"], c["status"]) for c in recorded] == [
        ("create", "POST", 201),
        ("read", "GET", 200),
    ]
    assert [c["charge"] for c in recorded][1] == 1
    assert recorded[1]["path"].endswith("/docs/1")


@pytest.mark.parametrize(
    "rules", [{}, [{}], [{"action": "explode"}], [{"action": "delay", "match": {"x": 1}}]]
)
async def test_a_fault_that_is_not_understood_is_refused(server, rules):
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{server.url}/_local/faults", json=rules, headers={"x-local-key": KEY}) as answer,
    ):
        assert answer.status == (204 if rules == {} else 400)
