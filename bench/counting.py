"""Counting visits: how fast the host folds what waits in the queue, and what it asks of Cosmos DB for it.

Every visit is a message of its own, as if they had come far apart; those that come together travel together
and cost less.
"""

import asyncio
import os
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import batched
from pathlib import Path

import httpx

import wiring.visits
from bench.lines import Line, Target
from domain.visits.counting import Visit, VisitMessage
from functions.framework.clock import new_id
from local import processes

ROOT = Path(__file__).parent.parent
VISITS = 1000
# Measured from here on: before it the host starts and opens its connections.
BEGINNING = 100
SENDERS = 16
WAIT_SECONDS = 60
ENOUGH_A_SECOND = 100
LAG_SECONDS = 0.02


async def lines(settings: Mapping[str, str], logs: Path) -> list[Line]:
    """Let a host of its own fold the visits of one card. `settings` are those of a running cloud."""
    card, month = new_id("crd"), f"{datetime.now(UTC):%Y-%m}"
    await _queue(card)
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
            seconds, visits = await _time(card, month)
        finally:
            await child.stop()
        records = (await store.get("calls")).raise_for_status().json()
    # Our own looking is done by reads, counting by batches and, for visits counted before, by queries.
    made = [each for each in records if "/traffic/docs" in each["path"] and each["operation"] != "read"]
    rate, calls = visits / seconds, len(made) * 100 / VISITS
    charge = sum(call["charge"] for call in made) * 100 / VISITS
    return [
        Line(
            "visits folded from the queue",
            f"{rate:,.0f} a second",
            f"{ENOUGH_A_SECOND} a second",
            rate / ENOUGH_A_SECOND,
            (Target(">=", 1),),
        ),
        Line(
            "100 visits of one card and month",
            f"{calls:g} calls: {charge:,.0f} RU",
            "100 point reads: 100 RU",
            charge / 100,
            (Target("<=", 10, "calls"),),
            {"calls": round(calls, 1), "requestUnits": round(charge)},
        ),
    ]


async def _queue(card: str) -> None:
    queue, day = wiring.visits.queue(), datetime.now(UTC).date()
    visits = [Visit(event_id=new_id("evt"), subject_id=card, kind="view", day=day) for _ in range(VISITS)]
    for some in batched(visits, SENDERS, strict=False):
        await asyncio.gather(*(queue.send(VisitMessage(visits=[visit])) for visit in some))


async def _time(card: str, month: str) -> tuple[float, int]:
    """The seconds that the visits after the beginning took, and how many they were."""
    traffic = wiring.visits.traffic()
    began, counted_then = 0.0, 0
    async with asyncio.timeout(WAIT_SECONDS):
        while True:
            found = (await traffic.months(card, [month]))[month]
            counted = sum(found.values())
            if not began and counted >= BEGINNING:
                began, counted_then = time.perf_counter(), counted
            if counted >= VISITS:
                return time.perf_counter() - began, counted - counted_then
            await asyncio.sleep(LAG_SECONDS)
