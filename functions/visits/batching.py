"""Batching of concurrent work: items that arrive together are processed at once, and all callers wait."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field


@dataclass
class _Group[T]:
    items: list[T]
    closed: bool = False
    done: asyncio.Task[None] = field(init=False)


class Gathering[K: Hashable, T]:
    """Processes the items of one key in groups, one group after the other.

    A group is open until `pause` seconds have passed, the group before it is done, or it holds `most` items.
    """

    def __init__(self, do: Callable[[K, list[T]], Awaitable[None]], *, pause: float, most: int) -> None:
        self._do, self._pause, self._most = do, pause, most
        self._newest: dict[K, _Group[T]] = {}

    def add(self, key: K, item: T) -> asyncio.Task[None]:
        """Put the item into a group; return the group's task, which ends or fails for all its items."""
        group = self._newest.get(key)
        if group is None or group.closed or len(group.items) >= self._most:
            before, group = group, _Group([item])
            self._newest[key] = group
            group.done = asyncio.create_task(self._run(key, group, before))
        else:
            group.items.append(item)
        return group.done

    async def _run(self, key: K, group: _Group[T], before: _Group[T] | None) -> None:
        await asyncio.sleep(self._pause)
        if before is not None:
            await asyncio.wait([before.done])
        group.closed = True
        try:
            await self._do(key, group.items)
        finally:
            if self._newest[key] is group:
                del self._newest[key]
