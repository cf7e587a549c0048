"""Cost of queries of the local Cosmos DB when a partition grows from 1,000 items to 50,000."""

import asyncio
import statistics
import time
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import batched
from typing import Any

from azure.core.pipeline.transport import AioHttpTransport
from azure.cosmos import PartitionKey
from azure.cosmos.aio import ContainerProxy, CosmosClient, DatabaseProxy

from bench.lines import Line, Target, median_ratio

DATABASE = "bench-growth"
FEW, MANY = 1_000, 50_000
PARTITION = "all"
BATCH = 100
ROUNDS = 30
LONGEST_SECONDS = 0.1
READING_ROUNDS, READING_SECONDS = 4, 0.3
POLICY: dict[str, Any] = {"includedPaths": [{"path": "/*"}], "excludedPaths": [{"path": "/hidden/?"}]}
GROWS = (Target("<=", 1.2), Target("<=", 1.2, "requestUnitsRatio"))
SCAN = "SELECT * FROM c WHERE c.hidden = 'nobody'"
QUERIES = {
    "page of 50 by name": "SELECT TOP 50 * FROM c WHERE c.kind = 'card' AND c.name > @name ORDER BY c.name",
    "names by their beginning": "SELECT * FROM c WHERE STARTSWITH(c.name, @beginning)",
    "names by their beginning, ignoring case": "SELECT * FROM c WHERE STARTSWITH(c.name, @shouted, true)",
    "one item by an equality": "SELECT * FROM c WHERE c.mail = @mail",
    "count": "SELECT VALUE COUNT(1) FROM c WHERE c.kind = 'card'",
}


@dataclass(frozen=True)
class Partition:
    """The items of one container, all in one logical partition."""

    container: ContainerProxy
    size: int

    @property
    def _values(self) -> dict[str, Any]:
        middle = f"name {self.size // 2:05}"
        return {
            "@name": middle, "@beginning": middle[:-1], "@shouted": middle[:-1].upper(),
            "@mail": "500@example.com",
        }  # fmt: skip

    async def fill(self) -> list[float]:
        """Write the items; the seconds of each batch."""
        spent = []
        for some in batched(range(self.size), BATCH, strict=False):
            operations = [("create", (self._item(number),)) for number in some]
            began = time.perf_counter()
            await self.container.execute_item_batch(operations, PARTITION)
            spent.append(time.perf_counter() - began)
        return spent

    def _item(self, number: int) -> dict[str, Any]:
        mail = f"{number}@example.com"
        name = f"name {number * 7_919 % self.size:05}"
        return {
            "id": f"item-{number:05}", "owner": PARTITION, "kind": "card", "name": name, "mail": mail,
            "hidden": mail, "text": "We weave algebraical patterns just as the loom weaves flowers.",
        }  # fmt: skip

    async def ask(self, text: str, **more: Any) -> tuple[float, float]:
        """The seconds and the request units of a whole answer."""
        charges: list[float] = []
        values = self._values | {f"@{name}": value for name, value in more.items()}
        began = time.perf_counter()
        found = self.container.query_items(
            text,
            parameters=[{"name": name, "value": value} for name, value in values.items()],
            partition_key=PARTITION,
            response_hook=lambda headers, _: charges.append(float(headers["x-ms-request-charge"])),
        )
        async for _ in found:
            pass
        return time.perf_counter() - began, round(sum(charges), 2)

    async def read(self) -> float:
        """The seconds of one point read."""
        began = time.perf_counter()
        await self.container.read_item("item-00500", PARTITION)
        return time.perf_counter() - began


async def lines(settings: Mapping[str, str]) -> list[Line]:
    """Compare two partitions. `settings` are those of a running cloud."""
    transport = AioHttpTransport(use_env_settings=False)
    async with CosmosClient(
        settings["COSMOS_ENDPOINT"], credential=settings["COSMOS_KEY"], transport=transport
    ) as client:
        database = await client.create_database(DATABASE)
        try:
            few, many = [await _partition(database, size) for size in (FEW, MANY)]
            found = [_written(await few.fill() and await many.fill())]
            found += [await _compared(name, text, few, many) for name, text in QUERIES.items()]
            found += [await _scan(many), *await _lists(many), await _beside(many)]
        finally:
            await client.delete_database(database)
    return found


async def _partition(database: DatabaseProxy, size: int) -> Partition:
    made = await database.create_container(f"items-{size}", PartitionKey("/owner"), indexing_policy=POLICY)
    return Partition(made, size)


def _written(spent: list[float]) -> Line:
    tenth = len(spent) // 10
    # The quicker quarter: the two are minutes of other work apart, not turn and turn about.
    first, last = (statistics.quantiles(some)[0] for some in (spent[:tenth], spent[-tenth:]))
    return Line(
        f"{MANY:,} items written in batches of {BATCH}: last tenth / first tenth",
        f"{last * 1000:.0f} ms a batch, {sum(spent):.1f} s in all",
        f"{first * 1000:.0f} ms a batch",
        last / first,
        (Target("<=", 1.5),),
    )


async def _compared(name: str, text: str, few: Partition, many: Partition) -> Line:
    rounds = [(await many.ask(text), await few.ask(text)) for _ in range(ROUNDS)]
    (_, cost_of_many), (_, cost_of_few) = rounds[-1]
    seconds = [(ours, reference) for (ours, _), (reference, _) in rounds]
    ours, reference = (statistics.median(side) * 1000 for side in zip(*seconds, strict=True))
    return Line(
        f"{name}: among {MANY:,} / among {FEW:,}",
        f"{ours:.1f} ms, {cost_of_many:g} RU",
        f"{reference:.1f} ms, {cost_of_few:g} RU",
        median_ratio(seconds),
        GROWS,
        {"requestUnitsRatio": round(cost_of_many / cost_of_few, 2)},
    )


async def _scan(many: Partition) -> Line:
    _, by_scan = await many.ask("SELECT * FROM c WHERE c.hidden = @mail")
    _, by_index = await many.ask("SELECT * FROM c WHERE c.mail = @mail")
    return Line(
        f"an equality among {MANY:,}: excluded path / included path",
        f"{by_scan:,g} RU",
        f"{by_index:g} RU",
        by_scan / by_index,
        (Target(">=", 10),),
    )


async def _lists(many: Partition) -> list[Line]:
    ids = [f"item-{number * 5:05}" for number in range(1_000)]
    names = {f"id{number}": each for number, each in enumerate(ids)}
    listed = ", ".join(f"@{name}" for name in names)
    queries: dict[str, tuple[str, dict[str, Any]]] = {
        "IN": (f"SELECT * FROM c WHERE c.id IN ({listed})", names),  # noqa: S608 - names made here
        "ARRAY_CONTAINS": ("SELECT * FROM c WHERE ARRAY_CONTAINS(@ids, c.id)", {"ids": ids}),
    }
    found = []
    for word, (text, values) in queries.items():
        spent = min([(await many.ask(text, **values))[0] for _ in range(7)])
        found.append(
            Line(
                f"{word} of 1,000 ids among {MANY:,}",
                f"{spent * 1000:.0f} ms",
                f"{LONGEST_SECONDS * 1000:.0f} ms",
                spent / LONGEST_SECONDS,
                (Target("<=", 1),),
            )
        )
    return found


async def _beside(many: Partition) -> Line:
    """Point reads by one client, in turn alone and while its scans follow each other."""
    alone: list[float] = []
    meanwhile: list[float] = []
    for _ in range(READING_ROUNDS):
        alone += await _reads(many)
        enough = asyncio.Event()
        scanning = asyncio.create_task(_scans(many, enough))
        meanwhile += await _reads(many)
        enough.set()
        await scanning
    ours, reference = statistics.median(meanwhile), statistics.median(alone)
    return Line(
        f"point read beside a scan of {MANY:,} / alone: half of them within",
        f"{ours * 1000:.1f} ms",
        f"{reference * 1000:.1f} ms",
        ours / reference,
        (Target("<=", 3),),
    )


async def _reads(many: Partition) -> list[float]:
    spent: list[float] = []
    while sum(spent) < READING_SECONDS:
        spent.append(await many.read())
    return spent


async def _scans(many: Partition, enough: asyncio.Event) -> None:
    while not enough.is_set():
        await many.ask(SCAN)
