"""Rate limits in fixed windows, counted by each worker and shared through a store."""

import asyncio
import hashlib
import hmac
import logging
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from domain.base.errors import Unavailable
from domain.base.limits import Rate, TooManyRequests

log = logging.getLogger("izwop.limits")

# Windows that a worker remembers; an account has one for each rate.
MOST_REMEMBERED = 20_000
# Time in the store after the end of a window.
KEPT_SECONDS = 60
# A worker writes its count to the store in steps of a twentieth of the limit: each worker may overshoot by
# that much, and callers below it cost no write.
_PARTS = 20


class Windows(Protocol):
    async def add(self, key: str, count: int, *, ttl: int) -> int:
        """Add to the count of a window, which is forgotten after `ttl` seconds; return the new count."""
        ...


@dataclass
class _Window:
    """Counts of one subject: `told` is the store's last total, `untold` is not written yet."""

    ends_at: int
    told: int = 0
    untold: int = 0
    # Concurrent callers wait for the store's answer.
    asking: asyncio.Lock = field(default_factory=asyncio.Lock)


class RateLimiter:
    """Rate limiter shared by all workers. Keys are HMACs, so that the store holds no identities.

    Fails open while the store is down: an outage locks nobody out, and the worker's own count still holds.
    """

    def __init__(self, windows: Windows, secret: bytes) -> None:
        self._windows, self._secret = windows, secret
        self._remembered: dict[str, _Window] = {}

    async def take(self, rate: Rate, subject: str, now: datetime, number: int = 1) -> None:
        at = int(now.timestamp())
        start = at - at % rate.seconds
        key = self._key(rate, subject, start)
        window = self._remembered.get(key) or self._begin(key, start + rate.seconds, at)
        async with window.asking:
            if window.told + window.untold + number <= rate.most:
                window.untold += number
                if window.untold < step(rate) or await self._tell(key, window, at) <= rate.most:
                    return
        raise TooManyRequests(window.ends_at - at)

    async def _tell(self, key: str, window: _Window, at: int) -> int:
        """Write the untold count to the store; return the total of all workers, as far as is known."""
        count, window.untold = window.untold, 0
        window.told += count
        try:
            everywhere = await self._windows.add(key, count, ttl=window.ends_at - at + KEPT_SECONDS)
        except Unavailable:
            log.warning("limits_not_shared")
        else:
            window.told = max(window.told, everywhere)
        return window.told

    def _begin(self, key: str, ends_at: int, at: int) -> _Window:
        if len(self._remembered) >= MOST_REMEMBERED:
            self._remembered = {kept: each for kept, each in self._remembered.items() if each.ends_at > at}
        if len(self._remembered) >= MOST_REMEMBERED:
            self._remembered.clear()
        return self._remembered.setdefault(key, _Window(ends_at))

    def _key(self, rate: Rate, subject: str, start: int) -> str:
        return hmac.new(self._secret, f"{rate.name}\n{start}\n{subject}".encode(), hashlib.sha256).hexdigest()


def step(rate: Rate) -> int:
    return max(1, rate.most // _PARTS)
