"""Account, key, sessions, restart: what a client meets before its first item."""

import asyncio
import signal
import subprocess
import sys
from pathlib import Path

import aiohttp
import pytest
from aiohttp.test_utils import TestServer
from azure.core import MatchConditions
from azure.cosmos import CosmosClient, PartitionKey
from azure.cosmos.aio import ContainerProxy, DatabaseProxy
from azure.cosmos.exceptions import CosmosHttpResponseError, CosmosResourceNotFoundError

from local.cosmos.server import build_app
from local.cosmos.store import Store
from tests.local.cosmos.running import KEY, ROOT, Server, aio_client, fresh


async def test_a_wrong_key_is_refused(server):
    with pytest.raises(CosmosHttpResponseError) as refused:
        async with aio_client(server.url, "d3Jvbmc="):
            pass
    assert refused.value.status_code == 401
    assert "The input authorization token can't serve the request" in refused.value.message


async def test_the_app_runs_inside_a_test_too():
    async with TestServer(build_app(Store(), KEY)) as inside, aio_client(str(inside.make_url("/"))) as client:
        database = await client.create_database("inside")
        container = await database.create_container("items", PartitionKey("/owner"))
        await container.create_item({"id": "1", "owner": "a"})
        assert (await container.read_item("1", "a"))["owner"] == "a"


def test_a_second_server_on_the_same_folder_does_not_start(tmp_path: Path):
    first = Server(tmp_path)
    command = [sys.executable, "-m", "local.cosmos", "--port", "0", "--key", KEY, "--data", str(tmp_path)]
    second = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=30, check=False)
    assert second.returncode == 1
    assert second.stderr.startswith("local.cosmos cannot start: database is locked")
    assert first.stop() == 0


async def test_an_unsigned_request_is_refused(server):
    async with aiohttp.ClientSession() as session, session.get(f"{server.url}/dbs") as answer:
        assert answer.status == 401
        assert (await answer.json())["code"] == "Unauthorized"


async def test_the_test_doors_need_the_key(server):
    async with aiohttp.ClientSession() as session, session.get(f"{server.url}/_local/calls") as answer:
        assert answer.status == 401


def test_the_sync_client_works_too_by_name_and_by_rid(server):
    with CosmosClient(server.url, KEY) as client:
        database = client.create_database(fresh("sync é"))
        container = database.create_container("items & more", PartitionKey("/pk"))
        made = container.create_item({"id": "ä b", "pk": "ü"})
        changed = container.replace_item(made, {**made, "n": 1})  # a dict is addressed by its _self link
        assert container.read_item("ä b", "ü")["n"] == changed["n"] == 1
        assert [d["id"] for d in container.query_items("SELECT * FROM c WHERE c.n = 1", partition_key="ü")]
        assert container.get_throughput().offer_throughput == 400
        assert container.replace_throughput(1000).offer_throughput == 1000
        container.delete_item(made, "ü")
        with pytest.raises(CosmosResourceNotFoundError):
            container.read_item("ä b", "ü")
        assert database.id in [d["id"] for d in client.list_databases()]
        client.delete_database(database.id)
        assert not list(client.query_databases("SELECT * FROM d WHERE d.id = @id", parameters=[{"name": "@id", "value": database.id}]))  # fmt: skip  # noqa: E501


async def test_ranges_are_read_once_because_every_answer_names_its_range(server):
    async with aio_client(server.url) as client:
        database = await client.create_database(fresh("ranges"))
        container = await database.create_container("items", PartitionKey("/owner"))
        await server.door("DELETE", "calls")
        for number in range(10):
            await container.upsert_item({"id": str(number), "owner": "a"})
            await container.read_item(str(number), "a")
            assert [c async for c in container.query_items("SELECT * FROM c", partition_key="a")]
        ranges = [c for c in await server.calls() if c["path"].endswith("pkranges")]
        await client.delete_database(database)
    assert [c["status"] for c in ranges] == [200, 304]


async def test_session_tokens_grow_by_one_for_a_write_and_by_one_for_a_batch(container: ContainerProxy):
    tokens = []

    def keep(headers, _):
        tokens.append(headers["x-ms-session-token"])

    await container.create_item({"id": "1", "owner": "a"}, response_hook=keep)
    operations = [("create", ({"id": str(n), "owner": "a"},)) for n in range(2, 5)]
    await container.execute_item_batch(operations, "a", response_hook=keep)
    await container.delete_item("1", "a", response_hook=keep)
    assert tokens == ["0:-1#1", "0:-1#2", "0:-1#3"]


async def test_a_client_survives_that_its_container_was_recreated(server, database: DatabaseProxy):
    name = fresh("again")
    container = await database.create_container(name, PartitionKey("/old"))
    await container.create_item({"id": "1", "old": "a"})
    async with aio_client(server.url) as other:
        theirs = other.get_database_client(database.id)
        await theirs.delete_container(name)
        await theirs.create_container(name, PartitionKey("/new"))
    await container.upsert_item({"id": "1", "new": "b"})
    assert (await container.read_item("1", "b"))["new"] == "b"
    await database.delete_container(name)


async def test_containers_show_the_services_defaults_and_refuse_what_it_refuses(database: DatabaseProxy):
    name = fresh("defaults")
    container = await database.create_container(name, PartitionKey("/a/b"))
    shown = await container.read()
    assert shown["partitionKey"] == {"paths": ["/a/b"], "kind": "Hash", "version": 2}
    assert shown["indexingPolicy"] == {
        "indexingMode": "consistent",
        "automatic": True,
        "includedPaths": [{"path": "/*"}],
        "excludedPaths": [{"path": '/"_etag"/?'}],
    }
    assert shown["conflictResolutionPolicy"]["mode"] == "LastWriterWins"
    assert "defaultTtl" not in shown
    with pytest.raises(CosmosHttpResponseError) as twice:
        await database.create_container(name, PartitionKey("/a"))
    assert twice.value.status_code == 409
    await database.replace_container(container, PartitionKey("/a/b"), default_ttl=60)
    assert (await container.read())["defaultTtl"] == 60
    assert [c["id"] async for c in database.list_containers()].count(name) == 1
    with_rules = await database.create_container(
        fresh("ruled"), PartitionKey("/a"), unique_key_policy={"uniqueKeys": [{"paths": ["/b"]}]}
    )
    await database.replace_container(with_rules, PartitionKey("/a"), default_ttl=60)
    assert (await with_rules.read())["uniqueKeyPolicy"] == {"uniqueKeys": [{"paths": ["/b"]}]}
    await database.delete_container(with_rules)
    with pytest.raises(CosmosHttpResponseError) as moved:
        await database.replace_container(container, PartitionKey("/other"))
    assert moved.value.status_code == 400
    await database.delete_container(name)
    for key, options in [
        (PartitionKey("/a"), {"default_ttl": 0}),
        (PartitionKey("/a"), {"default_ttl": -2}),
        (PartitionKey("/_etag"), {}),
        (PartitionKey(["/a", "/b", "/c", "/d"], kind="MultiHash"), {}),
        (PartitionKey("/a"), {"unique_key_policy": {"uniqueKeys": [{"paths": []}]}}),
        (PartitionKey("/a"), {"indexing_policy": {"includedPaths": [{"path": "/x/?"}]}}),
        (PartitionKey("/a"), {"computed_properties": [{"name": "x", "query": "SELECT VALUE 1 FROM c"}]}),
    ]:
        with pytest.raises(CosmosHttpResponseError) as refused:
            await database.create_container(fresh("bad"), key, **options)
        assert refused.value.status_code == 400


async def test_a_container_tells_its_quota_use_and_statistics_when_asked(container: ContainerProxy):
    told = {}
    await container.create_item({"id": "1", "owner": "a", "fat": "x" * 5000})
    await container.create_item({"id": "2", "owner": "b"})
    plain = await container.read(response_hook=lambda headers, _: told.update(headers))
    assert "statistics" not in plain
    assert not [name for name in told if name.startswith("x-ms-resource")]
    asked = {"populate_quota_info": True, "populate_partition_key_range_statistics": True}
    shown = await container.read(**asked, response_hook=lambda headers, _: told.update(headers))
    assert shown["statistics"] == [{"id": "0", "sizeInKB": 6, "documentCount": 2, "partitionKeys": []}]
    assert told["x-ms-resource-usage"] == "documentsSize=6;collectionSize=6;documentsCount=2;"
    assert told["x-ms-resource-quota"].endswith("documentsCount=-1;")


async def test_an_answer_names_the_address_of_what_it_is_about(server, container: ContainerProxy):
    told = {}

    def keep(headers, _):
        told.update(headers)

    await container.create_item({"id": "ä b", "owner": "a"})
    await container.read_item("ä b", "a", response_hook=keep)
    assert told["Content-Location"] == f"{server.url}/dbs/main/colls/{container.id}/docs/%C3%A4%20b"


@pytest.mark.kills
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
async def test_acknowledged_writes_survive_the_end_of_the_process(tmp_path: Path, number: int):
    server = Server(tmp_path)
    async with aio_client(server.url) as client:
        database = await client.create_database("kept")
        unique = {"uniqueKeys": [{"paths": ["/name"]}]}
        container = await database.create_container("items", PartitionKey("/owner"), unique_key_policy=unique)
        made = await asyncio.gather(
            *[container.create_item({"id": str(n), "owner": "a", "name": n}) for n in range(20)]
        )
        server.stop(number)
    server = Server(tmp_path)
    async with aio_client(server.url) as client:
        container = client.get_database_client("kept").get_container_client("items")
        kept = [item async for item in container.query_items("SELECT * FROM c", partition_key="a")]
        assert sorted(kept, key=lambda d: d["id"]) == sorted(made, key=lambda d: d["id"])
        with pytest.raises(CosmosHttpResponseError) as taken:
            await container.create_item({"id": "new", "owner": "a", "name": 3})
        assert taken.value.status_code == 409
        await container.replace_item(
            "3", kept[3] | {"x": 1}, etag=kept[3]["_etag"], match_condition=MatchConditions.IfNotModified
        )
    assert server.stop() == 0
