"""How many calls a source makes."""

import asyncio
import time

import pytest

from adapters.outbound.pace import DAY_SPENT_SECONDS, Pace
from domain.integrations.budget import Room
from domain.integrations.errors import VendorLimited


class Clock:
    now = 50.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds


def pace_of(clock: Clock, calls: int = 100, *, share: float = 1) -> Pace:
    return Pace(calls, 10, share=share, clock=clock, sleep=clock.sleep)


async def made(pace: Pace, most: int = 1000) -> int:
    """Calls that may be made now."""
    for number in range(most):
        try:
            await pace.spend()
        except VendorLimited:
            return number
    return most


async def test_a_window_has_its_calls_and_no_more() -> None:
    clock = Clock()
    pace = pace_of(clock, 110)
    assert await made(pace) == 110
    clock.now += 6.9
    with pytest.raises(VendorLimited) as limited:
        await pace.spend()
    assert limited.value.retry_after == 4
    clock.now += 3.1
    assert await made(pace) == 110


async def test_no_window_at_any_time_has_more() -> None:
    clock, times = Clock(), []
    pace = pace_of(clock, 5)
    for step in range(400):
        clock.now += (step % 7) / 4
        if await made(pace, 1):
            times.append(clock.now)
    assert len(times) > 50
    assert all(sum(begin <= each < begin + 10 for each in times) <= 5 for begin in times)


async def test_a_moment_is_waited() -> None:
    pace = Pace(2, 0.2, share=1)
    begun = time.monotonic()
    await asyncio.gather(*(pace.spend() for _ in range(5)))
    assert time.monotonic() - begun >= 0.4


async def test_a_vendor_that_says_that_the_window_is_empty_is_believed() -> None:
    clock = Clock()
    pace = pace_of(clock)
    await pace.told(Room(now=1, window_seconds=10))
    assert await made(pace, 1) == 1
    await pace.told(Room(now=0, window_seconds=8))
    with pytest.raises(VendorLimited) as limited:
        await pace.spend()
    assert limited.value.retry_after == 8
    clock.now += 8
    assert await made(pace, 1) == 1


@pytest.mark.parametrize(("left", "goes_on"), [(100_000, True), (75_001, True), (75_000, False), (0, False)])
async def test_the_rest_of_a_day_is_for_others(left: int, goes_on) -> None:
    clock = Clock()
    pace = pace_of(clock, share=0.25)
    await pace.told(Room(today=left, today_of=100_000))
    assert bool(await made(pace, 1)) == goes_on
    clock.now += DAY_SPENT_SECONDS
    assert await made(pace, 1) == 1


@pytest.mark.parametrize("room", [Room(), Room(today=5), Room(today=5, today_of=0), Room(now=0)])
async def test_what_a_vendor_does_not_say_limits_nothing(room: Room) -> None:
    pace = pace_of(Clock(), share=0.25)
    await pace.told(room)
    assert await made(pace, 1) == 1
