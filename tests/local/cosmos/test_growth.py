"""Large containers: queries beside the loop, long lists, an index for older files."""

import asyncio
from itertools import batched
from pathlib import Path

import pytest_asyncio
from azure.cosmos import PartitionKey
from azure.cosmos.aio import ContainerProxy, DatabaseProxy

from local.cosmos.store import Store
from tests.local.cosmos.running import Server, aio_client, fresh
from tests.local.cosmos.test_index import assert_index_is_sound

ITEMS = 5_000
POLICY = {"includedPaths": [{"path": "/*"}], "excludedPaths": [{"path": "/hidden/?"}]}
# The tables as they were when there was no index.
OLD_TABLES = """
DROP TABLE entry; DROP TABLE tally; DROP TABLE path; DROP TABLE part; DROP INDEX item_expiry;
ALTER TABLE item DROP COLUMN expires; PRAGMA user_version=0;
"""


@pytest_asyncio.fixture(scope="module")
async def large(database: DatabaseProxy):
    made = await database.create_container(fresh("large"), PartitionKey("/owner"), indexing_policy=POLICY)
    items = ({"id": f"i{n}", "owner": "a", "n": n, "hidden": n, "text": "x" * 300} for n in range(ITEMS))
    for some in batched(items, 100, strict=False):
        await made.execute_item_batch([("create", (item,)) for item in some], "a")
    yield made
    await database.delete_container(made)


async def ask(container: ContainerProxy, text: str, **params) -> tuple[list, float]:
    """The rows and the charge."""
    charges: list[float] = []
    query = container.query_items(
        text,
        parameters=[{"name": f"@{name}", "value": value} for name, value in params.items()],
        partition_key="a",
        response_hook=lambda headers, _: charges.append(float(headers["x-ms-request-charge"])),
    )
    return [row async for row in query], sum(charges)


async def test_what_the_policy_excludes_costs_a_scan_and_what_it_includes_does_not(large: ContainerProxy):
    found, by_index = await ask(large, "SELECT * FROM c WHERE c.n = 77")
    same, by_scan = await ask(large, "SELECT * FROM c WHERE c.hidden = 77")
    assert found == same
    assert by_index < 3
    assert by_scan > 150


async def test_point_reads_go_on_while_queries_read_everything(large: ContainerProxy):
    text = "SELECT VALUE c.id FROM c WHERE c.hidden < 0"
    scans = [asyncio.create_task(ask(large, text)) for _ in range(3)]
    answered = 0
    while not all(scan.done() for scan in scans):
        await large.read_item("i5", "a")
        answered += 1
    assert [rows for rows, _ in await asyncio.gather(*scans)] == [[], [], []]
    assert answered > 2 * len(scans)  # on the loop, one read is answered after each of them


async def test_a_query_does_not_see_half_of_a_batch(large: ContainerProxy):
    def sums() -> asyncio.Task:
        return asyncio.create_task(ask(large, "SELECT VALUE SUM(c.hidden) FROM c WHERE c.hidden >= 0"))

    before = sum(range(ITEMS))
    for number in range(5):
        asked = [sums(), sums()]
        move = (
            [{"op": "incr", "path": "/hidden", "value": 1}],
            [{"op": "incr", "path": "/hidden", "value": -1}],
        )
        places = (f"i{ITEMS - 1 - number}", f"i{number + 1}")
        await large.execute_item_batch(
            [("patch", (place, step)) for place, step in zip(places, move, strict=True)], "a"
        )
        assert [rows for rows, _ in await asyncio.gather(*asked)] == [[before], [before]]


async def test_long_lists_are_looked_up_and_not_tried_one_by_one(large: ContainerProxy):
    ids = [f"i{n * 4}" for n in range(1_000)]
    names = ", ".join(f"'{each}'" for each in ids)
    for text in (
        f"SELECT VALUE c.id FROM c WHERE c.id IN ({names})",  # noqa: S608
        "SELECT VALUE c.id FROM c WHERE ARRAY_CONTAINS(@ids, c.id)",
        " OR ".join(f"(c.id = '{each}' AND c.owner = 'a')" for each in ids).join(
            ["SELECT VALUE c.id FROM c WHERE ", ""]
        ),
    ):
        rows, charge = await ask(large, text, ids=ids)
        assert rows == ids
        assert charge < 250  # ten pages; reading 5,000 items for each would be 1,900
    many = [(f"i{n}", "a") for n in range(3_100)]
    assert len(await large.read_items(many)) == len(many)


async def test_a_file_from_before_the_index_is_indexed_when_it_is_opened(tmp_path: Path):
    server = Server(tmp_path)
    async with aio_client(server.url) as client:
        database = await client.create_database("old")
        container = await database.create_container("items", PartitionKey("/owner"), default_ttl=-1)
        for number in range(20):
            item = {"id": str(number), "owner": "a", "n": number % 3, "tags": [number]}
            await container.create_item(item | ({"ttl": 1} if number == 7 else {}))
    assert server.stop() == 0
    store = Store(tmp_path)
    store.sql.executescript(OLD_TABLES)
    store.close()
    store = Store(tmp_path)
    store.clock.advance(5)
    (stored,) = store.containers.values()
    assert_index_is_sound(store, stored)
    assert [seq for seq, _ in store.reader(stored, '["a"]').scan()] == [n for n in range(1, 21) if n != 8]
    store.close()
