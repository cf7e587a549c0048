"""Webhooks on their way: collected for a moment, signed by the skin, tried again when they fail."""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from local.vendors.faults import Faults

COLLECTED_SECONDS = 0.05
TIMEOUT_SECONDS = 5
RETRY_SECONDS = (1.0, 5.0, 30.0, 60.0, 300.0)
_MAX_KEPT = 10_000

type Event = dict[str, Any]


@dataclass(frozen=True)
class Message:
    """What is sent in one attempt."""

    body: bytes
    headers: dict[str, str]


@dataclass(frozen=True)
class Line:
    """Events of one account to one address. `pack` makes the message of an attempt, counted from 0."""

    vendor: str
    account: str
    url: str
    pack: Callable[[list[Event], int], Message] = field(compare=False)
    most: int = 1  # events in a message


class Deliveries:
    """`sent` has every attempt, for tests that bring messages to the app by themselves.

    Repetitions come much sooner than the vendors', so that a person sees them.
    """

    def __init__(self, faults: Faults) -> None:
        self.retry_seconds: tuple[float, ...] = RETRY_SECONDS
        self.sent: list[dict[str, Any]] = []
        self._faults = faults
        self._waiting: dict[Line, list[Event]] = defaultdict(list)
        self._tasks: set[asyncio.Task[None]] = set()

    def add(self, line: Line, event: Event) -> None:
        """Deliver soon, with what else happens in this moment."""
        if not self._waiting[line]:
            self._start(self._collect(line))
        self._waiting[line].append(event)

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _start(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _collect(self, line: Line) -> None:
        await asyncio.sleep(COLLECTED_SECONDS)
        events = self._waiting.pop(line)
        if self._is_ordered("lose_webhooks", line):
            return
        if self._is_ordered("reorder_webhooks", line):
            events.reverse()
        packs = [events[start : start + line.most] for start in range(0, len(events), line.most)]
        times = 2 if self._is_ordered("duplicate_webhooks", line) else 1
        for _ in range(times):
            for pack in packs:
                self._start(self._deliver(line, pack))

    def _is_ordered(self, action: str, line: Line) -> bool:
        return self._faults.mode(action, line.vendor, line.account) is not None

    async def _deliver(self, line: Line, events: list[Event]) -> None:
        for attempt in range(len(self.retry_seconds) + 1):
            if attempt:
                await asyncio.sleep(self.retry_seconds[attempt - 1])
            message = line.pack(events, attempt)
            record: dict[str, Any] = {
                "vendor": line.vendor,
                "account": line.account,
                "url": line.url,
                "attempt": attempt,
                "headers": message.headers,
                "body": message.body.decode(),
                "status": None,
            }
            if len(self.sent) < _MAX_KEPT:
                self.sent.append(record)
            record["status"] = await _post(line.url, message)
            if record["status"] is not None and record["status"] // 100 == 2:  # noqa: PLR2004
                return


async def _post(url: str, message: Message) -> int | None:
    """The status of the answer; None without one."""
    limit = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)
    with suppress(aiohttp.ClientError, TimeoutError):
        async with (
            aiohttp.ClientSession(timeout=limit) as session,
            session.post(url, data=message.body, headers=message.headers, allow_redirects=False) as answer,
        ):
            return answer.status
    return None
