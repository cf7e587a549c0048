"""Faults a test may order, and the record of calls."""

import asyncio
import time

import aiohttp
import pytest
import pytest_asyncio
from azure.cosmos.aio import ContainerProxy
from azure.cosmos.exceptions import (
    CosmosHttpResponseError,
    CosmosResourceExistsError,
    CosmosResourceNotFoundError,
)

from tests.local.cosmos.running import KEY, aio_client


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


SHORT = {"action": "short_pages", "match": {"path": "/docs$"}}


async def pages(container: ContainerProxy, text: str, **options) -> list[list]:
    found = container.query_items(text, partition_key="a", **options).by_page()
    return [[row async for row in page] async for page in found]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("SELECT VALUE c.n FROM c", [0, 1, 2, 3, 4]),
        ("SELECT VALUE c.n FROM c ORDER BY c.n DESC", [4, 3, 2, 1, 0]),
        ("SELECT TOP 3 VALUE c.n FROM c", [0, 1, 2]),
        ("SELECT VALUE c.n FROM c OFFSET 1 LIMIT 3", [1, 2, 3]),
        ("SELECT DISTINCT VALUE c.half FROM c ORDER BY c.half", [0, 1, 2]),
        ("SELECT VALUE c.half FROM c GROUP BY c.half", [0, 1, 2]),
        ("SELECT VALUE COUNT(1) FROM c", [5]),
        ("SELECT VALUE c.n FROM c WHERE c.n > 9", []),
    ],
)
async def test_short_and_empty_pages_together_are_the_whole_answer(server, container, text, rows):
    for number in range(5):
        await container.create_item({"id": str(number), "owner": "a", "n": number, "half": number // 2})
    rules = [{"action": "short_pages", "rows": 0, "times": 2}, {"action": "short_pages", "rows": 1}]
    await server.door("POST", "faults", rules)  # they leave lists of anything but items alone
    found = await pages(container, text)
    assert [len(page) for page in found if page] == [1] * len(rows)
    assert [row for page in found for row in page] == rows
    assert await answered_queries(server) >= 2 + len(rows)  # the SDK goes on by itself after an empty page


async def answered_queries(server) -> int:
    return len([c for c in await server.calls() if c["operation"] == "query" and c["status"] == 200])


async def test_an_empty_page_may_come_in_the_middle_and_short_ones_keep_to_what_was_asked(server, container):
    for number in range(5):
        await container.create_item({"id": str(number), "owner": "a", "n": number})
    rules = [
        SHORT | {"rows": 3, "times": 1},
        SHORT | {"rows": 0, "times": 1},
        SHORT | {"rows": 3, "times": 1},
    ]
    await server.door("POST", "faults", rules)
    assert await pages(container, "SELECT VALUE c.n FROM c", max_item_count=2) == [[0, 1], [2, 3], [4]]
    assert await answered_queries(server) == 4
    await server.door("POST", "faults", rules[1:])
    assert [d["n"] async for d in container.read_all_items()] == [0, 1, 2, 3, 4]


async def test_an_operation_cut_off_by_the_time_cap_is_not_done(server, container: ContainerProxy):
    await container.create_item({"id": "1", "owner": "a", "n": 1})
    await server.door("POST", "faults", [{"action": "time_cap", "match": {"path": "/docs"}, "times": 20}])
    for doing in (
        container.upsert_item({"id": "1", "owner": "a", "n": 2}),
        container.execute_item_batch([("delete", ("1",))], "a"),
        container.patch_item("1", "a", [{"op": "incr", "path": "/n", "value": 1}]),
    ):
        with pytest.raises(CosmosHttpResponseError) as cut:
            await doing
        assert cut.value.status_code == 408
    await server.door("DELETE", "faults")
    await server.door("POST", "faults", [{"action": "time_cap", "match": {"path": "/docs"}, "times": 1}])
    await server.door("DELETE", "calls")
    assert await pages(container, "SELECT VALUE c.n FROM c") == [[1]]
    assert await answered_queries(server) == 2


async def spend(container: ContainerProxy) -> None:
    """Write, all at once, what costs about twice what the container may spend in a second."""
    fat = {"owner": "a", "fat": list(range(300))}
    await asyncio.gather(*[container.upsert_item({"id": str(number), **fat}) for number in range(8)])


async def test_a_container_has_only_its_throughput_once_a_test_says_so(server, container: ContainerProxy):
    await spend(container)
    assert 429 not in {c["status"] for c in await server.calls()}  # without the mode nothing is counted
    await server.door("DELETE", "calls")
    await server.door("POST", "faults", [{"action": "throttle"}])
    await spend(container)  # the SDK waits as it is told and comes through
    calls = [c for c in await server.calls() if c["path"].endswith("/docs")]
    refused = [c for c in calls if c["status"] == 429]
    assert refused
    assert sum(c["charge"] for c in refused) == 0
    assert len(calls) - len(refused) == 8
    first = [c["status"] for c in calls].index(429)
    assert sum(c["charge"] for c in calls[:first]) >= 400


@pytest_asyncio.fixture
async def impatient(server, container: ContainerProxy):
    """The container through a client that does not wait when it is throttled."""
    async with aio_client(server.url, retry_throttle_total=-1) as client:
        yield client.get_database_client("main").get_container_client(container.id)


async def test_a_throttled_call_says_why_and_how_long(server, impatient, container: ContainerProxy):
    await server.door("POST", "faults", [{"action": "throttle", "match": {"path": container.id}}])
    with pytest.raises(CosmosHttpResponseError) as throttled:
        await spend(impatient)
    assert (throttled.value.status_code, throttled.value.sub_status) == (429, 3200)
    assert f"the 400 RU/s of 'dbs/main/colls/{container.id}' are used up" in throttled.value.message
    assert 1 <= int(throttled.value.headers["x-ms-retry-after-ms"]) < 2000


async def test_a_request_that_costs_more_than_a_second_brings_leaves_a_debt(server, impatient, container):
    fat = {"id": "1", "owner": "a", "fat": ["x" * 1000] * 1500}
    await server.door("POST", "faults", [{"action": "throttle"}])
    await container.upsert_item(fat)
    with pytest.raises(CosmosHttpResponseError) as throttled:
        await impatient.read_item("1", "a")
    wait = int(throttled.value.headers["x-ms-retry-after-ms"])
    assert wait > 500
    await server.door("POST", "clock", {"advanceSeconds": wait / 1000})
    await impatient.read_item("1", "a")


@pytest.mark.parametrize(
    "rule",
    [
        {"action": "explode"},
        {"action": "short_pages", "rows": 0},
        {"action": "time_cap"},
        {"action": "status", "stauts": 503},
        {"action": "status", "match": {"verb": "GET"}},
    ],
)
async def test_a_rule_that_is_not_understood_is_refused(server, rule):
    with pytest.raises(AssertionError, match="The fault rules are not understood"):
        await server.door("POST", "faults", [rule])
