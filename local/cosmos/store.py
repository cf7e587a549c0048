"""Databases, containers, offers and items in one SQLite file (or in memory).

Everything runs on one connection and one thread: a handler is never interrupted, so each write is atomic
and a committed write survives the death of the process.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from local.cosmos.clock import Clock
from local.cosmos.errors import ALREADY_EXISTS, NOT_FOUND, Refusal
from local.cosmos.model import Container, Database, Row, from_rid, to_rid
from local.cosmos.wire import dump_json, parse_json

SCHEMA = """
CREATE TABLE IF NOT EXISTS resource (
  kind TEXT NOT NULL, rid TEXT NOT NULL, parent TEXT NOT NULL, name TEXT NOT NULL, body BLOB NOT NULL,
  PRIMARY KEY (kind, rid), UNIQUE (kind, parent, name));
CREATE TABLE IF NOT EXISTS counter (coll TEXT PRIMARY KEY, lsn INTEGER NOT NULL, seq INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS item (
  coll TEXT NOT NULL, pk TEXT NOT NULL, id TEXT NOT NULL, seq INTEGER NOT NULL, lsn INTEGER NOT NULL,
  ts INTEGER NOT NULL, ttl INTEGER, etag TEXT NOT NULL, body BLOB NOT NULL,
  PRIMARY KEY (coll, pk, id)) WITHOUT ROWID;
CREATE UNIQUE INDEX IF NOT EXISTS item_order ON item (coll, seq);
CREATE INDEX IF NOT EXISTS item_partition ON item (coll, pk, seq);
CREATE TABLE IF NOT EXISTS unique_value (
  coll TEXT NOT NULL, pk TEXT NOT NULL, rule INTEGER NOT NULL, value TEXT NOT NULL, id TEXT NOT NULL,
  PRIMARY KEY (coll, pk, rule, value)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS unique_owner ON unique_value (coll, pk, id);
"""
LIVE = "(:ttl IS NULL OR COALESCE(ttl, :ttl) < 0 OR ts + COALESCE(ttl, :ttl) > :now)"


class Write:
    """One open transaction on a container: every item written in it shares its LSN."""

    def __init__(self, store: "Store", container: Container, lsn: int) -> None:
        self.store = store
        self._sql = store.sql
        self._coll = container.rid
        self.container = container
        self.lsn = lsn
        self.now = store.clock.now()

    def next_seq(self) -> int:
        self.container.seq += 1
        return self.container.seq

    def put(self, row: Row, ttl: int | None, unique: list[str]) -> str | None:
        """Store the row, or return the id of the item that holds one of its unique values."""
        self._sql.execute(
            "DELETE FROM unique_value WHERE coll=? AND pk=? AND id=?", (self._coll, row.pk, row.id)
        )
        for rule, value in enumerate(unique):
            owner = self._sql.execute(
                "SELECT id FROM unique_value WHERE coll=? AND pk=? AND rule=? AND value=?",
                (self._coll, row.pk, rule, value),
            ).fetchone()
            if owner:
                return str(owner[0])
            self._sql.execute(
                "INSERT INTO unique_value VALUES (?,?,?,?,?)", (self._coll, row.pk, rule, value, row.id)
            )
        self._sql.execute(
            "INSERT OR REPLACE INTO item VALUES (?,?,?,?,?,?,?,?,?)",
            (self._coll, row.pk, row.id, row.seq, self.lsn, row.ts, ttl, row.etag, row.body),
        )
        return None

    def remove(self, pk: str, item_id: str) -> None:
        owner = (self._coll, pk, item_id)
        self._sql.execute("DELETE FROM item WHERE coll=? AND pk=? AND id=?", owner)
        self._sql.execute("DELETE FROM unique_value WHERE coll=? AND pk=? AND id=?", owner)


class Store:
    """`folder` None keeps everything in memory."""

    def __init__(self, folder: Path | None = None, clock: Clock | None = None) -> None:
        self.clock = clock or Clock()
        self.databases: dict[str, Database] = {}
        self.containers: dict[str, Container] = {}
        self.offers: dict[str, dict[str, Any]] = {}
        if folder:
            folder.mkdir(parents=True, exist_ok=True)
        self.sql = sqlite3.connect(
            folder / "cosmos.sqlite" if folder else ":memory:", isolation_level=None, timeout=1
        )
        self.sql.execute("PRAGMA locking_mode=EXCLUSIVE")  # a second server on the folder must not start
        self.sql.execute("PRAGMA journal_mode=WAL")
        self.sql.execute("PRAGMA synchronous=NORMAL")
        self.sql.executescript(SCHEMA)
        self._load()

    def _load(self) -> None:
        stored: dict[str, list[tuple[str, str, dict[str, Any]]]] = {"db": [], "coll": [], "offer": []}
        for kind, rid, parent, body in self.sql.execute(
            "SELECT kind, rid, parent, body FROM resource ORDER BY rowid"
        ):
            stored[kind].append((rid, parent, parse_json(body)))
        self.databases = {rid: Database(rid, body) for rid, _, body in stored["db"]}
        self.offers = {rid: body for rid, _, body in stored["offer"]}
        counters = {
            coll: (lsn, seq) for coll, lsn, seq in self.sql.execute("SELECT coll, lsn, seq FROM counter")
        }
        for rid, parent, body in stored["coll"]:
            lsn, seq = counters[rid]
            self.containers[rid] = Container(rid, self.databases[parent], body, lsn, seq)

    def close(self) -> None:
        self.sql.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        self.sql.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.sql.execute("ROLLBACK")
            raise
        self.sql.execute("COMMIT")

    # databases, containers, offers

    def _system(self, body: dict[str, Any], rid: str, self_link: str) -> dict[str, Any]:
        etag = f'"{os.urandom(4).hex()}-0000-0000-0000-{os.urandom(6).hex()}"'
        return {**body, "_rid": rid, "_self": self_link, "_etag": etag, "_ts": int(self.clock.now())}

    def _keep(self, kind: str, rid: str, parent: str, body: dict[str, Any]) -> None:
        name = body["id"]
        try:
            self.sql.execute(
                "INSERT INTO resource VALUES (?,?,?,?,?) "
                "ON CONFLICT (kind, rid) DO UPDATE SET body=excluded.body",
                (kind, rid, parent, name, dump_json(body)),
            )
        except sqlite3.IntegrityError as exc:
            raise Refusal(409, ALREADY_EXISTS) from exc

    def add_database(self, name: str) -> Database:
        rid = to_rid(os.urandom(4))
        body = self._system({"id": name}, rid, f"dbs/{rid}/")
        body |= {"_colls": "colls/", "_users": "users/"}
        self._keep("db", rid, "", body)
        self.databases[rid] = Database(rid, body)
        return self.databases[rid]

    def find_database(self, ref: str, *, by_rid: bool) -> Database:
        found = self.databases.get(ref) if by_rid else self._named(self.databases, ref)
        if found is None:
            raise Refusal(404, NOT_FOUND)
        return found

    @staticmethod
    def _named(databases: dict[str, Database], name: str) -> Database | None:
        return next((d for d in databases.values() if d.name == name), None)

    def drop_database(self, database: Database) -> None:
        with self.transaction():
            for container in self.containers_of(database):
                self._forget_container(container)
            self._forget("db", database.rid, database.body["_self"])
        del self.databases[database.rid]

    def containers_of(self, database: Database) -> list[Container]:
        return [c for c in self.containers.values() if c.database is database]

    def add_container(self, database: Database, definition: dict[str, Any]) -> Container:
        head = os.urandom(4)
        rid = to_rid(from_rid(database.rid) + bytes([head[0] | 0x80]) + head[1:])
        body = self._system(definition, rid, f"dbs/{database.rid}/colls/{rid}/")
        body |= {
            "_docs": "docs/", "_sprocs": "sprocs/", "_triggers": "triggers/", "_udfs": "udfs/",
            "_conflicts": "conflicts/",
        }  # fmt: skip
        with self.transaction():
            self._keep("coll", rid, database.rid, body)
            self.sql.execute("INSERT INTO counter VALUES (?, 0, 0)", (rid,))
        self.containers[rid] = Container(rid, database, body)
        return self.containers[rid]

    def find_container(self, database: Database, ref: str, *, by_rid: bool) -> Container:
        for container in self.containers_of(database):
            if ref == (container.rid if by_rid else container.name):
                return container
        raise Refusal(404, NOT_FOUND, substatus=1003)

    def change_container(self, container: Container, definition: dict[str, Any]) -> None:
        body = self._system({**container.body, **definition}, container.rid, container.body["_self"])
        for optional in ("defaultTtl", "analyticalStorageTtl"):
            if optional not in definition:
                body.pop(optional, None)
        self._keep("coll", container.rid, container.database.rid, body)
        container.body = body

    def drop_container(self, container: Container) -> None:
        with self.transaction():
            self._forget_container(container)

    def _forget_container(self, container: Container) -> None:
        for table in ("item", "unique_value", "counter"):
            self.sql.execute(f"DELETE FROM {table} WHERE coll=?", (container.rid,))  # noqa: S608 - three fixed names
        self._forget("coll", container.rid, container.body["_self"])
        del self.containers[container.rid]

    def _forget(self, kind: str, rid: str, self_link: str) -> None:
        self.sql.execute("DELETE FROM resource WHERE kind=? AND rid=?", (kind, rid))
        for offer_rid in [o for o, body in self.offers.items() if body["resource"] == self_link]:
            self.sql.execute("DELETE FROM resource WHERE kind='offer' AND rid=?", (offer_rid,))
            del self.offers[offer_rid]

    def keep_offer(self, rid: str | None, offer: dict[str, Any]) -> dict[str, Any]:
        rid = rid or to_rid(os.urandom(3))
        body = self._system({**offer, "id": rid}, rid, f"offers/{rid}/")
        self._keep("offer", rid, "", body)
        self.offers[rid] = body
        return body

    # items

    @contextmanager
    def write(self, container: Container) -> Iterator[Write]:
        """Open a transaction that counts as one change of the container; any exception undoes all of it."""
        lsn, seq = container.lsn + 1, container.seq
        try:
            with self.transaction():
                write = Write(self, container, lsn)
                yield write
                self.sql.execute(
                    "UPDATE counter SET lsn=?, seq=? WHERE coll=?", (lsn, container.seq, container.rid)
                )
        except BaseException:
            container.seq = seq
            raise
        container.lsn = lsn

    def _alive(self, container: Container) -> dict[str, Any]:
        return {"coll": container.rid, "ttl": container.default_ttl, "now": int(self.clock.now())}

    def get(self, container: Container, pk: str, item_id: str) -> Row | None:
        """Return the item unless it is missing or expired."""
        found = self.sql.execute(
            f"SELECT pk, id, seq, ts, etag, body FROM item WHERE coll=:coll AND pk=:pk AND id=:id AND {LIVE}",  # noqa: S608
            {**self._alive(container), "pk": pk, "id": item_id},
        ).fetchone()
        return Row(*found) if found else None

    def usage(self, container: Container) -> tuple[int, int]:
        """How many items are stored, and their bytes."""
        count, size = self.sql.execute(
            "SELECT COUNT(*), COALESCE(SUM(LENGTH(body)), 0) FROM item WHERE coll=?", (container.rid,)
        ).fetchone()
        return int(count), int(size)

    def id_of(self, container: Container, rid: str) -> str | None:
        seq = int.from_bytes(from_rid(rid)[8:], "little")
        found = self.sql.execute(
            "SELECT id FROM item WHERE coll=? AND seq=?", (container.rid, seq)
        ).fetchone()
        return str(found[0]) if found else None

    def scan(self, container: Container, pk: str | None, after: int = 0) -> Iterator[Row]:
        """Live items in the order of their creation, of one logical partition or (None) of all."""
        where = "" if pk is None else "AND pk=:pk "
        for found in self.sql.execute(
            f"SELECT pk, id, seq, ts, etag, body FROM item WHERE coll=:coll {where}AND seq>:after AND {LIVE} ORDER BY seq",  # noqa: E501, S608
            {**self._alive(container), "pk": pk, "after": after},
        ):
            yield Row(*found)

    def sweep(self) -> None:
        """Delete what has expired; reads never see it anyway."""
        for container in self.containers.values():
            if container.default_ttl is None:
                continue
            dead = self.sql.execute(
                f"SELECT pk, id FROM item WHERE coll=:coll AND NOT {LIVE}",  # noqa: S608
                self._alive(container),
            ).fetchall()
            if dead:
                with self.transaction():
                    write = Write(self, container, container.lsn)
                    for pk, item_id in dead:
                        write.remove(pk, item_id)
