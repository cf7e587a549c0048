"""Imports and zips of photos: what they have in common, each in stages of long work."""

from datetime import datetime
from typing import Protocol

import wiring.operations
from domain.operations.staged import Staged
from domain.operations.work import Change, Work, WrongWorkState, change_work


class OfOrganisation(Staged, Protocol):
    @property
    def org_id(self) -> str: ...


async def started[S: OfOrganisation](found: S, at: datetime) -> S:
    """The same, whose long work is started at once; the order that is stored with it does it otherwise."""
    await wiring.operations.start_stage(found.org_id, found, at)
    return found


async def work_of(found: OfOrganisation) -> Work | None:
    """The long work of the present stage."""
    return await wiring.operations.works().get(found.org_id, found.work_id) if found.work_kind else None


async def change_work_of(found: OfOrganisation, change: Change, at: datetime) -> None:
    """Pause, resume or cancel it."""
    if found.work_kind is None:
        raise WrongWorkState
    works, queue = wiring.operations.works(), wiring.operations.work_queue()
    await change_work(found.org_id, found.work_id, change, now=at, works=works, queue=queue)
