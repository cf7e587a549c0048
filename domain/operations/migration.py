"""The sweep that brings stored documents to today's form, as long work."""

from dataclasses import dataclass, field
from typing import Protocol

from domain.operations.slices import Slice
from domain.operations.work import Failure, Progress, Work

UPGRADE = "upgrade"


@dataclass
class Swept:
    """Result of one slice of the sweep.

    `done`: brought up to date; `taken`: somebody else wrote first; `broken`: not what their version says,
    left as they are; `cut_off`: there may be more.
    """

    done: int = 0
    taken: int = 0
    broken: list[str] = field(default_factory=list)
    cut_off: bool = False


class OldDocuments(Protocol):
    async def sweep(self, bound: Slice) -> Swept:
        """Bring documents up to date until the bound is over. What is done is not found again."""
        ...


class UpgradeJob:
    def __init__(self, documents: OldDocuments) -> None:
        self._documents = documents

    async def slice(self, work: Work, bound: Slice) -> Progress:  # noqa: ARG002 - every slice looks anew
        swept = await self._documents.sweep(bound)
        # Where nothing could be done, going on would find the same again: the next night looks once more.
        over = not swept.cut_off or swept.done == 0
        failures = tuple(Failure(item=item, code="broken") for item in swept.broken) if over else ()
        return Progress("", swept.done, over=over, failures=failures)

    async def discard(self, work: Work) -> None:
        """A document in today's form is right whatever becomes of the work."""
