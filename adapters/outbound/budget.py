"""The calls of one opened source: no faster than the vendor allows, and none when none are left."""

import asyncio
import time
from collections import deque

from domain.integrations.budget import Room
from domain.integrations.connectors import Limits
from domain.integrations.errors import VendorLimited

# A longer wait is the engine's matter.
MOST_WAIT_SECONDS = 5.0
_A_DAY = 24 * 60 * 60


class PacedBudget:
    """`daily_share` of a day's calls is the most that is used: the client's other tools need the rest."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._made: deque[float] = deque()
        self._room = Room()

    async def spend(self) -> None:
        room, limits = self._room, self._limits
        if room.today is not None and room.today_of is not None:
            # What the others have used cannot be told apart: their part is left to them as a whole.
            left = room.today - room.today_of * (1 - limits.daily_share)
            if left <= 0:
                raise VendorLimited(retry_after=_A_DAY // 24)
        if room.now is not None and room.now <= 0:
            self._room = room._replace(now=None)
            await _rest(room.window_seconds or limits.window)
        at = time.monotonic()
        while self._made and at - self._made[0] >= limits.window:
            self._made.popleft()
        if len(self._made) >= limits.calls:
            await _rest(limits.window - (at - self._made[0]))
        self._made.append(time.monotonic())

    async def told(self, room: Room) -> None:
        self._room = room


async def _rest(seconds: float) -> None:
    if seconds > MOST_WAIT_SECONDS:
        raise VendorLimited(retry_after=int(seconds) + 1)
    await asyncio.sleep(seconds)
