"""Delivery of webhooks: when a message is sent again, and what an answer means. By Standard Webhooks."""

from datetime import timedelta
from typing import Final, Literal, NamedTuple

# Waits before the first attempt, the second one, and so on.
ATTEMPTS: Final = (
    timedelta(0),
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
# The longest wait that a receiver may ask for.
MOST_WAIT: Final = timedelta(hours=24)
# Added at random, so that messages that failed together do not come back together.
_JITTER: Final = 0.1
_GONE: Final = 410


class Outcome(NamedTuple):
    """What follows from an attempt. `disable`: the receiver wants no more messages of any kind."""

    then: Literal["done", "again", "failed", "disable"]
    wait: timedelta = timedelta(0)


def judged(attempt: int, status: int | None, retry_after: int | None, chance: float) -> Outcome:
    """Judge the attempt of this number, from 1 on. `status` is None without an answer.

    `retry_after` is in seconds, and `chance` a random number from 0 to 1.
    """
    if status is not None and 200 <= status < 300:  # noqa: PLR2004 - what HTTP calls success
        return Outcome("done")
    if status == _GONE:
        return Outcome("disable")
    if attempt >= len(ATTEMPTS):
        return Outcome("failed")
    planned = ATTEMPTS[attempt] * (1 + _JITTER * chance)
    asked = min(timedelta(seconds=retry_after or 0), MOST_WAIT)
    return Outcome("again", max(planned, asked))
