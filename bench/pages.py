"""The card page against an empty function, each in a host of its own as `make run` starts it.

Throughput is measured over real sockets, as a client sees it: server, host, worker and app together. The
hosts take turns, so that they share the noise of the machine but not the processor.
"""

import asyncio
import os
import statistics
import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import batched
from pathlib import Path

import wiring.cards
import wiring.organisations.templates
from adapters.published_cache import FRESH_SECONDS, MOST_CARDS
from bench.counting import counted
from bench.lines import Line, Target, median_ratio
from bench.load import bytes_of, get, seconds_for
from bench.organisations import office
from bench.samples import CARD_ID, CONTENT, RULED, fullest, published
from domain.cards.card import PublishedCard
from functions.framework.clock import new_id
from local import processes

ROOT = Path(__file__).parent.parent
# Many short rounds: both sides of a pair then meet the same noise.
ROUNDS = 20
CONNECTIONS = 8
WARM_CARD = "bench-warm"
WARM_REQUESTS = 300
COLD_REQUESTS = 25
# Visits are sent ten times a second: a round must be long enough to pay for that.
COUNTED_REQUESTS, COUNTED_ROUNDS = 2000, 7
# As on Azure, where functions of queues have instances of their own.
NOT_FOLDING = {"AzureWebJobs.visits_fold.Disabled": "true"}
COUNTING_SECONDS = 30
BROWSER = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 26_0 like Mac OS X) AppleWebKit/605.1.15 Version/26.0 Safari/604.1"
)
assert ROUNDS * COLD_REQUESTS <= MOST_CARDS  # noqa: S101 - or expired cards would be unseen ones

WARM, COLD, RULE, COUNTED = Target(">=", 0.6), Target(">=", 0.7), Target(">=", 0.95), Target(">=", 0.5)
STAFF = Target(">=", 0.95)
MOST_BYTES = 8 * 1024


@dataclass(frozen=True)
class Served:
    """A host and the port it answers on."""

    child: processes.Child
    port: int

    def cpu_seconds(self) -> float:
        """CPU time the host has used so far; 0 where the system does not tell."""
        if sys.platform != "linux":
            return 0.0
        return time.clock_gettime(~self.child.pid << 3 | 2)  # the clock id of clock_getcpuclockid(3)


@dataclass(frozen=True)
class Cost:
    """Of one request, in seconds."""

    wall: float
    cpu: float


async def lines(settings: Mapping[str, str], logs: Path) -> list[Line]:
    """Start both hosts and compare them. `settings` are those of a running cloud."""
    product = await serve("product", ROOT, {**settings, **NOT_FOLDING}, logs)
    try:
        reference = await serve("reference", Path(__file__).parent / "apps" / "empty", settings, logs)
        try:
            warm = await _warm(product, reference)
            folding = await serve("folding", ROOT, settings, logs)
            try:
                warm += await _counted(product, reference)
            finally:
                await folding.child.stop()
            return [*warm, *await _staff(product), *await _cold(product, reference)]
        finally:
            await reference.child.stop()
    finally:
        await product.child.stop()


async def serve(name: str, app: Path, settings: Mapping[str, str], logs: Path) -> Served:
    port = processes.free_port()
    command = [sys.executable, "-m", "local.functions_host", "--app", str(app), "--port", str(port)]
    child, _ = await processes.start_ready(name, command, logs=logs, env={**os.environ, **settings})
    return Served(child, port)


async def _warm(product: Served, reference: Served) -> list[Line]:
    await publish([WARM_CARD])
    await _publish_cards([published("bench-ruled", RULED)])
    ruled = [get("/c/bench-ruled")] * WARM_REQUESTS
    page, empty = [get(f"/c/{WARM_CARD}")] * WARM_REQUESTS, [get("/empty")] * WARM_REQUESTS
    await cost(product, page), await cost(reference, empty)
    rounds = [(await cost(product, page), await cost(reference, empty)) for _ in range(ROUNDS)]
    await cost(product, ruled)
    decided = [(await cost(product, ruled), await cost(product, page)) for _ in range(ROUNDS)]
    return [
        *compared("card page, warm / empty function", rounds, WARM),
        *compared("card page with hidden values / the same without", decided, RULE),
        await _weight(product),
    ]


async def _staff(product: Served) -> list[Line]:
    """A staff card, made and shown as the product does it, and a person's of the same content."""
    [card] = (await office(1)).cards
    staff = card.model_copy(update={"version": card.version + 1, "published": CONTENT})
    person_id = new_id("acc")
    own = staff.model_copy(
        update={
            "id": new_id("crd"),
            "handle": f"bench-{person_id[4:]}",
            "staff": None,
            "account_id": person_id,
        }
    )
    await wiring.organisations.templates.show_all([staff, own])
    of_staff, of_person = ([get(f"/c/{each.handle}")] * WARM_REQUESTS for each in (staff, own))
    await cost(product, of_staff), await cost(product, of_person)
    rounds = [(await cost(product, of_staff), await cost(product, of_person)) for _ in range(ROUNDS)]
    return compared("page of a staff card / of a person's card", rounds, STAFF)


async def _counted(product: Served, reference: Served) -> list[Line]:
    """People look at the card; their visits are folded meanwhile, and every one of them is."""
    page, empty = [get(f"/c/{WARM_CARD}", BROWSER)] * COUNTED_REQUESTS, [get("/empty")] * COUNTED_REQUESTS
    rounds = [(await cost(product, page), await cost(reference, empty)) for _ in range(COUNTED_ROUNDS)]
    async with asyncio.timeout(COUNTING_SECONDS):
        while await counted(CARD_ID) < COUNTED_REQUESTS * COUNTED_ROUNDS:  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.1)
    return compared("card page, warm and counted / empty function", rounds, COUNTED)


async def _cold(product: Served, reference: Served) -> list[Line]:
    """First views of cards in a worker, and further views after their expiry in the cache."""
    groups = [[f"bench-{group}-{card}" for card in range(COLD_REQUESTS)] for group in range(ROUNDS)]
    await publish([handle for group in groups for handle in group])
    warm_up = [get(f"/read/{WARM_CARD}")] * COLD_REQUESTS
    await cost(reference, warm_up)
    unseen = [await _cold_round(product, reference, group) for group in groups]
    await asyncio.sleep(FRESH_SECONDS)
    expired = [await _cold_round(product, reference, group) for group in groups]
    return [
        *compared("card page, cache expired / empty + point read", expired, COLD),
        *compared("card page, never seen / empty + point read", unseen, COLD),
    ]


async def _cold_round(product: Served, reference: Served, handles: list[str]) -> tuple[Cost, Cost]:
    page = await cost(product, [get(f"/c/{handle}") for handle in handles])
    return page, await cost(reference, [get(f"/read/{handle}") for handle in handles])


async def cost(served: Served, requests: list[bytes]) -> Cost:
    before = served.cpu_seconds()
    wall = await seconds_for(served.port, requests, CONNECTIONS)
    return Cost(wall / len(requests), (served.cpu_seconds() - before) / len(requests))


async def _weight(product: Served) -> Line:
    """Bytes that a browser receives for the fullest card's page; the edge compresses the headers (HPACK)."""
    await _publish_cards([fullest("bench-fullest")])
    request = get("/c/bench-fullest", accepting="gzip, deflate, br, zstd")
    head, body = await bytes_of(product.port, request)
    return Line(
        "fullest card page, as a browser receives it / what it may weigh",
        f"{body:,} bytes",
        f"{MOST_BYTES:,} bytes",
        body / MOST_BYTES,
        (Target("<=", 1),),
        {"bodyBytes": body, "headBytes": head},
    )


def compared(name: str, rounds: Iterable[tuple[Cost, Cost]], target: Target) -> list[Line]:
    """Lines of throughput and of CPU; higher is better for us in both ratios."""
    ours, reference = zip(*rounds, strict=True)
    pairs = list(zip(ours, reference, strict=True))
    compared = [
        Line(
            f"{name}: throughput",
            f"{1 / statistics.median(cost.wall for cost in ours):,.0f} a second",
            f"{1 / statistics.median(cost.wall for cost in reference):,.0f} a second",
            median_ratio((theirs.wall, own.wall) for own, theirs in pairs),
            (target,),
        )
    ]
    if all(cost.cpu for cost in (*ours, *reference)):
        compared.append(
            Line(
                f"{name}: host CPU",
                f"{statistics.median(cost.cpu for cost in ours) * 1e6:,.0f} us",
                f"{statistics.median(cost.cpu for cost in reference) * 1e6:,.0f} us",
                median_ratio((theirs.cpu, own.cpu) for own, theirs in pairs),
            )
        )
    return compared


async def publish(handles: list[str]) -> None:
    await _publish_cards([published(handle) for handle in handles])


async def _publish_cards(cards: list[PublishedCard]) -> None:
    """Put published cards where the product reads them, through its own adapter."""
    store = wiring.cards.published()
    for some in batched(cards, CONNECTIONS, strict=False):
        await asyncio.gather(*(store.project(card, first=True) for card in some))
