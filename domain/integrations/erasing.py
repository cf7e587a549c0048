"""Letting go of a source: its credentials are given up at the vendor, and what was imported is erased."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import NamedTuple

from domain.base.errors import Refusal, StaleVersion, Unavailable
from domain.integrations.source import Source, SourceStore
from domain.integrations.sync.records import RecordStore
from domain.operations.slices import Slice
from domain.operations.work import Progress, Work

# Of one batch of the store.
_AT_ONCE = 100


class DisconnectPorts(NamedTuple):
    """`revoke` gives up the credentials at the vendor."""

    sources: SourceStore
    records: RecordStore
    revoke: Callable[[Source], Awaitable[None]]
    clock: Callable[[], datetime]
    not_revoked: Callable[[Source], None]


class DisconnectJob:
    """First the vendor, while the credentials are there; then everything. The work's key is the source."""

    def __init__(self, ports: DisconnectPorts) -> None:
        self._ports = ports

    async def slice(self, work: Work, bound: Slice) -> Progress:
        source = await self._ports.sources.get(work.owner_id, work.key or "")
        if source is None:
            return Progress("", 0, over=True)
        if work.cursor == "":
            await self._revoke(source, last=work.tries > _PATIENT_TRIES)
            return Progress("revoked", 0)
        erased = 0
        while not bound.is_over:
            some = await self._ports.records.erase(source.key, _AT_ONCE)
            erased += some
            bound.spend(some)
            if some == 0:
                await self._end(source)
                return Progress("erased", erased, over=True)
        return Progress("revoked", erased)

    async def discard(self, work: Work) -> None:  # noqa: ARG002 - of any work
        """An erasure is not taken back."""
        raise Unavailable

    async def _revoke(self, source: Source, *, last: bool) -> None:
        try:
            await self._ports.revoke(source)
        except Unavailable:
            if not last:
                raise
            self._ports.not_revoked(source)
        except Refusal:
            # The vendor does not know the credentials any more.
            return

    async def _end(self, source: Source) -> None:
        at = self._ports.clock()
        try:
            await self._ports.sources.save(
                source.changed(
                    at, state="disconnected", positions={}, account_name="", last_done_at=None, failed=0
                )
            )
        except StaleVersion:
            raise Unavailable from None


# Together some minutes. Erasing does not wait for a vendor that is down.
_PATIENT_TRIES = 4
