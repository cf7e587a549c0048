"""Items and index of one container or one of its logical partitions, as a connection sees them."""

import itertools
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from local.cosmos.index import ITEMS, WHOLE, number_of
from local.cosmos.indexing import Indexing, Path, name_of
from local.cosmos.planner import Lookup
from local.cosmos.terms import TOP, Range
from local.cosmos.wire import parse_json

LIVE = "(expires IS NULL OR expires > :now)"
MOST_COUNTED = 5_000  # a range with more terms is "large"
SAMPLE = 32  # ranges of a long list that are counted
NOWHERE = -1
TOGETHER = 100  # terms looked up by one statement, which stays prepared
IN_PARTITION = "SELECT seq FROM entry WHERE path=? AND part=? AND {} AND seq>?"
THROUGH_TALLY = """SELECT e.seq FROM (SELECT path, term, part FROM tally WHERE path=? AND {}) t
  CROSS JOIN entry e ON e.path=t.path AND e.part=t.part AND e.term=t.term AND e.seq>?"""
WALK = """SELECT term, seq FROM entry WHERE path=? AND part=? AND term>=? AND term<? AND seq>?
  ORDER BY term {}, seq"""


@dataclass
class Work:
    """Work of a query, from which the charge is computed."""

    lookups: int = 0
    loaded: int = 0  # items found by the index
    loaded_bytes: int = 0
    scanned: int = 0  # items read because no index served
    scanned_bytes: int = 0


def parse_body(body: bytes) -> Any:
    """Parse a stored item; a lone surrogate, which orjson refuses, needs the strict parser."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return parse_json(body)


class Reader:
    """Reader of one logical partition, or of the whole container with `key` None."""

    def __init__(
        self, sql: sqlite3.Connection, coll: str, indexing: Indexing, key: str | None, now: int
    ) -> None:
        self._sql = sql
        self._coll = coll
        self.indexing = indexing
        self.key = key
        self._now = now
        self.work = Work()
        self._paths: dict[str, int] = {}
        part = None if key is None else number_of(sql, coll, "part", "pk", key)
        self._part = WHOLE if key is None else NOWHERE if part is None else part

    def restricted(self, key: str) -> "Reader":
        """The same for one logical partition."""
        found = Reader(self._sql, self._coll, self.indexing, key, self._now)
        found.work = self.work
        return found

    @property
    def items(self) -> int:
        """Number of items, expired ones included."""
        return self._tally(self._path(ITEMS), b"")

    def any_expired(self) -> bool:
        found = self._sql.execute(
            "SELECT 1 FROM item WHERE coll=? AND expires<=? LIMIT 1", (self._coll, self._now)
        ).fetchone()
        return found is not None

    def scan(self, after: int = 0) -> Iterator[tuple[int, Any]]:
        """Live items in the order of their creation."""
        for seq, body in self._bodies(after):
            self.work.scanned += 1
            self.work.scanned_bytes += len(body)
            yield seq, parse_body(body)

    def wanted(self, after: int, wants: Callable[[Any], bool], most: int) -> Iterator[tuple[int, Any]]:
        """The first items, or None for those that an index would not have found."""
        for seq, body in itertools.islice(self._bodies(after), most):
            doc = parse_body(body)
            if wants(doc):
                self._note(body)
                yield seq, doc
            else:
                yield seq, None

    def _bodies(self, after: int) -> Iterator[tuple[int, bytes]]:
        where = "" if self.key is None else "AND pk=:pk "
        yield from self._sql.execute(
            f"SELECT seq, body FROM item WHERE coll=:coll {where}AND seq>:after AND {LIVE} ORDER BY seq",  # noqa: S608
            {"coll": self._coll, "pk": self.key, "after": after, "now": self._now},
        )

    def _note(self, body: bytes) -> None:
        self.work.loaded += 1
        self.work.loaded_bytes += len(body)

    def load(self, seq: int) -> Any:
        """The item of this number; None when it has expired."""
        found = self._sql.execute(
            f"SELECT body FROM item WHERE coll=:coll AND seq=:seq AND {LIVE}",  # noqa: S608
            {"coll": self._coll, "seq": seq, "now": self._now},
        ).fetchone()
        if found is None:
            return None
        self._note(found[0])
        return parse_body(found[0])

    # the index

    def size(self, lookup: Lookup) -> int:
        """Number of entries of a look-up: exact for equality, at most MOST_COUNTED for a range."""
        path = self._path(name_of(lookup.path))
        some = lookup.ranges[:SAMPLE]
        counted = sum(self._size_of(path, found) for found in some)
        return counted if len(some) == len(lookup.ranges) else counted * len(lookup.ranges) // len(some)

    def count(self, lookup: Lookup) -> int:
        """Number of items of a look-up at a path outside arrays."""
        path = self._path(name_of(lookup.path))
        self.work.lookups += len(lookup.ranges)
        return sum(self._size_of(path, found, most=-1) for found in lookup.ranges)

    def _size_of(self, path: int, found: Range, most: int = MOST_COUNTED) -> int:
        if is_point(found):
            return self._tally(path, found[0])
        if self._part == WHOLE:
            text = (
                "SELECT SUM(items) FROM (SELECT items FROM tally WHERE path=? AND term>=? AND term<? LIMIT ?)"
            )
            return int(self._sql.execute(text, (path, *found, most)).fetchone()[0] or 0)
        text = (
            "SELECT COUNT(*) FROM "
            "(SELECT 1 FROM entry WHERE path=? AND part=? AND term>=? AND term<? LIMIT ?)"
        )
        return int(self._sql.execute(text, (path, self._part, *found, most)).fetchone()[0])

    def _tally(self, path: int, key: bytes) -> int:
        if self._part == WHOLE and key:
            text, values = "SELECT SUM(items) FROM tally WHERE path=? AND term=?", (path, key)
        else:
            text = "SELECT items FROM tally WHERE path=? AND term=? AND part=?"
            values = (path, key, self._part)  # type: ignore[assignment]
        found = self._sql.execute(text, values).fetchone()
        return int(found[0] or 0) if found else 0

    def having(self, path: Path) -> int:
        """Number of items of the partition that have a property."""
        return self._tally(self._path(name_of(path)), b"")

    def lacking(self, path: Path) -> Iterator[int]:
        """Numbers of the items of the partition that lack a property."""
        for (seq,) in self._sql.execute(
            "SELECT seq FROM item WHERE coll=? AND pk=? AND seq NOT IN "
            "(SELECT seq FROM entry WHERE path=? AND part=?) ORDER BY seq",
            (self._coll, self.key, self._path(name_of(path)), self._part),
        ):
            yield seq

    def numbers(self, lookup: Lookup, after: int = 0) -> set[int]:
        """Numbers of the items found, after one of them."""
        path = self._path(name_of(lookup.path))
        self.work.lookups += len(lookup.ranges)
        found: set[int] = set()
        points = [part[0] for part in lookup.ranges if is_point(part)]
        for some in itertools.batched(points, TOGETHER, strict=False):
            terms = some + some[-1:] * (TOGETHER - len(some)) if len(points) > 1 else some
            found.update(self._entries(path, f"term IN ({','.join('?' * len(terms))})", terms, after))
        for part in lookup.ranges:
            if not is_point(part):
                found.update(self._entries(path, "term>=? AND term<?", part, after))
        return found

    def numbers_of_one(self, lookup: Lookup, after: int) -> Iterator[int]:
        """Numbers of the items of the partition with one term, in order."""
        self.work.lookups += 1
        for (seq,) in self._sql.execute(
            "SELECT seq FROM entry WHERE path=? AND part=? AND term=? AND seq>? ORDER BY seq",
            (self._path(name_of(lookup.path)), self._part, lookup.ranges[0][0], after),
        ):
            yield seq

    def _entries(self, path: int, where: str, terms: tuple[bytes, ...], after: int) -> Iterator[int]:
        if self._part == WHOLE:
            rows = self._sql.execute(THROUGH_TALLY.format(where), (path, *terms, after))
        else:
            rows = self._sql.execute(IN_PARTITION.format(where), (path, self._part, *terms, after))
        return itertools.chain.from_iterable(rows)

    def in_order(
        self, name: str, found: Range, *, descending: bool, after: int = 0
    ) -> Iterator[tuple[bytes, int]]:
        """Terms and item numbers of the partition in the order of the terms, equal ones by number."""
        self.work.lookups += 1
        text = WALK.format("DESC" if descending else "ASC")
        yield from self._sql.execute(text, (self._path(name), self._part, *found, after))

    def _path(self, name: str) -> int:
        if name not in self._paths:
            found = number_of(self._sql, self._coll, "path", "name", name)
            self._paths[name] = NOWHERE if found is None else found
        return self._paths[name]


def is_point(found: Range) -> bool:
    """Whether a range holds one term only."""
    return found[1] == found[0] + TOP
