"""Visit rate of cards: the visits of a busy card may be sent after the reply, all others before it."""

from collections import Counter

# Visits a second above which the loss of a few with a vanishing machine does not matter.
MOST_OF_A_QUIET_CARD = 10


class Pace:
    """Visit counts of each card in this second and in the one before."""

    def __init__(self) -> None:
        self._second = 0
        self._now: Counter[str] = Counter()
        self._before: Counter[str] = Counter()

    def is_busy(self, subject_id: str, at: float) -> bool:
        """Note a visit at a time in seconds, and return whether its card is busy."""
        second = int(at)
        if second != self._second:
            self._before = self._now if second == self._second + 1 else Counter()
            self._second, self._now = second, Counter()
        self._now[subject_id] += 1
        return max(self._now[subject_id], self._before[subject_id]) > MOST_OF_A_QUIET_CARD
