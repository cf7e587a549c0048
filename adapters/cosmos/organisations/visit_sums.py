"""Sums of the visits of an organisation's cards: a document for each day, week and month that had some.

`listed` is the first day of the period. Where the counting is, is one more document; with it, under its ETag,
all the others are written.
"""

from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from typing import Any, Final

from adapters.cosmos.database import Database, Document, Items, instant
from adapters.cosmos.documents import document, from_document
from adapters.cosmos.organisations.organisations import (
    CONTAINER,
    COUNTING_ID,
    PARTITION,
    counting_document,
)
from domain.base.fields import STORED
from domain.organisations.visits.sums import UNITS, Counting, Numbers, PeriodSums, Unit, first_day

_DUE: Final = "SELECT c.id, c.orgId FROM c WHERE c.kind = 'visit-counting' AND c.dueAt < @now"
_SINCE: Final = "SELECT * FROM c WHERE c.kind = @kind AND c.listed >= @first ORDER BY c.listed"
_LONG: Final = timedelta(days=25 * 31)
# Days, as long as somebody may look at them; weeks and months, as long as the counts of each card.
_KEPT: Final[dict[Unit, timedelta]] = {"day": timedelta(days=62), "week": _LONG, "month": _LONG}


class CosmosVisitSums:
    def __init__(self, database: Database) -> None:
        self._items = Items(database, CONTAINER)

    async def counting(self, org_id: str) -> Counting | None:
        stored = await self._items.read(COUNTING_ID, org_id)
        return None if stored is None else from_document(Counting, stored)

    async def save(self, counting: Counting) -> Counting:
        stored = await self._items.replace(counting_document(counting), counting.etag or "")
        return from_document(Counting, stored)

    async def tell(self, counting: Counting, numbers: dict[str, Numbers]) -> Counting:
        operations: list[tuple[Any, ...]] = [
            ("replace", (COUNTING_ID, counting_document(counting)), {"if_match_etag": counting.etag})
        ]
        for unit in UNITS if numbers else ():
            period = await self._period(counting.org_id, unit, first_day(unit, counting.day))
            operations.append(("upsert", (_period_document(period.with_day(numbers)),)))
        results = await self._items.batch(operations, counting.org_id)
        return from_document(Counting, results[0]["resourceBody"])

    async def _period(self, org_id: str, unit: Unit, first: date) -> PeriodSums:
        stored = await self._items.read(_period_id(unit, first), org_id)
        if stored is None:
            return PeriodSums(org_id=org_id, unit=unit, first=first)
        return PeriodSums.model_validate(stored["body"], context=STORED)

    async def since(self, org_id: str, unit: Unit, first: date) -> list[PeriodSums]:
        found = await self._items.query(_SINCE, org_id, kind=f"visit-{unit}", first=first.isoformat())
        return [PeriodSums.model_validate(stored["body"], context=STORED) for stored in found]

    async def due(self, now: datetime) -> AsyncIterator[str]:
        async for stored in self._items.stored(_DUE, now=instant(now)):
            yield str(stored["orgId"])


def _period_id(unit: Unit, first: date) -> str:
    return f"visit-{unit}-{first}"


def _period_document(period: PeriodSums) -> Document:
    return document(
        f"visit-{period.unit}",
        _period_id(period.unit, period.first),
        period.org_id,
        period,
        partition=PARTITION,
        listed=period.first.isoformat(),
        ttl=int(_KEPT[period.unit].total_seconds()),
    )
