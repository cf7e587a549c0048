"""Rotation of keys: that of the master key, and that of each owner's own.

By night one long work of the system goes over the keys that are due. A key that an earlier master wrapped is
wrapped anew. A key that is a year old, or that an operator marked, is replaced in four steps, at least an
hour apart, because workers keep keys for a minute: the next key is announced, so that every worker can open
what it seals; then it seals; then long work of the owner seals anew what the earlier one sealed; then that
one is dropped.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final, NamedTuple, Protocol

from domain.base.errors import StaleVersion
from domain.operations.slices import Slice
from domain.operations.work import Failure, Progress, Work, WorkQueue, WorkStore, new_work, start_work
from domain.relationships.keys import WrappedKeys

ROTATE, RESEAL = "rotate-keys", "reseal"
# How long one key seals.
KEY_AGE: Final = timedelta(days=365)
# Between two steps: by far longer than a worker keeps a key.
STEP: Final = timedelta(hours=1)
# Before the last step: records of Idempotency-Keys that the earlier key sealed have expired.
LAST_STEP: Final = timedelta(hours=25)
# How long an earlier key is kept when nothing but what is gone by then is sealed with it: files of imports,
# rows of a search for duplicates.
KEPT_ON: Final = timedelta(days=35)
# When sealing anew that was not done is tried again: not while it may still be under way.
AGAIN: Final = timedelta(days=1)


class Unwrappable(Exception):
    """No master key that the app has wrapped this key."""


class KeySmith(Protocol):
    """Makes and wraps keys with the newest master key, whose name is `master`."""

    @property
    def master(self) -> str: ...
    def new_key(self, owner_id: str) -> str:
        """A new key, wrapped."""
        ...

    def rewrapped(self, keys: WrappedKeys) -> WrappedKeys:
        """The same keys, wrapped by the newest master key; `Unwrappable` if none of ours wrapped them."""
        ...


class DueKeys(Protocol):
    def due(self, master: str, now: datetime) -> AsyncIterator[WrappedKeys]:
        """Keys of all owners that another master key wrapped, or whose next step is due."""
        ...

    async def get(self, owner_id: str) -> WrappedKeys | None: ...
    async def save(self, keys: WrappedKeys) -> WrappedKeys: ...


class Resealed(NamedTuple):
    """Result of one slice over what an owner's key sealed."""

    cursor: str
    done: int
    over: bool
    unreadable: tuple[str, ...] = ()


class SealedDocuments(Protocol):
    async def reseal(self, owner_id: str, cursor: str, bound: Slice, *, now: datetime) -> Resealed:
        """Seal with the current key what an earlier one sealed, from the cursor on until the bound.

        What ends by itself ends when it would have.
        """
        ...


def stepped(keys: WrappedKeys, now: datetime, smith: KeySmith) -> WrappedKeys:
    """The keys after their next step, other than sealing anew."""
    if keys.resealed:
        return keys.model_copy(update={"previous": None, "resealed": False, "due_at": now + KEY_AGE})
    if keys.following is None:
        return keys.model_copy(update={"following": smith.new_key(keys.owner_id), "due_at": now + STEP})
    return keys.model_copy(
        update={
            "generation": keys.generation + 1,
            "previous": keys.current,
            "current": keys.following,
            "following": None,
            "resealed": False,
            "due_at": now + LAST_STEP,
        }
    )


class RotateJob:
    """Takes every key that is due one step further; what a step leaves undue is not found again."""

    def __init__(self, keys: DueKeys, smith: KeySmith, works: WorkStore, queue: WorkQueue) -> None:
        self._keys, self._smith, self._works, self._queue = keys, smith, works, queue

    async def slice(self, work: Work, bound: Slice) -> Progress:
        done, broken, cut_off = 0, list[str](), False
        async for keys in self._keys.due(self._smith.master, work.updated_at):
            if bound.is_over:
                cut_off = True
                break
            bound.spend()
            try:
                await self._further(keys, work)
                done += 1
            except StaleVersion:
                continue
            except Unwrappable:
                broken.append(keys.owner_id)
        # After a slice without progress, the next would find the same keys: the next night tries again.
        over = not cut_off or done == 0
        failures = tuple(Failure(item=owner, code="unwrappable") for owner in broken) if over else ()
        return Progress("", done, over=over, failures=failures)

    async def _further(self, keys: WrappedKeys, work: Work) -> None:
        now = work.updated_at
        if keys.master != self._smith.master:
            keys = await self._keys.save(self._smith.rewrapped(keys))
        if keys.due_at is None:
            await self._keys.save(keys.model_copy(update={"due_at": now + KEY_AGE}))
        elif keys.due_at <= now and (keys.previous is None or keys.resealed):
            await self._keys.save(stepped(keys, now, self._smith))
        elif keys.due_at <= now:
            await self._reseal(keys, work)

    async def _reseal(self, keys: WrappedKeys, work: Work) -> None:
        reseal = new_work(RESEAL, keys.owner_id, f"{work.id}-{keys.generation}", work.updated_at)
        await start_work(reseal, works=self._works, queue=self._queue)
        # Due again if the work comes to nothing.
        await self._keys.save(keys.model_copy(update={"due_at": work.updated_at + AGAIN}))

    async def discard(self, work: Work) -> None:
        """Nothing to undo: each step leaves keys that open everything."""


class ResealJob:
    """Seals anew what the previous key of an owner sealed, so that it can be dropped.

    `others` are for what is sealed elsewhere than in documents, such as the index of the search: each makes
    it anew for an owner.
    """

    def __init__(
        self,
        keys: DueKeys,
        documents: SealedDocuments,
        others: tuple[Callable[[str], Awaitable[object]], ...] = (),
    ) -> None:
        self._keys, self._documents, self._others = keys, documents, others

    async def slice(self, work: Work, bound: Slice) -> Progress:
        result = await self._documents.reseal(work.owner_id, work.cursor, bound, now=work.updated_at)
        failures = tuple(Failure(item=item, code="unreadable") for item in result.unreadable)
        if result.over:
            for renew in self._others:
                await renew(work.owner_id)
            # With the previous key, people may still find out about what could not be read.
            if not work.failed and not failures:
                await self._mark(work)
        return Progress(result.cursor, result.done, over=result.over, failures=failures)

    async def _mark(self, work: Work) -> None:
        keys = await self._keys.get(work.owner_id)
        if keys is not None and keys.previous is not None:
            due = work.updated_at + KEPT_ON
            await self._keys.save(keys.model_copy(update={"resealed": True, "due_at": due}))

    async def discard(self, work: Work) -> None:
        """Nothing to undo: both keys open everything until the previous one is dropped."""
