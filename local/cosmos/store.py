"""Databases, containers, offers and items, with their index, in one SQLite file.

All writes run on one connection and one thread: a handler is never interrupted, so each write is atomic and a
committed write survives the death of the process. Queries may read from other threads, each on a connection
that sees the data as they were when it was taken.
"""

import asyncio
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from local.cosmos import index
from local.cosmos.clock import Clock
from local.cosmos.errors import ALREADY_EXISTS, NOT_FOUND, Refusal
from local.cosmos.index import Changes
from local.cosmos.model import Container, Database, Row, from_rid, to_rid
from local.cosmos.reader import LIVE, Reader, parse_body
from local.cosmos.wire import dump_json, parse_json

SCHEMA = """
CREATE TABLE IF NOT EXISTS resource (
  kind TEXT NOT NULL, rid TEXT NOT NULL, parent TEXT NOT NULL, name TEXT NOT NULL, body BLOB NOT NULL,
  PRIMARY KEY (kind, rid), UNIQUE (kind, parent, name));
CREATE TABLE IF NOT EXISTS counter (coll TEXT PRIMARY KEY, lsn INTEGER NOT NULL, seq INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS item (
  coll TEXT NOT NULL, pk TEXT NOT NULL, id TEXT NOT NULL, seq INTEGER NOT NULL, lsn INTEGER NOT NULL,
  ts INTEGER NOT NULL, ttl INTEGER, etag TEXT NOT NULL, body BLOB NOT NULL, expires INTEGER,
  PRIMARY KEY (coll, pk, id)) WITHOUT ROWID;
CREATE UNIQUE INDEX IF NOT EXISTS item_order ON item (coll, seq);
CREATE INDEX IF NOT EXISTS item_partition ON item (coll, pk, seq);
CREATE TABLE IF NOT EXISTS unique_value (
  coll TEXT NOT NULL, pk TEXT NOT NULL, rule INTEGER NOT NULL, value TEXT NOT NULL, id TEXT NOT NULL,
  PRIMARY KEY (coll, pk, rule, value)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS unique_owner ON unique_value (coll, pk, id);
CREATE INDEX IF NOT EXISTS item_expiry ON item (coll, expires) WHERE expires IS NOT NULL;
"""
INDEXED = 1  # the version of the file since which it has an index
# When an item expires, by its own time to live or that of its container (:ttl).
EXPIRES = "CASE WHEN :ttl IS NULL OR COALESCE(ttl, :ttl) < 0 THEN NULL ELSE ts + COALESCE(ttl, :ttl) END"
CACHE_KIBIBYTES = 65_536
QUERIES_BESIDE = 2  # threads; they share one processor anyway


class Write:
    """One open transaction on a container: every item written in it shares its LSN."""

    def __init__(self, store: "Store", container: Container, lsn: int) -> None:
        self.store = store
        self._sql = store.sql
        self._coll = container.rid
        self._changes = Changes(store.sql, container.rid, container.indexing)
        self.container = container
        self.lsn = lsn
        self.now = store.clock.now()

    def next_seq(self) -> int:
        self.container.seq += 1
        return self.container.seq

    def put(self, row: Row, doc: dict[str, Any], ttl: int | None, unique: list[str]) -> str | None:
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
        self._index(row.pk, row.id, row.seq, doc)
        self._sql.execute(
            "INSERT OR REPLACE INTO item (coll, pk, id, seq, lsn, ts, ttl, etag, body, expires) "
            "VALUES (?,?,?,?,?,?,?,?,?,?)",
            (
                self._coll,
                row.pk,
                row.id,
                row.seq,
                self.lsn,
                row.ts,
                ttl,
                row.etag,
                row.body,
                self._expires(row, ttl),
            ),
        )
        return None

    def _expires(self, row: Row, ttl: int | None) -> int | None:
        default = self.container.default_ttl
        seconds = default if ttl is None or default is None else ttl
        return None if seconds is None or seconds < 0 else row.ts + seconds

    def _index(self, pk: str, item_id: str, seq: int, doc: dict[str, Any] | None) -> None:
        """Replace what the index says about the item of this id."""
        found = self._sql.execute(
            "SELECT seq, body FROM item WHERE coll=? AND pk=? AND id=?", (self._coll, pk, item_id)
        ).fetchone()
        old = parse_body(found[1]) if found else None
        if found and found[0] != seq:  # an expired item, under whose id another one begins
            self._changes.move(pk, found[0], old, None)
            old = None
        self._changes.move(pk, seq, old, doc)

    def remove(self, pk: str, item_id: str) -> None:
        owner = (self._coll, pk, item_id)
        found = self._sql.execute(
            "SELECT seq, body FROM item WHERE coll=? AND pk=? AND id=?", owner
        ).fetchone()
        if found:
            self._changes.move(pk, found[0], parse_body(found[1]), None)
        self._sql.execute("DELETE FROM item WHERE coll=? AND pk=? AND id=?", owner)
        self._sql.execute("DELETE FROM unique_value WHERE coll=? AND pk=? AND id=?", owner)

    def close(self) -> None:
        """Write what is kept until the end of the transaction."""
        self._changes.flush()


class Store:
    """`folder` None keeps everything in a file of its own that goes with the store."""

    def __init__(self, folder: Path | None = None, clock: Clock | None = None) -> None:
        self.clock = clock or Clock()
        self.databases: dict[str, Database] = {}
        self.containers: dict[str, Container] = {}
        self.offers: dict[str, dict[str, Any]] = {}
        self._temporary = tempfile.TemporaryDirectory(prefix="local-cosmos-") if folder is None else None
        self._folder = folder or Path(self._temporary.name if self._temporary else "")
        self._folder.mkdir(parents=True, exist_ok=True)
        # A second server on the folder must not start.
        self._lock = sqlite3.connect(self._folder / "cosmos.lock", isolation_level=None, timeout=1)
        self._lock.execute("BEGIN EXCLUSIVE")
        self.sql = self._connect()
        self.sql.execute("PRAGMA journal_mode=WAL")
        self.sql.execute(f"PRAGMA synchronous={'OFF' if folder is None else 'NORMAL'}")
        self._make_tables()
        self._readers: list[sqlite3.Connection] = []
        self.beside = asyncio.Semaphore(QUERIES_BESIDE)
        self._load()
        self._index_old_file()

    def _connect(self) -> sqlite3.Connection:
        sql = sqlite3.connect(
            self._folder / "cosmos.sqlite", isolation_level=None, timeout=1, check_same_thread=False
        )
        sql.execute(f"PRAGMA cache_size=-{CACHE_KIBIBYTES}")
        return sql

    def _make_tables(self) -> None:
        columns = [row[1] for row in self.sql.execute("PRAGMA table_info(item)")]
        if columns and "expires" not in columns:
            self.sql.execute("ALTER TABLE item ADD COLUMN expires INTEGER")
        self.sql.executescript(SCHEMA + index.SCHEMA)

    def _index_old_file(self) -> None:
        """Index what was stored before there was an index."""
        if self.sql.execute("PRAGMA user_version").fetchone()[0] >= INDEXED:
            return
        with self.transaction():
            for container in self.containers.values():
                self._set_expiry(container, container.default_ttl)
                self._index_all(container)
            self.sql.execute(f"PRAGMA user_version={INDEXED}")

    def _set_expiry(self, container: Container, default_ttl: int | None) -> None:
        self.sql.execute(
            f"UPDATE item SET expires={EXPIRES} WHERE coll=:coll",  # noqa: S608
            {"coll": container.rid, "ttl": default_ttl},
        )

    def _index_all(self, container: Container) -> None:
        """Make the index of a container anew."""
        index.forget(self.sql, container.rid)
        changes = Changes(self.sql, container.rid, container.indexing)
        found = self.sql.execute("SELECT pk, seq, body FROM item WHERE coll=?", (container.rid,))
        for pk, seq, body in found:
            changes.move(pk, seq, None, parse_body(body))
        changes.flush()

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
        for sql in (*self._readers, self.sql, self._lock):
            sql.close()
        if self._temporary:
            self._temporary.cleanup()

    def snapshot(self) -> sqlite3.Connection:
        """A connection for another thread, which sees what is stored now until it is released."""
        sql = self._readers.pop() if self._readers else self._connect()
        sql.execute("BEGIN")
        sql.execute("SELECT 1 FROM counter LIMIT 1").fetchone()
        return sql

    def release(self, sql: sqlite3.Connection) -> None:
        """Give a snapshot back, from any thread."""
        sql.execute("ROLLBACK")
        self._readers.append(sql)

    def reader(self, container: Container, key: str | None, sql: sqlite3.Connection | None = None) -> Reader:
        """What a query of a logical partition or (None) of the whole container sees."""
        return Reader(sql or self.sql, container.rid, container.indexing, key, int(self.clock.now()))

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
        """Change settings; another indexing policy or expiry is applied to all items at once."""
        before = container.body
        body = self._system({**before, **definition}, container.rid, before["_self"])
        for optional in ("defaultTtl", "analyticalStorageTtl"):
            if optional not in definition:
                body.pop(optional, None)
        container.body = body
        try:
            with self.transaction():
                self._keep("coll", container.rid, container.database.rid, body)
                if body.get("defaultTtl") != before.get("defaultTtl"):
                    self._set_expiry(container, container.default_ttl)
                if body["indexingPolicy"] != before["indexingPolicy"]:
                    self._index_all(container)
        except BaseException:
            container.body = before
            raise

    def drop_container(self, container: Container) -> None:
        with self.transaction():
            self._forget_container(container)

    def _forget_container(self, container: Container) -> None:
        index.forget(self.sql, container.rid)
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
                write.close()
                self.sql.execute(
                    "UPDATE counter SET lsn=?, seq=? WHERE coll=?", (lsn, container.seq, container.rid)
                )
        except BaseException:
            container.seq = seq
            raise
        container.lsn = lsn

    def _alive(self, container: Container) -> dict[str, Any]:
        return {"coll": container.rid, "now": int(self.clock.now())}

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

    def sweep(self) -> None:
        """Delete what has expired; reads never see it anyway."""
        for container in self.containers.values():
            if container.default_ttl is None:
                continue
            dead = self.sql.execute(
                "SELECT pk, id FROM item WHERE coll=:coll AND expires <= :now", self._alive(container)
            ).fetchall()
            if dead:
                with self.transaction():
                    write = Write(self, container, container.lsn)
                    for pk, item_id in dead:
                        write.remove(pk, item_id)
                    write.close()
