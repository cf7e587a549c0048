"""Shipping of visits from the worker's spool to their queue, one message for each tenth of a second."""

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
# Pause before sending a visit whose page waits: short, yet many such pages share a message.
HURRY_SECONDS = 0.02
# A page never waits longer than this for its visit to be sent.
PATIENCE_SECONDS = 0.2
SENDING_SECONDS = 5.0
# While the queue is down, visits stay on the disk, and no page waits for them.
DOWN_SECONDS = 5.0
# Seconds between looks for spools of dead workers of this instance.
ADOPTING_SECONDS = 10.0
PARTS_AT_ONCE = 20
# About 40 MB of a shared disk. Visits beyond it are not counted.
MOST_PARTS = 1000


class Spool(Protocol):
    """Storage of visits that survives the end of this process. Each call may raise `OSError`."""

    def append(self, visit: Visit) -> None: ...

    def closed(self) -> list[str]: ...

    def adopt(self) -> list[str]: ...

    def read(self, part: str) -> Counter[Visit]: ...

    def forget(self, part: str) -> None: ...


class Shipping:
    """Sender of the spool's parts, one after the other, as long as there are any."""

    def __init__(
        self, spool: Spool, send: Callable[[VisitBatch], Awaitable[None]], new_id: Callable[[str], str]
    ) -> None:
        self._spool, self._send, self._new_id = spool, send, new_id
        self._parts: list[str] = []
        # Number of visits in the open part; visits that could not be written; number of lost visits.
        self._open = 0
        self._unspooled: Counter[Visit] = Counter()
        self._lost = 0
        self._hurry = asyncio.Event()
        self._sent: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._opened = self._began = self._adopted = self._down_until = -inf
        self._running: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Take over the parts of dead workers, at most every `ADOPTING_SECONDS`."""
        if time.monotonic() >= self._adopted + ADOPTING_SECONDS:
            self._adopted = time.monotonic()
            with _disk_trouble("adopt"):
                self._parts += self._spool.adopt()
            self._go_on()

    async def add(self, visit: Visit, *, wait: bool) -> None:
        """Return once the visit is on the disk; with `wait`, or without a disk, once it is sent.

        In any case return after `PATIENCE_SECONDS`, and at once while the queue is down.
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
        """Wait before the next send: shorter if a page waits, longer if the queue is down."""
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
        # Later visits go with the next shipment, and a page does not wait for hundreds of old parts.
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
            # The failed part comes last the next time: a faulty part must not block the others.
            self._parts = parts[-1:] + self._parts + parts[:-1]
            sent.set_result(None)
            if self._lost:
                log.warning("visits_lost count=%d", self._lost)
                self._lost = 0

    async def _ship_unspooled(self, visits: Counter[Visit]) -> None:
        """Send visits that could not be written to disk. Pages wait for them, and they exist nowhere else."""
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
            # Left on the disk for the worker that takes it over after this one's end.
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
    """Log an error of the disk and go on: visits can be sent without it."""
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
