"""Upgrade of stored documents to the current schema version, as long work."""

from dataclasses import dataclass, field
from typing import Protocol

from domain.operations.slices import Slice
from domain.operations.work import Failure, Progress, Work

UPGRADE = "upgrade"


@dataclass
class Swept:
    """Result of one slice of the upgrade.

    `done`: upgraded; `taken`: changed by another request first; `broken`: do not match their version and are
    left unchanged; `cut_off`: more documents may follow.
    """

    done: int = 0
    taken: int = 0
    broken: list[str] = field(default_factory=list)
    cut_off: bool = False


class OldDocuments(Protocol):
    async def sweep(self, bound: Slice) -> Swept:
        """Upgrade documents until the bound is over. Upgraded documents are not found again."""
        ...


class UpgradeJob:
    def __init__(self, documents: OldDocuments) -> None:
        self._documents = documents

    async def slice(self, work: Work, bound: Slice) -> Progress:  # noqa: ARG002 - every slice looks anew
        swept = await self._documents.sweep(bound)
        # After a slice without progress, the next would find the same documents: the next night tries again.
        over = not swept.cut_off or swept.done == 0
        failures = tuple(Failure(item=item, code="broken") for item in swept.broken) if over else ()
        return Progress("", swept.done, over=over, failures=failures)

    async def discard(self, work: Work) -> None:
        """Nothing to undo: an upgraded document stays valid."""
