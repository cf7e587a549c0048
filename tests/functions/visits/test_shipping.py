"""Shipping: visits reach the queue once and soon, whatever fails in queue and disk."""

import asyncio
import os
import random
import time
from datetime import date
from pathlib import Path

import pytest

from adapters.visit_spool import VisitSpool
from domain.base.ids import make_id
from domain.visits.batches import MOST_VISITS, VisitBatch
from domain.visits.counting import Visit
from functions.framework.clock import new_id
from functions.visits import shipping
from functions.visits.shipping import Shipping

CARD = make_id("crd", bytes(16))
WAIT_SECONDS = 10


def a_visit(kind: str = "view") -> Visit:
    return Visit(subject_id=CARD, kind=kind, day=date(2026, 11, 26))


class Queue:
    """Takes what it is given, unless it is told to fail: before it took the message, or after."""

    def __init__(self) -> None:
        self.batches: list[VisitBatch] = []
        self.open = asyncio.Event()
        self.open.set()
        self.before = self.after = 0.0

    async def send(self, batch: VisitBatch) -> None:
        await self.open.wait()
        if random.random() < self.before:
            raise ConnectionError
        self.batches.append(batch)
        if random.random() < self.after:
            raise TimeoutError

    def counted(self) -> int:
        """As the fold counts: each id once."""
        each = {batch.id: sum(count for *_, count in batch.cards[0].counts) for batch in self.batches}
        return sum(each.values())


@pytest.fixture
def queue() -> Queue:
    return Queue()


@pytest.fixture
def folder(tmp_path) -> Path:
    return tmp_path / "visits"


@pytest.fixture
async def ours(folder, queue) -> Shipping:
    return Shipping(VisitSpool(folder), queue.send, new_id)


async def all_sent(ours: Shipping) -> None:
    async with asyncio.timeout(WAIT_SECONDS):
        while ours._waiting:
            await asyncio.wait([ours._running])


def parts(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.suffix != ".lock"]


async def test_a_visit_that_is_to_wait_is_sent_when_its_page_goes_on(ours, queue) -> None:
    await ours.add(a_visit(), wait=True)
    assert queue.counted() == 1


async def test_visits_of_a_busy_card_do_not_wait_and_travel_together(ours, queue, folder) -> None:
    await ours.add(a_visit(), wait=True)
    queue.open.clear()
    for _ in range(300):
        await ours.add(a_visit(), wait=False)
        await asyncio.sleep(0)
    assert queue.counted() == 1
    assert [path.read_bytes().count(b"\n") for path in parts(folder)] == [300]
    queue.open.set()
    await all_sent(ours)
    assert queue.counted() == 301
    assert len(queue.batches) == 2
    assert parts(folder) == []


async def test_one_who_waits_does_not_wait_for_the_tenth_of_a_second(ours, queue, monkeypatch) -> None:
    monkeypatch.setattr(shipping, "SHIPPING_SECONDS", 60)
    await ours.add(a_visit(), wait=True)
    await ours.add(a_visit(), wait=False)
    async with asyncio.timeout(WAIT_SECONDS):
        await ours.add(a_visit(), wait=True)
    assert queue.counted() == 3


async def test_those_who_wait_at_once_share_messages(ours, queue) -> None:
    await asyncio.gather(*(ours.add(a_visit(), wait=True) for _ in range(100)))
    assert queue.counted() == 100
    assert len(queue.batches) <= 2


async def test_a_part_is_never_larger_than_what_the_store_takes_at_once(ours, queue) -> None:
    for _ in range(3 * MOST_VISITS):
        await ours.add(a_visit(), wait=False)
    await all_sent(ours)
    assert [sum(count for *_, count in batch.cards[0].counts) for batch in queue.batches] == [MOST_VISITS] * 3


async def test_a_queue_that_hangs_costs_a_page_a_moment_and_then_nothing(
    ours, queue, folder, monkeypatch
) -> None:
    monkeypatch.setattr(shipping, "SENDING_SECONDS", 10 * shipping.PATIENCE_SECONDS)
    monkeypatch.setattr(shipping, "DOWN_SECONDS", 60)
    queue.open.clear()
    began = time.monotonic()
    await ours.add(a_visit(), wait=True)
    assert ours._down_until < began, "it is still being sent"
    async with asyncio.timeout(WAIT_SECONDS):
        while ours._down_until < began:  # noqa: ASYNC110 - the sending is given up beside
            await asyncio.sleep(0.01)
    began = time.monotonic()
    for _ in range(50):
        await ours.add(a_visit(), wait=True)
    assert time.monotonic() - began < 50 * shipping.PATIENCE_SECONDS / 2
    assert sum(path.read_bytes().count(b"\n") for path in parts(folder)) == 51, "kept on the disk meanwhile"


async def test_a_queue_that_comes_back_gets_what_was_kept(ours, queue, monkeypatch) -> None:
    monkeypatch.setattr(shipping, "DOWN_SECONDS", 0.05)
    queue.before = 1.0
    for _ in range(30):
        await ours.add(a_visit(), wait=False)
    await asyncio.wait([ours._sent])
    assert ours._waiting
    queue.before = 0.0
    await all_sent(ours)
    assert queue.counted() == 30


async def test_a_queue_that_fails_at_random_counts_each_once(ours, queue, folder, monkeypatch) -> None:
    monkeypatch.setattr(shipping, "DOWN_SECONDS", 0.002)
    monkeypatch.setattr(shipping, "SHIPPING_SECONDS", 0.002)
    monkeypatch.setattr(shipping, "HURRY_SECONDS", 0)
    queue.before = queue.after = 0.3
    for number in range(400):
        await ours.add(a_visit(), wait=number % 7 == 0)
        if number % 5 == 0:
            await asyncio.sleep(0.001)
    queue.before = queue.after = 0.0
    await all_sent(ours)
    assert queue.counted() == 400
    assert len({batch.id for batch in queue.batches}) < len(queue.batches), "some came twice"
    assert parts(folder) == []


async def test_without_a_disk_each_waits_until_it_is_sent(folder, queue) -> None:
    folder.touch()
    ours = Shipping(VisitSpool(folder), queue.send, new_id)
    ours.start()
    await asyncio.gather(*(ours.add(a_visit(), wait=False) for _ in range(20)))
    assert queue.counted() == 20


async def test_without_disk_and_queue_visits_are_lost_and_their_number_is_told(
    folder, queue, monkeypatch, caplog
) -> None:
    monkeypatch.setattr(shipping, "DOWN_SECONDS", 0.2)
    folder.touch()
    queue.before = 1.0
    ours = Shipping(VisitSpool(folder), queue.send, new_id)
    for _ in range(5):
        await ours.add(a_visit(), wait=True)
    queue.before = 0.0
    await asyncio.sleep(0.2)
    await ours.add(a_visit(), wait=True)
    assert queue.counted() == 1
    told = [record.args for record in caplog.records if record.msg.startswith("visits_lost")]
    assert sum(count for (count,) in told) == 5


async def test_the_disk_is_not_filled_while_the_queue_is_down(ours, queue, folder, monkeypatch) -> None:
    monkeypatch.setattr(shipping, "MOST_PARTS", 3)
    queue.before = 1.0
    await ours.add(a_visit(), wait=True)
    for _ in range(6 * MOST_VISITS):
        await ours.add(a_visit(), wait=False)
    assert len(parts(folder)) == 3
    assert ours._lost > MOST_VISITS


async def test_what_a_dead_worker_left_is_sent_at_start(ours, queue, folder) -> None:
    dead = VisitSpool(folder)
    dead.append(a_visit())
    dead.append(a_visit("save"))
    [part] = dead.closed()
    os.close(dead._locks.popitem()[1])  # as the system does for a process that ends
    ours.start()
    await all_sent(ours)
    assert queue.counted() == 2
    assert [batch.id for batch in queue.batches] == [part]
    assert list(folder.iterdir()) == []


async def test_one_part_that_cannot_be_sent_stops_no_other(folder, queue, monkeypatch) -> None:
    monkeypatch.setattr(shipping, "DOWN_SECONDS", 0.01)
    monkeypatch.setattr(shipping, "PARTS_AT_ONCE", 2)
    refused: set[str] = set()

    async def send(batch: VisitBatch) -> None:
        if not refused or batch.id in refused:
            refused.add(batch.id)
            raise ConnectionError
        await queue.send(batch)

    ours = Shipping(VisitSpool(folder), send, new_id)
    for _ in range(7 * MOST_VISITS):
        await ours.add(a_visit(), wait=False)
    async with asyncio.timeout(WAIT_SECONDS):
        while queue.counted() < 6 * MOST_VISITS:  # noqa: ASYNC110 - it is tried again and again
            await asyncio.sleep(0.01)
    assert {path.name for path in parts(folder)} == refused
    ours._running.cancel()


async def test_one_part_that_cannot_be_read_stops_no_other(ours, queue, folder) -> None:
    queue.open.clear()
    for _ in range(MOST_VISITS + 1):
        await ours.add(a_visit(), wait=False)
    parts(folder)[0].unlink()
    parts_left = len(parts(folder))
    queue.open.set()
    await all_sent(ours)
    assert len(queue.batches) == parts_left
