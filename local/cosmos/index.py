"""Inverted index of terms to items, updated in the transaction that writes the items.

`entry` finds items of one logical partition by term, in order. `tally` counts them: by term it finds the
partitions that contain it, and with an empty term it counts the items that have the property.
"""

import sqlite3
from collections import defaultdict
from typing import Any

from local.cosmos.indexing import ANY, Indexing, name_of

SCHEMA = """
CREATE TABLE IF NOT EXISTS part (
  n INTEGER PRIMARY KEY, coll TEXT NOT NULL, pk TEXT NOT NULL, UNIQUE (coll, pk));
CREATE TABLE IF NOT EXISTS path (
  n INTEGER PRIMARY KEY, coll TEXT NOT NULL, name TEXT NOT NULL, UNIQUE (coll, name));
CREATE TABLE IF NOT EXISTS entry (
  path INTEGER NOT NULL, part INTEGER NOT NULL, term BLOB NOT NULL, seq INTEGER NOT NULL,
  PRIMARY KEY (path, part, term, seq)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS tally (
  path INTEGER NOT NULL, term BLOB NOT NULL, part INTEGER NOT NULL, items INTEGER NOT NULL,
  PRIMARY KEY (path, term, part)) WITHOUT ROWID;
"""
ITEMS = name_of(("id",))  # every item has one, so that its tally counts items
WHOLE = 0  # the partition under which the items of the whole container are counted
STEP = f'"{ANY}"'


class Changes:
    """Changes of one transaction to the index of a container."""

    def __init__(self, sql: sqlite3.Connection, coll: str, indexing: Indexing) -> None:
        self._sql = sql
        self._coll = coll
        self._indexing = indexing
        self._paths: dict[str, int] = {}
        self._parts: dict[str, int] = {}
        self._tallies: defaultdict[tuple[int, bytes, int], int] = defaultdict(int)

    def move(self, pk: str, seq: int, old: dict[str, Any] | None, new: dict[str, Any] | None) -> None:
        """Replace the index entries of an item; None where it was or will be absent."""
        before = self._indexing.entries(old) if old is not None else set()
        after = self._indexing.entries(new) if new is not None else set()
        part = self._part(pk)
        gone = [(self._path(name), part, key, seq) for name, key in before - after]
        come = [(self._path(name), part, key, seq) for name, key in after - before]
        self._sql.executemany("DELETE FROM entry WHERE path=? AND part=? AND term=? AND seq=?", gone)
        self._sql.executemany("INSERT INTO entry VALUES (?,?,?,?)", come)
        self._count(before - after, part, -1)
        self._count(after - before, part, 1)

    def _count(self, entries: set[tuple[str, bytes]], part: int, by: int) -> None:
        for name, key in entries:
            path = self._path(name)
            self._tallies[path, key, part] += by
            if STEP not in name:
                self._tallies[path, b"", part] += by
            if name == ITEMS:
                self._tallies[path, b"", WHOLE] += by

    def flush(self) -> None:
        """Write the counts; called once, before the commit."""
        changed = [(*key, by) for key, by in self._tallies.items() if by]
        self._sql.executemany(
            "INSERT INTO tally VALUES (?,?,?,?) "
            "ON CONFLICT (path, term, part) DO UPDATE SET items = items + excluded.items",
            changed,
        )
        fewer = [key for key, by in self._tallies.items() if by < 0]
        self._sql.executemany("DELETE FROM tally WHERE path=? AND term=? AND part=? AND items=0", fewer)
        self._tallies.clear()

    def _path(self, name: str) -> int:
        if name not in self._paths:
            self._paths[name] = self._number("path", "name", name)
        return self._paths[name]

    def _part(self, pk: str) -> int:
        if pk not in self._parts:
            self._parts[pk] = self._number("part", "pk", pk)
        return self._parts[pk]

    def _number(self, table: str, column: str, value: str) -> int:
        found = number_of(self._sql, self._coll, table, column, value)
        if found is None:
            added = self._sql.execute(
                f"INSERT INTO {table} (coll, {column}) VALUES (?,?)",  # noqa: S608 - two fixed names
                (self._coll, value),
            )
            return int(added.lastrowid or 0)
        return found


def number_of(sql: sqlite3.Connection, coll: str, table: str, column: str, value: str) -> int | None:
    found = sql.execute(
        f"SELECT n FROM {table} WHERE coll=? AND {column}=?",  # noqa: S608 - two fixed names
        (coll, value),
    ).fetchone()
    return int(found[0]) if found else None


def forget(sql: sqlite3.Connection, coll: str) -> None:
    """Drop the index of a container."""
    for table in ("entry", "tally"):
        sql.execute(f"DELETE FROM {table} WHERE path IN (SELECT n FROM path WHERE coll=?)", (coll,))  # noqa: S608
    for table in ("path", "part"):
        sql.execute(f"DELETE FROM {table} WHERE coll=?", (coll,))  # noqa: S608 - two fixed names
