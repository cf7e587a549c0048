"""The pace at which a source calls its vendor, kept by each worker; one run at a time syncs a source."""

import asyncio
import math
import time
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Final

from domain.integrations.budget import Room
from domain.integrations.errors import VendorLimited

# A longer wait is the engine's matter.
MOST_WAIT_SECONDS: Final = 3
# After so long it is looked again whether a day's calls are there anew; vendors begin days at other hours.
DAY_SPENT_SECONDS: Final = 3600


class Pace:
    """`Budget` of a source: at most `calls` in each `window` of seconds.

    `share` is the part of a day's calls that iZwop takes: it leaves the last `1 - share` of them to the
    client's other tools, whoever has spent the first.
    """

    def __init__(
        self,
        calls: int,
        window: float,
        *,
        share: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._calls, self._window, self._share = calls, window, share
        self._clock, self._sleep = clock, sleep
        self._made: deque[float] = deque()
        self._shut_until = -math.inf

    async def spend(self) -> None:
        while (wait := self._wait()) > 0:
            if wait > MOST_WAIT_SECONDS:
                raise VendorLimited(retry_after=math.ceil(wait))
            await self._sleep(wait)
        self._made.append(self._clock())

    async def told(self, room: Room) -> None:
        now = self._clock()
        if room.now == 0 and room.window_seconds is not None:
            self._shut_until = max(self._shut_until, now + room.window_seconds)
        if room.today is not None and room.today_of and room.today <= room.today_of * (1 - self._share):
            self._shut_until = max(self._shut_until, now + DAY_SPENT_SECONDS)

    def _wait(self) -> float:
        """Seconds until a call may be made."""
        now = self._clock()
        while self._made and self._made[0] <= now - self._window:
            self._made.popleft()
        full = self._made[0] + self._window - now if len(self._made) >= self._calls else 0
        return max(full, self._shut_until - now)
