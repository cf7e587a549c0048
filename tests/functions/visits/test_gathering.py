"""Batching: concurrent items are processed in groups, in order, and each caller gets the outcome."""

import asyncio

import pytest

from functions.visits.batching import Gathering


class Done:
    """Records the groups and holds them up until it is told to go on."""

    def __init__(self) -> None:
        self.groups: list[tuple[str, list[int]]] = []
        self.go = asyncio.Event()
        self.running = self.most_running = 0

    async def __call__(self, key: str, items: list[int]) -> None:
        self.groups.append((key, list(items)))
        self.running += 1
        self.most_running = max(self.most_running, self.running)
        await self.go.wait()
        self.running -= 1
        if 13 in items:
            raise ValueError(key)


async def turns(count: int = 10) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def test_what_comes_within_the_pause_is_one_group_of_its_key() -> None:
    done = Done()
    done.go.set()
    gathering = Gathering(done, pause=0.05, most=10)
    waiting = []
    for item in range(4):
        waiting += [gathering.add("even" if item % 2 == 0 else "odd", item)]
        await turns()
    await asyncio.gather(*waiting)
    assert sorted(done.groups) == [("even", [0, 2]), ("odd", [1, 3])]


async def test_what_comes_while_a_group_is_done_waits_for_it_and_is_the_next() -> None:
    done = Done()
    gathering = Gathering(done, pause=0, most=10)
    first = gathering.add("a", 1)
    await turns()
    rest = [gathering.add("a", item) for item in (2, 3)]
    await turns()
    assert done.groups == [("a", [1])]
    done.go.set()
    await asyncio.gather(first, *rest)
    assert done.groups == [("a", [1]), ("a", [2, 3])]


async def test_a_group_holds_no_more_than_it_may() -> None:
    done = Done()
    done.go.set()
    gathering = Gathering(done, pause=0, most=3)
    await asyncio.gather(*[gathering.add("a", item) for item in range(8)])
    assert [items for _, items in done.groups] == [[0, 1, 2], [3, 4, 5], [6, 7]]
    assert done.most_running == 1


async def test_a_failure_is_told_to_its_group_alone_and_stops_no_other() -> None:
    done = Done()
    done.go.set()
    gathering = Gathering(done, pause=0, most=2)
    tasks = [gathering.add("a", item) for item in (12, 13, 14)]
    assert tasks[0] is tasks[1]
    with pytest.raises(ValueError, match="a"):
        await tasks[0]
    await tasks[2]
    assert done.groups[-1] == ("a", [14])


async def test_nothing_is_kept_of_what_is_done() -> None:
    done = Done()
    done.go.set()
    gathering = Gathering(done, pause=0, most=2)
    await asyncio.gather(*[gathering.add(str(item % 5), item) for item in range(40) if item != 13])
    assert gathering._newest == {}
