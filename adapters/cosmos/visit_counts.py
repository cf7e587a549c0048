"""Counts of visits: one document for each card and month, in a partition of its own with its markers."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from itertools import batched
from typing import Any

from adapters.cosmos.database import SCHEMA_VERSION, Database, Document, Items
from domain.base.errors import StaleVersion, Unavailable
from domain.visits.counting import PROVEN_DAYS, Counted, Kind, Visit, tally

# A batch takes 100 operations: a marker for each visit, and a patch for every ten counters.
MOST_VISITS = 90
_PATCH_SIZE = 10
_LETTER: dict[Kind, str] = {"view": "v", "save": "s", "click": "c"}
_KIND = {letter: kind for kind, letter in _LETTER.items()}
_ROLL_UP = "month"
_ROLL_UP_TTL = int(timedelta(days=25 * 31).total_seconds())
# From the last moment at which a visit of some day may be counted to the first at which it may not.
_MARKER_TTL = int(timedelta(days=PROVEN_DAYS + 1).total_seconds())


class CosmosTraffic:
    """Keeps each count in a property of its own, named by kind letter, day and link: `v22`, `s22`, `c22_key`.

    A patch raises such a property whether it is there or not, which it could not do inside an object that is
    missing; so counting needs no read before, and two workers that count the same card do not collide.
    """

    def __init__(self, database: Database) -> None:
        self._items = Items(database, "traffic")

    async def add(self, subject_id: str, month: str, visits: Collection[Visit]) -> set[str]:
        """Count at most `MOST_VISITS` visits, or none and return the ids of those that were counted."""
        partition = f"{subject_id}:{month}"
        raised = {_property(counted): number for counted, number in tally(visits).items()}
        raising = [
            ("patch", (_ROLL_UP, [{"op": "incr", "path": f"/{name}", "value": n} for name, n in some]))
            for some in batched(raised.items(), _PATCH_SIZE, strict=False)
        ]
        beginning = [("create", ({**_document(partition, _ROLL_UP, "rollup", _ROLL_UP_TTL), **raised},))]
        markers = [
            ("create", (_document(partition, visit.event_id, "marker", _MARKER_TTL),)) for visit in visits
        ]
        # The month's first visit finds nothing to raise, and somebody else may begin the month meanwhile.
        for change in (raising, beginning, raising):
            try:
                await self._items.batch([*change, *markers], partition)
            except StaleVersion:
                continue
            except FileExistsError:
                if counted_before := await self._marked(partition, visits):
                    return counted_before
            else:
                return set()
        raise Unavailable

    async def months(self, subject_id: str, months: Sequence[str]) -> Mapping[str, Mapping[Counted, int]]:
        """The counts of each month; none for a month without visits."""
        found = await asyncio.gather(
            *(self._items.read(_ROLL_UP, f"{subject_id}:{month}") for month in months)
        )
        return {month: _counts(stored or {}) for month, stored in zip(months, found, strict=True)}

    async def _marked(self, partition: str, visits: Collection[Visit]) -> set[str]:
        # A failed batch names only the first marker that was there; a redelivered message may hold many.
        ids = [visit.event_id for visit in visits]
        sql = "SELECT c.id FROM c WHERE ARRAY_CONTAINS(@ids, c.id)"
        return {stored["id"] for stored in await self._items.query(sql, partition, ids=ids)}


def _document(partition: str, item: str, kind: str, ttl: int) -> Document:
    return {
        "id": item,
        "subjectMonth": partition,
        "kind": kind,
        "role": "controller",
        "schemaVersion": SCHEMA_VERSION,
        "ttl": ttl,
    }


def _property(counted: Counted) -> str:
    day, kind, link = counted
    return f"{_LETTER[kind]}{day:02}" + (f"_{link}" if link else "")


def _counts(stored: Mapping[str, Any]) -> dict[Counted, int]:
    found: dict[Counted, int] = {}
    for name, number in stored.items():
        day, _, link = name[1:].partition("_")
        if name[0] in _KIND and day.isdigit():
            found[int(day), _KIND[name[0]], link] = number
    return found
