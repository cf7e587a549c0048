"""Logging the meetings of a calendar file, and undoing that: long work, contact by contact.

The id of an interaction follows from its event, so that no file logs anything twice, however often sent.
"""

from collections.abc import Mapping
from datetime import datetime
from itertools import batched
from typing import Final, Protocol

from domain.base.errors import Conflict, StaleVersion, Unavailable
from domain.base.texts import N_
from domain.operations.slices import Slice
from domain.operations.work import Failure, Progress, Work, WorkQueue, WorkStore, new_work, start_work
from domain.relationships.calendar.file import CalendarFile, CalendarFiles, Meetings, read_file
from domain.relationships.interactions.interaction import (
    MOST_INTERACTIONS,
    Interaction,
    Said,
    number_of,
)
from domain.relationships.interactions.log import Kept, strength_of
from domain.relationships.strength.strength import Strength

LOG, UNDO = "calendar", "calendar-undo"
_TRIES = 5
# A batch has at most 100 operations, and one is for the strength.
_AT_ONCE: Final = 90


class NotLoggedYet(Conflict):
    code = "not_logged_yet"
    title = N_("The meetings of this file are not logged, or not all of them yet")


class Logs(Protocol):
    async def present(self, owner_id: str, contact_id: str) -> str:
        """The id of the contact, or of the one that it was merged into since."""
        ...

    async def kept(self, owner_id: str, contact_id: str, interaction_id: str = "") -> Kept | None: ...
    async def all_of(self, owner_id: str, contact_id: str) -> list[Interaction]: ...
    async def taken(self, owner_id: str, ids: list[str]) -> tuple[set[str], dict[str, str]]:
        """Ids that are taken, and those that went with their file and may come again, with their ETags."""
        ...

    async def add_all(
        self, made: list[Interaction], again: Mapping[str, str], strength: Strength
    ) -> None: ...
    async def remove_all(self, gone: list[Interaction], strength: Strength) -> None: ...


def log_id(file_id: str) -> str:
    return f"job_log-{file_id}"


def undo_id(file_id: str) -> str:
    return f"job_undo-{file_id}"


async def start_logging(file: CalendarFile, now: datetime, *, works: WorkStore, queue: WorkQueue) -> Work:
    """Start to log what the owner has looked at. Asked again, it is the same work."""
    return await start_work(new_work(LOG, file.owner_id, log_id(file.id), now), works=works, queue=queue)


async def start_undo(file: CalendarFile, now: datetime, *, works: WorkStore, queue: WorkQueue) -> Work:
    """Start to take back all that the file has logged."""
    logging = await works.get(file.owner_id, log_id(file.id))
    if logging is None or not logging.is_over:
        raise NotLoggedYet
    return await start_work(new_work(UNDO, file.owner_id, undo_id(file.id), now), works=works, queue=queue)


class _CalendarJob:
    """Goes through the contacts of a file. The cursor is how many of them are done."""

    def __init__(self, files: CalendarFiles, logs: Logs) -> None:
        self._files, self._logs = files, logs

    async def _slice(self, work: Work, bound: Slice, prefix: str, step: "Step") -> Progress:
        file = await read_file(work.owner_id, work.id.removeprefix(prefix), files=self._files)
        at, done, failures = int(work.cursor or 0), 0, list[Failure]()
        while at < len(file.meetings) and not bound.is_over:
            met = await _as_now(file, file.meetings[at], self._logs)
            if not await step(file, met, work.created_at, self._logs):
                failures.append(Failure(item=met.contact_id, code="limit_reached"))
            bound.spend(len(met.days))
            done += len(met.days)
            at += 1
        over = at == len(file.meetings)
        return Progress(str(at), done, over=over, total=file.number, failures=tuple(failures))


class Step(Protocol):
    async def __call__(self, file: CalendarFile, met: Meetings, now: datetime, logs: Logs, /) -> bool: ...


class LogJob(_CalendarJob):
    def __init__(self, files: CalendarFiles, logs: Logs, works: WorkStore) -> None:
        super().__init__(files, logs)
        self._works = works

    async def slice(self, work: Work, bound: Slice) -> Progress:
        return await self._slice(work, bound, log_id(""), self._log)

    async def _log(self, file: CalendarFile, met: Meetings, now: datetime, logs: Logs) -> bool:
        """Log the meetings with one contact that are not logged yet; False if there were too many."""
        fits = True
        for some in batched(met.days, _AT_ONCE, strict=False):
            for left in reversed(range(_TRIES)):
                # A worker that lost its lease may come so late that the owner has undone it all.
                if await self._works.get(file.owner_id, undo_id(file.id)) is not None:
                    return True
                try:
                    meetings = Meetings(contact_id=met.contact_id, days=list(some))
                    fits = await _log_some(file, meetings, now, logs)
                    break
                except StaleVersion:
                    if not left:
                        raise Unavailable from None
        return fits

    async def discard(self, work: Work) -> None:
        """Take back what was logged before the work was cancelled."""
        file = await read_file(work.owner_id, work.id.removeprefix(log_id("")), files=self._files)
        for met in file.meetings:
            await _undo(file, await _as_now(file, met, self._logs), work.updated_at, self._logs)


class UndoJob(_CalendarJob):
    async def slice(self, work: Work, bound: Slice) -> Progress:
        return await self._slice(work, bound, undo_id(""), _undo)

    async def discard(self, work: Work) -> None:
        """Nothing: what is taken back can be read from the file again."""


async def _as_now(file: CalendarFile, met: Meetings, logs: Logs) -> Meetings:
    return met.model_copy(update={"contact_id": await logs.present(file.owner_id, met.contact_id)})


async def _log_some(file: CalendarFile, met: Meetings, now: datetime, logs: Logs) -> bool:
    kept = await logs.kept(file.owner_id, met.contact_id)
    taken, again = await logs.taken(file.owner_id, [each for _, each in met.days])
    new = [_interaction(file, met.contact_id, day, each, now) for day, each in met.days if each not in taken]
    if kept is None or not new:
        return True
    there = await logs.all_of(file.owner_id, met.contact_id)
    room = max(0, MOST_INTERACTIONS - len(there))
    fitting = new[:room]
    if fitting:
        strength = _counted(kept, file.owner_id, met.contact_id, [*there, *fitting], now)
        await logs.add_all(fitting, again, strength)
    return len(fitting) == len(new)


def _interaction(file: CalendarFile, contact_id: str, day: object, item: str, now: datetime) -> Interaction:
    return Interaction(
        id=item,
        owner_id=file.owner_id,
        contact_id=contact_id,
        said=Said.model_validate({"kind": "meeting", "day": day}),
        source="calendar",
        file=file.id,
        created_at=now,
        updated_at=now,
    )


async def _undo(file: CalendarFile, met: Meetings, now: datetime, logs: Logs) -> bool:
    """Take back the meetings with one contact that this file has logged."""
    for left in reversed(range(_TRIES)):
        kept = await logs.kept(file.owner_id, met.contact_id)
        there = await logs.all_of(file.owner_id, met.contact_id)
        gone = [each for each in there if each.file == file.id]
        if kept is None or not gone:
            return True
        try:
            while gone:
                some, gone = gone[:_AT_ONCE], gone[_AT_ONCE:]
                ids = {each.id for each in some}
                there = [each for each in there if each.id not in ids]
                await logs.remove_all(some, _counted(kept, file.owner_id, met.contact_id, there, now))
                kept = await logs.kept(file.owner_id, met.contact_id) or kept
        except StaleVersion:
            if not left:
                raise Unavailable from None
    return True


def _counted(
    kept: Kept, owner_id: str, contact_id: str, interactions: list[Interaction], now: datetime
) -> Strength:
    today = number_of(now.date())
    entries = [each.entry for each in interactions if not each.ignored]
    return strength_of(kept, owner_id, contact_id, today).counted(entries, today)
