"""Erasure of what was deleted, once its owner cannot take it back any more."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

from domain.base.errors import Refusal, StaleVersion
from domain.operations.slices import Slice


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
