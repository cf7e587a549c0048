"""Limits of an account: how much it may have, and how often it may ask for what costs.

The numbers are far above what people do by hand; `docs/limits.md` is held to them by a test.
"""

from datetime import datetime
from typing import NamedTuple, Protocol

from domain.base.errors import Conflict, Refusal

MOST_CARDS = 100
MOST_PROFILES = 50
# Each keeps room for an upload of 5 MB until the sweep.
MOST_WAITING_IMAGES = 20


class LimitReached(Conflict):
    """The account has as many as it may have; the detail says of what, and what to do."""

    code = "limit_reached"
    title = "The account has as many of these as it may have"


class TooManyRequests(Refusal):
    code = "too_many_requests"
    title = "That was too often"

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"Try again after {retry_after} seconds.")
        self.retry_after = retry_after


class Rate(NamedTuple):
    """At most so many in each window of so many seconds. Windows begin at the same time for everybody."""

    name: str
    most: int
    seconds: int


CHANGES = Rate("changes", most=600, seconds=60)
# Handles are given out for good, so they are what somebody could hoard.
HANDLES = Rate("handles", most=100, seconds=24 * 60 * 60)
IMAGES = Rate("images", most=100, seconds=60 * 60)

RATES = (CHANGES, HANDLES, IMAGES)


# Strangers have no key here: we do not keep their addresses, and one limit for all of them would let a single
# one keep the others out. The edge limits them.


class Limiter(Protocol):
    async def take(self, rate: Rate, subject: str, now: datetime) -> None:
        """Count one for `subject`, or refuse with `TooManyRequests`. What is refused is not counted."""
        ...
