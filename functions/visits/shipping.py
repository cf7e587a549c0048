"""Visits from the worker's spool to their queue: what came within a tenth of a second goes in one message."""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from math import inf
from typing import Protocol

import wiring.visits
from domain.visits.batches import MOST_VISITS, VisitBatch, batches
from domain.visits.counting import Visit
from functions.framework.clock import new_id

log = logging.getLogger("izwop.visits")

SHIPPING_SECONDS = 0.1
# A page that waits is not to wait long, but many such pages may share a message.
HURRY_SECONDS = 0.02
# A page never waits longer than this for its visit to be sent.
PATIENCE_SECONDS = 0.2
SENDING_SECONDS = 5.0
# While the queue is down, visits stay on the disk, and no page waits for them.
DOWN_SECONDS = 5.0
# Workers of this instance may die at any time, and nobody tells the others.
ADOPTING_SECONDS = 10.0
PARTS_AT_ONCE = 20
# About 40 MB of a disk that is not ours alone. What comes on top is not counted.
MOST_PARTS = 1000


class Spool(Protocol):
    """Where visits are safe from the end of this process. Each of its calls may raise `OSError`."""

    def append(self, visit: Visit) -> None: ...

    def closed(self) -> list[str]: ...

    def adopt(self) -> list[str]: ...

    def read(self, part: str) -> Counter[Visit]: ...

    def forget(self, part: str) -> None: ...


class Shipping:
    """Sends parts of the spool, one after the other, as long as there are any."""

    def __init__(
        self, spool: Spool, send: Callable[[VisitBatch], Awaitable[None]], new_id: Callable[[str], str]
    ) -> None:
        self._spool, self._send, self._new_id = spool, send, new_id
        self._parts: list[str] = []
        # How many are in the open part; those that the disk did not take; those that nothing took.
        self._open = 0
        self._unspooled: Counter[Visit] = Counter()
        self._lost = 0
        self._hurry = asyncio.Event()
        self._sent: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._opened = self._began = self._adopted = self._down_until = -inf
        self._running: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Take over, now and then, what workers that are gone have left."""
        if time.monotonic() >= self._adopted + ADOPTING_SECONDS:
            self._adopted = time.monotonic()
            with _disk_trouble("adopt"):
                self._parts += self._spool.adopt()
            self._go_on()

    async def add(self, visit: Visit, *, wait: bool) -> None:
        """Return once the visit is on the disk; with `wait`, or without a disk, once it is sent.

        But after `PATIENCE_SECONDS` at the latest, and at once while the queue is down.
        """
        down = time.monotonic() < self._down_until
        spooled = self._write(visit)
        if down and not spooled:
            self._lost += 1
            return
        if not spooled:
            self._unspooled[visit] += 1
        self._go_on()
        if not down and (wait or not spooled):
            self._hurry.set()
            await asyncio.wait([self._sent], timeout=PATIENCE_SECONDS)

    def _write(self, visit: Visit) -> bool:
        if len(self._parts) >= MOST_PARTS:
            return False
        try:
            self._spool.append(visit)
        except OSError:
            return False
        if not self._open:
            self._opened = time.monotonic()
        self._open += 1
        if self._open >= MOST_VISITS:
            self._close()
        return True

    def _close(self) -> None:
        self._open = 0
        with _disk_trouble("close"):
            self._parts += self._spool.closed()

    @property
    def _waiting(self) -> bool:
        return bool(self._open or self._unspooled or self._parts)

    def _go_on(self) -> None:
        if self._waiting and (self._running is None or self._running.done()):
            self._running = asyncio.create_task(self._run())

    async def _run(self) -> None:
        while self._waiting:
            await self._pause()
            await self._ship()

    async def _pause(self) -> None:
        """Until the queue is asked again: soon, sooner if a page waits, later if it is down."""
        if (down := self._down_until - time.monotonic()) > 0:
            await asyncio.sleep(down)
            return
        if self._open:
            with suppress(TimeoutError):
                rest = self._opened + SHIPPING_SECONDS - time.monotonic()
                await asyncio.wait_for(self._hurry.wait(), max(rest, 0))
        await asyncio.sleep(max(self._began + HURRY_SECONDS - time.monotonic(), 0))

    async def _ship(self) -> None:
        self._began = time.monotonic()
        self._hurry.clear()
        self._close()
        sent, self._sent = self._sent, asyncio.get_running_loop().create_future()
        unspooled, self._unspooled = self._unspooled, Counter()
        # What comes meanwhile is not of this shipment; and a page does not wait for hundreds of old parts.
        parts, self._parts = self._parts[-PARTS_AT_ONCE:], self._parts[:-PARTS_AT_ONCE]
        try:
            await self._ship_unspooled(unspooled)
            while parts:
                # The newest first, because a page may wait for it.
                await self._ship_part(parts[-1])
                parts.pop()
        except Exception as exc:  # noqa: BLE001 - whatever ails the queue, it is asked again later
            self._down_until = time.monotonic() + DOWN_SECONDS
            log.warning("visits_not_sent parts=%d error=%s", len(parts), type(exc).__name__)
        finally:
            # What failed comes last the next time: should it be at fault itself, it stops no other.
            self._parts = parts[-1:] + self._parts + parts[:-1]
            sent.set_result(None)
            if self._lost:
                log.warning("visits_lost count=%d", self._lost)
                self._lost = 0

    async def _ship_unspooled(self, visits: Counter[Visit]) -> None:
        """Visits that the disk did not take, for which pages wait. Nothing else has them."""
        if not visits:
            return
        log.warning("visits_not_spooled count=%d", visits.total())
        self._lost += visits.total()
        await self._send_all(self._new_id("vis"), visits)
        self._lost -= visits.total()

    async def _ship_part(self, part: str) -> None:
        """Send a part, and delete it once the queue has it."""
        visits: Counter[Visit] | None = None
        with _disk_trouble("read"):
            visits = self._spool.read(part)
        if visits is None:
            # Whoever takes it over once this worker is gone may be luckier.
            return
        await self._send_all(part, visits)
        with _disk_trouble("forget"):
            self._spool.forget(part)

    async def _send_all(self, batch_id: str, visits: Counter[Visit]) -> None:
        for batch in batches(batch_id, visits):
            async with asyncio.timeout(SENDING_SECONDS):
                await self._send(batch)


@contextmanager
def _disk_trouble(doing: str) -> Iterator[None]:
    """Trouble with the disk is told and goes no further: the queue is what matters."""
    try:
        yield
    except OSError as exc:
        log.warning("visit_spool_failed doing=%s error=%s", doing, exc.strerror)


@cache
def shipping() -> Shipping:
    """The shipping of this worker."""
    return Shipping(wiring.visits.spool(), _send, new_id)


async def _send(batch: VisitBatch) -> None:
    await wiring.visits.queue().send(batch)
