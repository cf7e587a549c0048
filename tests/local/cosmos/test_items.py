"""Point operations, patches, batches, unique keys, expiry and limits."""

import asyncio

import pytest
from azure.core import MatchConditions
from azure.cosmos import PartitionKey
from azure.cosmos.aio import ContainerProxy, DatabaseProxy
from azure.cosmos.exceptions import (
    CosmosAccessConditionFailedError,
    CosmosBatchOperationError,
    CosmosHttpResponseError,
)
from azure.cosmos.partition_key import NonePartitionKeyValue

from tests.local.cosmos.running import fresh


async def refused(doing, status: int, text: str = "") -> CosmosHttpResponseError | CosmosBatchOperationError:
    with pytest.raises((CosmosHttpResponseError, CosmosBatchOperationError)) as caught:
        await doing
    assert caught.value.status_code == status, caught.value
    assert text in caught.value.message
    return caught.value


async def test_an_item_is_created_read_replaced_upserted_and_deleted(container: ContainerProxy):
    made = await container.create_item({"id": "1", "owner": "a", "text": "grüße \U0001f600", "n": 1.5})
    assert await container.read_item("1", "a") == made
    assert {"_rid", "_self", "_etag", "_attachments", "_ts"} <= made.keys()
    await refused(container.create_item({"id": "1", "owner": "a"}), 409, "already exists")
    changed = await container.replace_item("1", {"id": "1", "owner": "a", "n": 2})
    assert changed["_rid"] == made["_rid"]
    assert changed["_etag"] != made["_etag"]
    assert "text" not in await container.read_item("1", "a")
    assert (await container.upsert_item({"id": "1", "owner": "a", "n": 3}))["n"] == 3
    await container.delete_item("1", "a")
    await refused(container.read_item("1", "a"), 404)
    await refused(container.delete_item("1", "a"), 404)
    await refused(container.replace_item("1", {"id": "1", "owner": "a"}), 404)


async def test_an_id_is_unique_within_its_partition_only(container: ContainerProxy):
    for owner in ("a", "b", None, True, 1):
        await container.create_item({"id": "same", "owner": owner})
    await container.create_item({"id": "same"})
    with pytest.raises(CosmosHttpResponseError):  # a key that is no scalar is no key
        await container.create_item({"id": "same", "owner": {"a": 1}})
    for owner in ("a", "b", None, True, 1):
        assert (await container.read_item("same", owner))["owner"] == owner
    assert "owner" not in await container.read_item("same", NonePartitionKeyValue)
    assert len([d async for d in container.read_all_items()]) == 6
    assert (await container.read_item("same", 1.0))["owner"] == 1
    await refused(container.read_item("same", "1"), 404)


async def test_stale_etags_lose(container: ContainerProxy):
    first = await container.create_item({"id": "1", "owner": "a", "n": 0})
    stale = {"etag": first["_etag"], "match_condition": MatchConditions.IfNotModified}
    second = await container.replace_item("1", {**first, "n": 1}, **stale)
    await refused(container.replace_item("1", {**first, "n": 2}, **stale), 412)
    await refused(container.upsert_item({**first, "n": 2}, **stale), 412)
    await refused(container.delete_item("1", "a", **stale), 412)
    await refused(container.patch_item("1", "a", [{"op": "set", "path": "/n", "value": 2}], **stale), 412)
    assert (await container.read_item("1", "a"))["n"] == 1
    unchanged = {"etag": second["_etag"], "match_condition": MatchConditions.IfModified}
    assert await container.read_item("1", "a", **unchanged) == {}  # 304
    await container.upsert_item({"id": "new", "owner": "a"}, **stale)


async def test_the_key_in_the_body_must_be_the_key_of_the_request(container: ContainerProxy):
    await container.create_item({"id": "1", "owner": "a"})
    moved = [("replace", ("1", {"id": "1", "owner": "b"}))]
    await refused(container.execute_item_batch(moved, "a"), 400)
    await refused(
        container.patch_item("1", "a", [{"op": "set", "path": "/owner", "value": "b"}]), 400, "partition key"
    )
    await refused(container.execute_item_batch([("read", ("1",))], ["a", "b"]), 400, "doesn't correspond")


async def test_an_answer_may_be_left_out(container: ContainerProxy):
    assert await container.create_item({"id": "1", "owner": "a"}, no_response=True) == {}
    assert await container.upsert_item({"id": "1", "owner": "a", "n": 1}, no_response=True) == {}
    assert (await container.read_item("1", "a", no_response=True))["n"] == 1


@pytest.mark.parametrize(
    ("operation", "result"),
    [
        ({"op": "add", "path": "/new", "value": 1}, {"new": 1}),
        ({"op": "add", "path": "/list/1", "value": "x"}, {"list": [1, "x", 2]}),
        ({"op": "add", "path": "/list/-", "value": 3}, {"list": [1, 2, 3]}),
        ({"op": "set", "path": "/list/1", "value": "x"}, {"list": [1, "x"]}),
        ({"op": "set", "path": "/deep/b", "value": 2}, {"deep": {"a": 1, "b": 2}}),
        ({"op": "replace", "path": "/n", "value": None}, {"n": None}),
        ({"op": "remove", "path": "/deep/a"}, {"deep": {}}),
        ({"op": "incr", "path": "/n", "value": -3}, {"n": 2}),
        ({"op": "incr", "path": "/count", "value": 1.5}, {"count": 1.5}),
        ({"op": "move", "from": "/n", "path": "/deep/n"}, {"n": ..., "deep": {"a": 1, "n": 5}}),
        ({"op": "set", "path": "/a~1b", "value": 1}, {"a/b": 1}),
    ],
)
async def test_the_six_patch_operations(container: ContainerProxy, operation, result):
    await container.create_item({"id": "1", "owner": "a", "n": 5, "list": [1, 2], "deep": {"a": 1}})
    patched = await container.patch_item("1", "a", [operation])
    assert {name: patched.get(name, ...) for name in result} == result
    assert await container.read_item("1", "a") == patched


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "replace", "path": "/missing", "value": 1},
        {"op": "remove", "path": "/missing"},
        {"op": "move", "from": "/missing", "path": "/x"},
        {"op": "move", "from": "/deep", "path": "/deep/inner"},
        {"op": "add", "path": "/no/parent", "value": 1},
        {"op": "add", "path": "/list/9", "value": 1},
        {"op": "incr", "path": "/list", "value": 1},
        {"op": "incr", "path": "/n", "value": "1"},
        {"op": "set", "path": "/id", "value": "2"},
        {"op": "set", "path": "/_etag", "value": "2"},
        {"op": "test", "path": "/n", "value": 5},
        {"op": "set", "path": "n", "value": 5},
    ],
)
async def test_a_bad_patch_changes_nothing(container: ContainerProxy, operation):
    made = await container.create_item({"id": "1", "owner": "a", "n": 5, "list": [1, 2], "deep": {"a": 1}})
    operations = [{"op": "set", "path": "/n", "value": 6}, operation]
    await refused(container.patch_item("1", "a", operations), 400)
    assert await container.read_item("1", "a") == made


async def test_a_patch_has_a_condition_and_at_most_ten_operations(container: ContainerProxy):
    await container.create_item({"id": "1", "owner": "a", "n": 5})
    operations = [{"op": "incr", "path": "/n", "value": 1}] * 10
    only_if = "from c where c.n = 5"
    assert (await container.patch_item("1", "a", operations, filter_predicate=only_if))["n"] == 15
    await refused(container.patch_item("1", "a", operations, filter_predicate=only_if), 412)
    await refused(container.patch_item("1", "a", operations, filter_predicate="where where"), 400)
    await refused(container.patch_item("1", "a", operations * 2), 400, "10")


async def test_a_batch_lands_whole(container: ContainerProxy):
    await container.create_item({"id": "old", "owner": "a", "n": 1})
    operations = [
        ("create", ({"id": "new", "owner": "a"},)),
        ("upsert", ({"id": "up", "owner": "a"},)),
        ("read", ("old",)),
        ("patch", ("old", [{"op": "incr", "path": "/n", "value": 1}])),
        ("replace", ("up", {"id": "up", "owner": "a", "n": 7})),
        ("delete", ("new",)),
    ]
    results = await container.execute_item_batch(operations, "a")
    assert [r["statusCode"] for r in results] == [201, 201, 200, 200, 200, 204]
    assert results[3]["resourceBody"]["n"] == 2
    assert results[3]["eTag"] == (await container.read_item("old", "a"))["_etag"]


def increment(item_id: str, path: str = "/n", value: float = 1) -> tuple:
    return ("patch", (item_id, [{"op": "incr", "path": path, "value": value}]))


async def test_a_batch_counts_up_one_item_as_often_as_it_says(container: ContainerProxy):
    await container.create_item({"id": "1", "owner": "a", "n": 0, "days": [1], "deep": {}})
    results = await container.execute_item_batch(
        [increment("1")] * 97 + [increment("1", "/deep/x", 2.5)], "a"
    )
    assert [r["resourceBody"]["n"] for r in results[:97]] == list(range(1, 98))
    made = ("create", ({"id": "2", "owner": "a"},))
    results = await container.execute_item_batch(
        [made, increment("2"), increment("2", value=-3), increment("1", "/days/0")], "a"
    )
    assert [r.get("resourceBody", {}).get("n") for r in results] == [None, 1, -2, 97]
    counted = await container.read_item("1", "a")
    assert (counted["n"], counted["days"], counted["deep"]) == (97, [2], {"x": 2.5})


async def test_a_count_in_a_batch_lands_with_the_rest_or_not_at_all(container: ContainerProxy):
    made = await container.create_item({"id": "1", "owner": "a", "n": 0, "text": "x"})
    once = ("create", ({"id": "marker", "owner": "a"},))
    only_zero = {"filter_predicate": "from c where c.n = 0"}
    await refused(container.execute_item_batch([increment("1"), increment("1", "/text")], "a"), 400)
    await refused(container.execute_item_batch([increment("1"), increment("none")], "a"), 404)
    await refused(
        container.execute_item_batch(
            [increment("1"), (*increment("1"), {"if_match_etag": made["_etag"]})], "a"
        ),
        412,
    )
    await refused(container.execute_item_batch([increment("1"), (*increment("1"), only_zero)], "a"), 412)
    assert await container.read_item("1", "a") == made
    await container.execute_item_batch([once, (*increment("1"), only_zero)], "a")
    await refused(container.execute_item_batch([once, increment("1")], "a"), 409)
    assert (await container.read_item("1", "a"))["n"] == 1


async def test_a_count_is_a_double_and_never_infinite(container: ContainerProxy):
    made = await container.create_item({"id": "1", "owner": "a", "n": 2**53, "huge": 1e308})
    counted = await container.patch_item("1", "a", [{"op": "incr", "path": "/n", "value": 1}])
    assert counted["n"] == 2**53
    more = [{"op": "incr", "path": "/huge", "value": 1e308}]
    await refused(container.patch_item("1", "a", more), 400, "beyond the range")
    assert (await container.read_item("1", "a"))["huge"] == made["huge"]


async def test_a_batch_that_fails_leaves_nothing(container: ContainerProxy):
    old = await container.create_item({"id": "old", "owner": "a"})
    operations = [
        ("create", ({"id": "new", "owner": "a"},)),
        ("replace", ("old", {"id": "old", "owner": "a", "n": 1}), {"if_match_etag": old["_etag"]}),
        ("replace", ("old", {"id": "old", "owner": "a", "n": 2}), {"if_match_etag": old["_etag"]}),
        ("delete", ("old",)),
    ]
    with pytest.raises(CosmosBatchOperationError) as failed:
        await container.execute_item_batch(operations, "a")
    assert [r["statusCode"] for r in failed.value.operation_responses] == [424, 424, 412, 424]
    assert failed.value.error_index == 2
    assert [d async for d in container.read_all_items()] == [old]


async def test_a_batch_has_one_to_a_hundred_operations_and_two_megabytes(container: ContainerProxy):
    create = [("create", ({"id": str(n), "owner": "a"},)) for n in range(101)]
    await refused(container.execute_item_batch([], "a"), 400, "has no operations")
    await refused(container.execute_item_batch(create, "a"), 400, "more operations than")
    assert len(await container.execute_item_batch(create[:100], "a")) == 100
    fat = [("upsert", ({"id": str(n), "owner": "a", "fat": "x" * 800_000},)) for n in range(3)]
    await refused(container.execute_item_batch(fat, "a"), 413)


async def test_unique_keys_hold_within_a_partition(database: DatabaseProxy):
    rules = {"uniqueKeys": [{"paths": ["/name/first", "/age"]}, {"paths": ["/mail"]}]}
    container = await database.create_container(
        fresh("unique"), PartitionKey("/owner"), unique_key_policy=rules, default_ttl=-1
    )
    ada = {"id": "1", "owner": "a", "name": {"first": "Ada"}, "age": 36, "mail": "ada@x"}
    await container.create_item(ada)
    await refused(
        container.create_item({**ada, "id": "2", "mail": "other@x"}), 409, "Unique index constraint"
    )
    await refused(container.upsert_item({**ada, "id": "2", "age": 1}), 409)
    await container.create_item({**ada, "owner": "b"})
    await container.create_item({"id": "none", "owner": "a"})
    await refused(container.create_item({"id": "none too", "owner": "a"}), 409)  # a missing value is null
    await container.upsert_item({**ada, "mail": "new@x"})
    await container.create_item({**ada, "id": "2", "age": 37})  # the old address is free again
    operations = [
        ("delete", ("1",)),
        ("create", ({**ada, "id": "3", "mail": "new@x"},)),
        ("create", ({**ada, "id": "4"},)),
    ]
    await refused(container.execute_item_batch(operations, "a"), 409)
    await refused(container.patch_item("2", "a", [{"op": "set", "path": "/mail", "value": "new@x"}]), 409)
    await container.delete_item("1", "a")
    await container.create_item({**ada, "id": "5", "mail": "new@x"})
    await database.delete_container(container)


async def test_expired_items_are_gone_and_their_unique_values_free(server, database: DatabaseProxy):
    container = await database.create_container(
        fresh("ttl"),
        PartitionKey("/owner"),
        default_ttl=100,
        unique_key_policy={"uniqueKeys": [{"paths": ["/n"]}]},
    )
    await container.create_item({"id": "default", "owner": "a", "n": 1})
    await container.create_item({"id": "short", "owner": "a", "n": 2, "ttl": 10})
    await container.create_item({"id": "ever", "owner": "a", "n": 3, "ttl": -1})

    async def alive() -> list[str]:
        found = [d async for d in container.query_items("SELECT VALUE c.id FROM c", partition_key="a")]
        assert found == [d["id"] async for d in container.read_all_items()]
        return found

    await server.door("POST", "clock", {"advanceSeconds": 11})
    assert await alive() == ["default", "ever"]
    await refused(container.read_item("short", "a"), 404)
    await refused(container.replace_item("short", {"id": "short", "owner": "a"}), 404)
    await container.create_item({"id": "heir", "owner": "a", "n": 2})
    await server.door("POST", "clock", {"advanceSeconds": 60})
    await container.upsert_item({"id": "default", "owner": "a", "n": 1})  # a write starts the time again
    await server.door("POST", "clock", {"advanceSeconds": 60})
    assert await alive() == ["default", "ever"]
    await server.door("POST", "clock", {"advanceSeconds": 60})
    assert await alive() == ["ever"]
    again = await container.create_item({"id": "default", "owner": "a", "n": 9})
    assert again["n"] == 9
    await database.delete_container(container)


async def test_an_items_own_ttl_means_nothing_where_expiry_is_off(server, database: DatabaseProxy):
    container = await database.create_container(fresh("still"), PartitionKey("/owner"))
    await container.create_item({"id": "1", "owner": "a", "ttl": 5})
    await server.door("POST", "clock", {"advanceSeconds": 60})
    assert (await container.read_item("1", "a"))["ttl"] == 5
    await database.delete_container(container)


@pytest.mark.parametrize("ttl", [0, -2, None, "5", 1.5, 2**31])
async def test_a_bad_ttl_is_refused(container: ContainerProxy, ttl):
    await refused(container.create_item({"id": "1", "owner": "a", "ttl": ttl}), 400, "ttl")


async def test_items_have_limits(container: ContainerProxy):
    await refused(container.create_item({"id": "1", "owner": "a", "fat": "é" * 1_048_576}), 413)
    await container.create_item({"id": "1", "owner": "a", "fat": "x" * (2 * 1024 * 1024 - 1000)})
    await refused(container.create_item({"owner": "a"}), 400, "'id; '")
    await refused(container.create_item({"id": "x" * 1024, "owner": "a"}), 400)
    await refused(container.create_item({"id": "1", "owner": "x" * 2049}), 400, "2048")
    await container.create_item({"id": "x" * 1023, "owner": "x" * 2048})
    deep: dict = {}
    for _ in range(130):
        deep = {"d": deep}
    await refused(container.create_item({"id": "2", "owner": "a", "deep": deep}), 400, "nested")


async def test_read_items_finds_what_is_there(container: ContainerProxy):
    for owner in ("a", "b"):
        for number in range(3):
            await container.create_item({"id": str(number), "owner": owner})
    wanted = [("0", "a"), ("2", "b"), ("missing", "a")]
    found = await container.read_items(wanted)
    assert [(d["id"], d["owner"]) for d in found] == wanted[:2]


async def test_read_items_may_ask_for_hundreds_at_once(container: ContainerProxy):
    for number in range(0, 300, 50):
        await container.create_item({"id": str(number), "owner": f"o{number}"})
    found = await container.read_items([(str(n), f"o{n}") for n in range(300)])
    assert sorted(int(d["id"]) for d in found) == list(range(0, 300, 50))


async def test_numbers_are_doubles(container: ContainerProxy):
    made = await container.create_item({"id": "1", "owner": "a", "n": 2**53, "big": 2**60 + 1, "f": 0.1})
    assert (made["n"], made["big"], made["f"]) == (2**53, float(2**60), 0.1)


async def test_two_level_keys_need_both_levels(database: DatabaseProxy):
    container = await database.create_container(
        fresh("levels"), PartitionKey(["/tenant", "/user"], kind="MultiHash")
    )
    made = await container.create_item({"id": "1", "tenant": "t", "user": "u"})
    assert await container.read_item("1", ["t", "u"]) == made
    full = container.query_items("SELECT * FROM c", partition_key=["t", "u"])
    assert [d async for d in full] == [made]
    await refused(container.read_item("1", ["t"]), 400)
    for lacking in ({"tenant": "t"}, {"user": "u"}, {}, {"tenant": "t", "user": {"name": "u"}}):
        mismatch = await refused(container.create_item({"id": "2", **lacking}), 400, "doesn't match")
        assert mismatch.sub_status == 1001
    await refused(container.execute_item_batch([("create", ({"id": "2", "tenant": "t"},))], ["t", None]), 400)
    await container.create_item({"id": "2", "tenant": "t", "user": None})
    assert (await container.read_item("2", ["t", None]))["user"] is None
    with pytest.raises(CosmosHttpResponseError) as prefix:
        [d async for d in container.query_items("SELECT * FROM c", partition_key=["t"])]
    assert prefix.value.status_code == 400
    await database.delete_container(container)


async def test_a_charge_is_estimated_and_grows_with_size(container: ContainerProxy):
    charges = []

    def keep(headers, _):
        charges.append(float(headers["x-ms-request-charge"]))

    await container.create_item({"id": "1", "owner": "a"}, response_hook=keep)
    await container.create_item({"id": "2", "owner": "a", "fat": "x" * 100_000}, response_hook=keep)
    await container.read_item("1", "a", response_hook=keep)
    await container.read_item("2", "a", response_hook=keep)
    small, large, read_small, read_large = charges
    assert 5 <= small < 10 < large
    assert read_small == 1
    assert 8 <= read_large <= 12


async def test_writers_at_once_lose_nothing(container: ContainerProxy):
    await container.create_item({"id": "1", "owner": "a", "n": 0})

    async def add_one() -> None:
        while True:
            old = await container.read_item("1", "a")
            try:
                await container.replace_item(
                    "1",
                    {**old, "n": old["n"] + 1},
                    etag=old["_etag"],
                    match_condition=MatchConditions.IfNotModified,
                )
            except CosmosAccessConditionFailedError:
                continue
            else:
                return

    await asyncio.gather(*[add_one() for _ in range(12)])
    assert (await container.read_item("1", "a"))["n"] == 12
