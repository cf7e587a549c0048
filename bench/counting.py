"""Counting of visits: throughput of the queue function, and its cost in Cosmos DB.

One line is for a message for each visit, as when they come far apart; the other for the messages of a busy
card, ten a second.
"""

import asyncio
import os
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import batched
from pathlib import Path

import httpx

import wiring.visits
from bench.lines import Line, Target
from domain.visits.batches import VisitBatch, batches
from domain.visits.counting import Visit
from functions.framework.clock import new_id
from functions.visits.shipping import SHIPPING_SECONDS
from local import processes

ROOT = Path(__file__).parent.parent
VISITS = 1000
# Two hundred visits a second, sent ten times a second.
BUSY_BATCHES, BUSY_VISITS = 30, 20
# Number of visits before the measurement, while the host starts and opens its connections.
BEGINNING = 100
SENDERS = 16
WAIT_SECONDS = 60
ENOUGH_A_SECOND = 100
LAG_SECONDS = 0.02


async def lines(settings: Mapping[str, str], logs: Path) -> list[Line]:
    """Count the visits of two cards in a separate host. `settings` are those of a running cloud."""
    quiet, busy = new_id("crd"), new_id("crd")
    for some in batched([_batch(quiet, 1) for _ in range(VISITS)], SENDERS, strict=False):
        await asyncio.gather(*(wiring.visits.queue().send(batch) for batch in some))
    store = httpx.AsyncClient(
        base_url=f"{settings['COSMOS_ENDPOINT'].rstrip('/')}/_local/",
        headers={"x-local-key": settings["COSMOS_KEY"]},
        trust_env=False,
    )
    async with store:
        (await store.delete("calls")).raise_for_status()
        command = [sys.executable, "-m", "local.functions_host", "--app", str(ROOT), "--port", "0"]
        child, _ = await processes.start_ready("counting", command, logs=logs, env={**os.environ, **settings})
        try:
            rate = await _rate(quiet)
            alone = await _cost(store, VISITS)
            await _be_busy(busy)
            together = await _cost(store, BUSY_BATCHES * BUSY_VISITS)
        finally:
            await child.stop()
    return [
        Line(
            "visits folded from the queue",
            f"{rate:,.0f} a second",
            f"{ENOUGH_A_SECOND} a second",
            rate / ENOUGH_A_SECOND,
            (Target(">=", 1),),
        ),
        _line("100 visits of one card, far apart", alone, Target("<=", 10, "calls")),
        _line("100 visits of one card, 200 a second", together, Target("<=", 1)),
    ]


@dataclass(frozen=True)
class Cost:
    """Of one hundred visits."""

    calls: float
    charge: float


def _line(name: str, cost: Cost, target: Target) -> Line:
    return Line(
        name,
        f"{cost.calls:g} calls: {cost.charge:,.0f} RU",
        "100 point reads: 100 RU",
        cost.charge / 100,
        (target,),
        {"calls": round(cost.calls, 1), "requestUnits": round(cost.charge)},
    )


async def _cost(store: httpx.AsyncClient, visits: int) -> Cost:
    """Cost of counting these visits, by the store's call records, which are then deleted."""
    records = (await store.get("calls")).raise_for_status().json()
    (await store.delete("calls")).raise_for_status()
    # The bench itself reads items; counting uses batches and, for visits counted before, queries.
    made = [each for each in records if "/traffic/docs" in each["path"] and each["operation"] != "read"]
    return Cost(len(made) * 100 / visits, sum(call["charge"] for call in made) * 100 / visits)


def _batch(card: str, visits: int) -> VisitBatch:
    [batch] = batches(
        f"{new_id('wrk')}-1", {Visit(subject_id=card, kind="view", day=datetime.now(UTC).date()): visits}
    )
    return batch


async def _rate(card: str) -> float:
    """Visits counted a second, after the beginning."""
    began, found_then = 0.0, 0
    async with asyncio.timeout(WAIT_SECONDS):
        while True:
            found = await counted(card)
            if not began and found >= BEGINNING:
                began, found_then = time.perf_counter(), found
            if found >= VISITS:
                return (found - found_then) / (time.perf_counter() - began)
            await asyncio.sleep(LAG_SECONDS)


async def _be_busy(card: str) -> None:
    """Send the visits of a busy card at the pace of a worker, and wait until they are counted."""
    for _ in range(BUSY_BATCHES):
        await wiring.visits.queue().send(_batch(card, BUSY_VISITS))
        await asyncio.sleep(SHIPPING_SECONDS)
    async with asyncio.timeout(WAIT_SECONDS):
        while await counted(card) < BUSY_BATCHES * BUSY_VISITS:  # noqa: ASYNC110 - another process
            await asyncio.sleep(LAG_SECONDS)


async def counted(card: str) -> int:
    """Number of a card's visits counted this month."""
    month = f"{datetime.now(UTC):%Y-%m}"
    return sum((await wiring.visits.traffic().months(card, [month]))[month].values())
