"""Counts of visits: one document for each card and month, in a partition of its own with its markers."""

import asyncio
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import timedelta
from itertools import batched
from math import ceil
from typing import Any

from adapters.cosmos.database import SCHEMA_VERSION, Database, Document, Items
from domain.base.errors import StaleVersion, Unavailable
from domain.visits.counting import PROVEN_DAYS, Counted, Increment, Kind

# A batch holds at most 100 operations: a marker for each increment, and a patch for every ten counters.
_BATCH_SIZE = 100
_PATCH_SIZE = 10
_LETTER: dict[Kind, str] = {"view": "v", "save": "s", "click": "c"}
_KIND = {letter: kind for kind, letter in _LETTER.items()}
_ROLL_UP = "month"
_ROLL_UP_TTL = int(timedelta(days=25 * 31).total_seconds())
# Seconds from the last moment at which a visit of a day may be counted to the first at which it may not.
_MARKER_TTL = int(timedelta(days=PROVEN_DAYS + 1).total_seconds())


class CosmosTraffic:
    """Store of visit counts, each in a property named by kind letter, day and link: `v22`, `s22`, `c22_key`.

    A patch increments such a property whether it exists or not, which fails inside a missing object. Counting
    therefore needs no read before it, and two workers that count the same card do not conflict.
    """

    def __init__(self, database: Database) -> None:
        self._items = Items(database, "traffic")

    def fits(self, increments: Collection[Increment]) -> bool:
        return len(increments) + ceil(len(_total(increments)) / _PATCH_SIZE) <= _BATCH_SIZE

    async def add(self, subject_id: str, month: str, increments: Collection[Increment]) -> set[str]:
        """Apply increments that fit; or apply none, and return the ids of those that were applied before."""
        partition = f"{subject_id}:{month}"
        raised = {_property(counted): number for counted, number in _total(increments).items()}
        raising = [
            ("patch", (_ROLL_UP, [{"op": "incr", "path": f"/{name}", "value": n} for name, n in some]))
            for some in batched(raised.items(), _PATCH_SIZE, strict=False)
        ]
        beginning = [("create", ({**_document(partition, _ROLL_UP, "rollup", _ROLL_UP_TTL), **raised},))]
        markers = [("create", (_document(partition, each.id, "marker", _MARKER_TTL),)) for each in increments]
        # The month's first visit finds no document, and another worker may create it meanwhile.
        for change in (raising, beginning, raising):
            try:
                await self._items.batch([*change, *markers], partition)
            except StaleVersion:
                continue
            except FileExistsError:
                if made_before := await self._marked(partition, increments):
                    return made_before
            else:
                return set()
        raise Unavailable

    async def months(self, subject_id: str, months: Sequence[str]) -> Mapping[str, Mapping[Counted, int]]:
        """Counts of each month; none for a month without visits."""
        found = await asyncio.gather(
            *(self._items.read(_ROLL_UP, f"{subject_id}:{month}") for month in months)
        )
        return {month: _counts(stored or {}) for month, stored in zip(months, found, strict=True)}

    async def months_of(
        self, subject_ids: Sequence[str], months: Sequence[str]
    ) -> list[Mapping[str, Mapping[Counted, int]]]:
        return await asyncio.gather(*(self.months(each, months) for each in subject_ids))

    async def _marked(self, partition: str, increments: Collection[Increment]) -> set[str]:
        # A failed batch names only the first existing marker; redelivered messages may have many.
        ids = [each.id for each in increments]
        sql = "SELECT c.id FROM c WHERE ARRAY_CONTAINS(@ids, c.id)"
        return {stored["id"] for stored in await self._items.query(sql, partition, ids=ids)}


def _total(increments: Iterable[Increment]) -> Counter[Counted]:
    """Sum of the increments."""
    return sum((each.counts for each in increments), Counter())


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
