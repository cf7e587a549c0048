"""Limits of requests in a time, by the machine's time, so that tests may stop the clock."""

import time
from collections import defaultdict, deque


class Windows:
    """Sliding windows by name."""

    def __init__(self) -> None:
        self._passed: dict[str, deque[float]] = defaultdict(deque)

    def left(self, name: str, most: int, seconds: float) -> int:
        """How many more requests may pass now."""
        passed, now = self._passed[name], time.monotonic()
        while passed and passed[0] <= now - seconds:
            passed.popleft()
        return max(0, most - len(passed))

    def passes(self, name: str, most: int, seconds: float) -> bool:
        """Count one request, unless the window is full."""
        if self.left(name, most, seconds) == 0:
            return False
        self._passed[name].append(time.monotonic())
        return True
