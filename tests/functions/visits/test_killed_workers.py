"""Workers killed under load: each visit whose page was answered is counted exactly once."""

import asyncio
import os
import random
import signal
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

import wiring.cards
import wiring.visits
from domain.cards.card import PublishedCard
from domain.cards.content import CardContent
from domain.visits.pace import MOST_OF_A_QUIET_CARD
from functions.framework.clock import new_id
from local import processes
from tests.domain.visits.visitors import PEOPLE
from tests.functions.operations.test_jobs import is_empty

ROOT = Path(__file__).parents[3]
KILLS = 15
LEAST_PAGES = 2 * MOST_OF_A_QUIET_CARD
# Each asks for a card of its own, so that at most one request is without an answer when its worker dies.
VISITORS = 8
WAIT_SECONDS = 60
SAFARI = PEOPLE["Safari on an iPhone"]


async def publish() -> tuple[str, str]:
    """A published card: its handle and its id."""
    card, handle, at = new_id("crd"), f"killed-{new_id('x')[2:18]}", datetime.now(UTC)
    content = CardContent.model_validate({"name": "Ada Lovelace"})
    await wiring.cards.published().project(
        PublishedCard(handle=handle, card_id=card, version=1, content=content, published_at=at), first=True
    )
    return handle, card


async def look(port: int, handle: str, card: str, answered: Counter) -> None:
    """Look at a card again and again until the worker dies."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    request = f"GET /c/{handle} HTTP/1.1\r\nHost: x\r\nAccept: text/html\r\nUser-Agent: {SAFARI}\r\n\r\n"
    try:
        while True:
            writer.write(request.encode())
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            assert head.startswith(b"http/1.1 200 "), head
            await reader.readexactly(int(head.partition(b"content-length: ")[2].split()[0]))
            answered[card] += 1
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def a_host(cloud, logs: Path) -> tuple[processes.Child, int]:
    command = [sys.executable, "-m", "local.functions_host", "--app", ROOT, "--port", "0", "--lease", "2"]
    env = os.environ | cloud.settings
    child, (place,) = await processes.start_ready("worker", command, logs=logs, env=env)
    return child, int(place.rpartition(":")[2])


async def live_and_die(cloud, logs: Path, answered: Counter) -> None:
    """A worker that serves people until every card is busy, and is killed at some moment after that."""
    cards = [await publish() for _ in range(VISITORS)]
    child, port = await a_host(cloud, logs)
    answered.update({card: 0 for _, card in cards})
    looking = [asyncio.create_task(look(port, handle, card, answered)) for handle, card in cards]
    enough = random.randint(LEAST_PAGES, 3 * LEAST_PAGES)
    async with asyncio.timeout(WAIT_SECONDS):
        # Another process is waited for.
        while min(answered[card] for _, card in cards) < enough:  # noqa: ASYNC110
            await asyncio.sleep(0.005)
    os.killpg(child.pid, signal.SIGKILL)
    await child.process.wait()
    await asyncio.gather(*looking)


def parts(cloud) -> int:
    """Number of parts of the spool that are not sent."""
    return len(list(Path(cloud.settings["VISIT_SPOOL"]).glob("wrk_*-*")))


async def counted(card: str) -> int:
    month = f"{datetime.now(UTC):%Y-%m}"
    return sum((await wiring.visits.traffic().months(card, [month]))[month].values())


@pytest.mark.kills
@pytest.mark.timeout(900)
async def test_fifteen_killed_workers_lose_and_double_no_visit(host, cloud, tmp_path) -> None:
    answered: Counter[str] = Counter()
    left = 0
    for _ in range(KILLS):
        await live_and_die(cloud, tmp_path, answered)
        left += parts(cloud)
    assert left, "no worker was killed between a visit and its sending"
    handle, _ = await publish()
    child, port = await a_host(cloud, tmp_path)
    try:
        # Its first visitor makes a worker take over what others left.
        async with httpx.AsyncClient(trust_env=False, headers={"User-Agent": SAFARI}) as visitor:
            assert (await visitor.get(f"http://127.0.0.1:{port}/c/{handle}")).status_code == 200
        async with asyncio.timeout(WAIT_SECONDS):
            while parts(cloud):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        await is_empty(cloud, "visits")
    finally:
        await child.stop()
    wrong = {card: (number, found) for card, number in answered.items()
             if (found := await counted(card)) not in (number, number + 1)}  # fmt: skip
    assert wrong == {}, f"{sum(answered.values())} pages were answered"
