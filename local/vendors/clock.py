"""The stand-ins' clock: the machine's time, which tests can move, or stop."""

from datetime import UTC, datetime, timedelta


class Clock:
    def __init__(self) -> None:
        self._offset = timedelta()
        self._stopped: datetime | None = None

    def now(self) -> datetime:
        """Milliseconds at most, as the vendors have them."""
        at = self._stopped or datetime.now(UTC) + self._offset
        return at.replace(microsecond=at.microsecond // 1000 * 1000)

    def advance(self, seconds: float) -> None:
        self._offset += timedelta(seconds=seconds)
        if self._stopped is not None:
            self._stopped += timedelta(seconds=seconds)

    def stop(self, at: datetime | None = None) -> None:
        """Stand still, now or at a time."""
        self._stopped = at or self.now()

    def go(self) -> None:
        """Run with the machine's time again."""
        self._stopped, self._offset = None, timedelta()
