"""Records of the stand-ins: by vendor, account and type, with revisions, tombstones and associations.

An account is one client's space at a vendor: a HubSpot portal, a Salesforce organisation, a Mailchimp user.
Everything is in memory; with a folder it is also written to SQLite, and found again after a restart.
"""

import json
import sqlite3
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from local.vendors.clock import Clock

PERSON = "person"  # who changes records on the stand-in's page; programs are named by their token's app

_SCHEMA = """
CREATE TABLE IF NOT EXISTS record (
  vendor TEXT, account TEXT, type TEXT, id INTEGER, body TEXT NOT NULL,
  PRIMARY KEY (vendor, account, type, id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS kept (
  vendor TEXT, account TEXT, name TEXT, body TEXT NOT NULL,
  PRIMARY KEY (vendor, account, name)) WITHOUT ROWID;
"""

type Fields = dict[str, Any]
type Place = tuple[str, str]  # of an associated record: its type and id


@dataclass
class Record:
    """One record as it is now. `id` is a number in text, as every vendor here has it or derives its own."""

    type: str
    id: str
    fields: Fields
    created: datetime
    modified: datetime
    revision: int
    by: str
    deleted: datetime | None = None
    merged_into: str | None = None
    links: list[list[str]] = field(default_factory=list)  # type and id of each associated record

    def as_json(self) -> dict[str, Any]:
        times = {name: getattr(self, name) for name in ("created", "modified", "deleted")}
        return vars(self) | {name: at and at.isoformat() for name, at in times.items()}


@dataclass(frozen=True)
class Change:
    """What happened to a record; `before` has the earlier values of the fields that changed."""

    kind: str  # created, changed, deleted, restored, merged
    record: Record
    by: str
    at: datetime
    before: Mapping[str, Any] = field(default_factory=dict)
    merged: tuple[str, ...] = ()


type Listener = Callable[["Account", Change], None]


class NoSuchRecord(Exception):
    """No live record has this id."""


class Store:
    """All accounts of all vendors, and the file they are kept in."""

    def __init__(self, clock: Clock, folder: Path | None = None) -> None:
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
        self.clock = clock
        self.listeners: dict[str, list[Listener]] = defaultdict(list)  # by vendor
        self.sql = sqlite3.connect(folder / "vendors.sqlite" if folder else ":memory:", isolation_level=None)
        self.sql.execute("PRAGMA journal_mode=WAL")
        self.sql.execute("PRAGMA synchronous=OFF")  # a killed program loses nothing; a fallen machine may
        self.sql.executescript(_SCHEMA)
        self._accounts: dict[Place, Account] = {}
        for vendor, name in self.sql.execute(
            "SELECT vendor, account FROM record UNION SELECT vendor, account FROM kept"
        ).fetchall():
            self.account(vendor, name)

    def account(self, vendor: str, name: str) -> "Account":
        """The account, made on first use."""
        if (vendor, name) not in self._accounts:
            self._accounts[vendor, name] = Account(self, vendor, name)
        return self._accounts[vendor, name]

    def accounts(self, vendor: str) -> "list[Account]":
        return [account for (of, _), account in self._accounts.items() if of == vendor]

    def close(self) -> None:
        self.sql.close()


class Account:
    """Records of one account. Ids rise over all types, and a revision rises with every change."""

    def __init__(self, store: Store, vendor: str, name: str) -> None:
        self.vendor, self.name, self.clock = vendor, name, store.clock
        self._listeners = store.listeners[vendor]
        self._sql = store.sql
        self._records: dict[str, dict[int, Record]] = defaultdict(dict)
        self._order: dict[str, list[int]] = defaultdict(list)
        self._indexes: dict[tuple[str, str], dict[Any, set[str]]] = {}
        self._kept: dict[str, Any] = {}
        self._last_id = self.revision = 0
        self._load()

    # Reading

    def get(self, kind: str, ref: str) -> Record | None:
        """The record or its tombstone."""
        return self._records[kind].get(int(ref)) if ref.isascii() and ref.isdigit() else None

    def live(self, kind: str, ref: str) -> Record | None:
        """The record, or the one it was merged into; None when it is deleted."""
        found = self.get(kind, ref)
        while found is not None and found.merged_into is not None:
            found = self.get(kind, found.merged_into)
        return None if found is None or found.deleted else found

    def after(self, kind: str, ref: str = "0", *, deleted: bool = False) -> Iterator[Record]:
        """Records with a higher id, in the order of ids; those that were deleted instead, if asked for."""
        order, records = self._order[kind], self._records[kind]
        for number in islice(order, bisect_right(order, int(ref)), None):
            found = records[number]
            if (found.deleted is not None) == deleted and found.merged_into is None:
                yield found

    def everything(self, kind: str) -> list[Record]:
        """Records and tombstones, in the order of ids."""
        return [self._records[kind][number] for number in self._order[kind]]

    def types(self) -> list[str]:
        return [kind for kind, records in self._records.items() if records]

    def with_value(self, kind: str, name: str, value: Any) -> list[Record]:
        """Live records whose field has this value."""
        if (kind, name) not in self._indexes:
            index = self._indexes[kind, name] = defaultdict(set)
            for record in self.after(kind):
                index[record.fields.get(name)].add(record.id)
        found = self._indexes[kind, name].get(value, ())
        return [self._records[kind][int(ref)] for ref in sorted(found, key=int)]

    def associated(self, kind: str, ref: str, to: str) -> list[str]:
        """Ids of the live records of one type that are associated with this one."""
        record = self.live(kind, ref)
        linked = [] if record is None else [self.live(to, other) for of, other in record.links if of == to]
        return list(dict.fromkeys(found.id for found in linked if found is not None))

    def kept(self, name: str, default: Any = None) -> Any:
        """What a skin keeps beside the records: tokens, addresses of webhooks, definitions of fields."""
        return self._kept.get(name, default)

    # Writing

    def create(self, kind: str, fields: Fields, *, by: str, at: datetime | None = None) -> Record:
        record = self._new(kind, fields, by, at)
        self._changed(Change("created", record, by, record.modified))
        return record

    def change(self, kind: str, ref: str, fields: Fields, *, by: str) -> Record:
        """Set these fields; the others stay. What is the same already is no change."""
        record = self._found(kind, ref)
        missing = object()
        before = {
            name: record.fields.get(name)
            for name, value in fields.items()
            if record.fields.get(name, missing) != value
        }
        if before:
            self._unindex(record)
            record.fields = record.fields | fields
            self._touch(record, by)
            self._changed(Change("changed", record, by, record.modified, before))
        return record

    def delete(self, kind: str, ref: str, *, by: str) -> Record:
        """Leave a tombstone with the last values."""
        record = self._found(kind, ref)
        self._unindex(record)
        self._touch(record, by)
        record.deleted = record.modified
        self._changed(Change("deleted", record, by, record.modified))
        return record

    def restore(self, kind: str, ref: str, *, by: str) -> Record:
        record = self.get(kind, ref)
        if record is None or record.deleted is None or record.merged_into is not None:
            raise NoSuchRecord(ref)
        record.deleted = None
        self._touch(record, by)
        self._changed(Change("restored", record, by, record.modified))
        return record

    def purge(self, kind: str, ref: str) -> None:
        """Forget a record and its tombstone for good."""
        record = self.get(kind, ref)
        if record is None:
            raise NoSuchRecord(ref)
        self._unindex(record)
        del self._records[kind][int(ref)]
        self._order[kind].remove(int(ref))
        self.revision += 1
        key = (self.vendor, self.name, kind, int(ref))
        self._sql.execute("DELETE FROM record WHERE vendor=? AND account=? AND type=? AND id=?", key)

    def merge(self, kind: str, winner: str, loser: str, fields: Fields, *, new_id: bool, by: str) -> Record:
        """Make one record of two. With `new_id` the result is a third, and both earlier ids lead to it."""
        first, second = self._found(kind, winner), self._found(kind, loser)
        for record in (first, second):
            self._unindex(record)
        result = self._new(kind, {}, by, min(first.created, second.created)) if new_id else first
        result.fields = first.fields | fields
        result.links = [*first.links, *(link for link in second.links if link not in first.links)]
        self._touch(result, by)
        for record in (first, second):
            if record is not result:
                self._touch(record, by)
                record.deleted, record.merged_into = record.modified, result.id
                self._write(record)
        self._changed(Change("merged", result, by, result.modified, merged=(first.id, second.id)))
        return result

    def associate(self, one: Place, other: Place) -> None:
        """Associate two records, in both directions."""
        for (kind, ref), place in ((one, other), (other, one)):
            record = self._found(kind, ref)
            if [*place] not in record.links:
                record.links.append([*place])
                self._write(record)

    def keep(self, name: str, value: Any) -> None:
        self._kept[name] = value
        row = (self.vendor, self.name, name, json.dumps(value))
        self._sql.execute("INSERT OR REPLACE INTO kept VALUES (?, ?, ?, ?)", row)

    def clear(self) -> None:
        """Remove every record; what is kept beside them stays."""
        self._sql.execute("DELETE FROM record WHERE vendor=? AND account=?", (self.vendor, self.name))
        self._records.clear()
        self._order.clear()
        self._indexes.clear()
        self.revision += 1

    # Within

    def _new(self, kind: str, fields: Fields, by: str, at: datetime | None) -> Record:
        self._last_id += 1
        now = at or self.clock.now()
        self.revision += 1
        record = Record(kind, str(self._last_id), dict(fields), now, now, self.revision, by)
        self._records[kind][self._last_id] = record
        self._order[kind].append(self._last_id)
        return record

    def _found(self, kind: str, ref: str) -> Record:
        found = self.live(kind, ref)
        if found is None:
            raise NoSuchRecord(ref)
        return found

    def _touch(self, record: Record, by: str) -> None:
        self.revision += 1
        record.revision, record.modified, record.by = self.revision, self.clock.now(), by

    def _unindex(self, record: Record) -> None:
        for (kind, name), index in self._indexes.items():
            if kind == record.type:
                index[record.fields.get(name)].discard(record.id)

    def _changed(self, change: Change) -> None:
        record = change.record
        if record.deleted is None:
            for (kind, name), index in self._indexes.items():
                if kind == record.type:
                    index[record.fields.get(name)].add(record.id)
        self._write(record)
        for listener in self._listeners:
            listener(self, change)

    def _write(self, record: Record) -> None:
        row = (self.vendor, self.name, record.type, int(record.id), json.dumps(record.as_json()))
        self._sql.execute("INSERT OR REPLACE INTO record VALUES (?, ?, ?, ?, ?)", row)

    def _load(self) -> None:
        own = (self.vendor, self.name)
        rows = self._sql.execute("SELECT body FROM record WHERE vendor=? AND account=? ORDER BY id", own)
        for (body,) in rows:
            values = json.loads(body)
            for name in ("created", "modified", "deleted"):
                values[name] = values[name] and datetime.fromisoformat(values[name])
            record = Record(**values)
            self._records[record.type][int(record.id)] = record
            self._order[record.type].append(int(record.id))
            self._last_id = max(self._last_id, int(record.id))
            self.revision = max(self.revision, record.revision)
        kept = self._sql.execute("SELECT name, body FROM kept WHERE vendor=? AND account=?", own)
        self._kept = {name: json.loads(body) for name, body in kept}
