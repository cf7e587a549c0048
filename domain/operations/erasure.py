"""What was deleted: taking it back for a while, and its erasure once its owner cannot any more."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeGuard

from domain.base.errors import NotFound, Refusal, StaleVersion
from domain.operations.slices import Slice


class Deletable(Protocol):
    """A thing that its owner can take back for a while after its deletion."""

    @property
    def version(self) -> int: ...
    @property
    def deleted(self) -> bool: ...
    def can_come_back(self, now: datetime) -> bool: ...


def restorable[T: Deletable](found: T | None, now: datetime, version: int | None = None) -> T:
    """The deleted thing while it can come back; `StaleVersion` if a version is given and it is another."""
    if found is None or not found.can_come_back(now):
        raise NotFound
    if version is not None and found.version != version:
        raise StaleVersion
    return found


def came_back[T: Deletable](found: T | None, version: int) -> TypeGuard[T]:
    """Whether the deletion of this version was taken back and nothing was changed since."""
    return found is not None and not found.deleted and found.version == version + 1


@dataclass
class Settled:
    """Result of one run of housekeeping: numbers of things that are done and that failed."""

    done: int = 0
    failed: int = 0


async def erase_due[T](
    due: AsyncIterator[T], erase: Callable[[T], Awaitable[object]], bound: Slice
) -> Settled:
    """Erase what is due, until the bound; the next run goes on.

    What came back meanwhile is left alone, and what cannot be erased now does not stop the others.
    """
    result = Settled()
    async for each in due:
        if bound.is_over:
            break
        bound.spend()
        try:
            await erase(each)
            result.done += 1
        except StaleVersion:
            continue
        except Refusal:
            result.failed += 1
    return result
