"""The weekly job: strengths that are due are written anew, owner by owner, as long work.

A strength is due when its state has become another one by silence alone, or its stored score is too high. All
others are left alone: what they are on a day is computed when they are read.
"""

from datetime import date, datetime
from typing import Final, Protocol

from domain.base.errors import StaleVersion
from domain.operations.slices import Slice
from domain.operations.work import Progress, Work, WorkQueue, WorkStore, new_work, start_work
from domain.relationships.interactions.interaction import number_of
from domain.relationships.strength.strength import Strength

STRENGTHS: Final = "strengths"
_AT_ONCE: Final = 100


class DueStrengths(Protocol):
    async def due(self, owner_id: str, today: date, limit: int) -> list[Strength]: ...
    async def save_touched(self, strengths: list[Strength]) -> None:
        """Store all of these strengths of one owner or none; `StaleVersion` if one was changed meanwhile."""
        ...


async def start_due(owner_id: str, now: datetime, *, works: WorkStore, queue: WorkQueue) -> Work:
    """Start the work of an owner who has strengths that are due. Safe to run again: a day has one work."""
    work = new_work(STRENGTHS, owner_id, f"job_{STRENGTHS}-{now:%Y-%m-%d}", now)
    return await start_work(work, works=works, queue=queue)


class StrengthsJob:
    """Touches an owner's strengths that are due. Where it stands is in the strengths: the next due day."""

    def __init__(self, store: DueStrengths) -> None:
        self._store = store

    async def slice(self, work: Work, bound: Slice) -> Progress:
        today, done = work.created_at.date(), 0
        while not bound.is_over:
            found = await self._store.due(work.owner_id, today, min(_AT_ONCE, bound.left))
            if not found:
                return Progress("", done, over=True)
            try:
                await self._store.save_touched([_touched(each, today) for each in found])
            except StaleVersion:
                # Somebody logged something meanwhile: that one is not due any more.
                continue
            bound.spend(len(found))
            done += len(found)
        return Progress("", done)

    async def discard(self, work: Work) -> None:
        """Nothing: what was touched is right."""


def _touched(strength: Strength, today: date) -> Strength:
    return strength.touched(number_of(today)).model_copy(update={"version": strength.version + 1})
