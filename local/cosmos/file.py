"""The SQLite file: its tables, its lock, its transactions and snapshots of it for other threads."""

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local.cosmos import index

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
INDEXED = 1  # first version of the file with an index
CACHE_KIBIBYTES = 65_536


class File:
    """SQLite file. With `folder` None it is temporary and deleted when closed."""

    def __init__(self, folder: Path | None) -> None:
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
        self._snapshots: list[sqlite3.Connection] = []

    def _connect(self) -> sqlite3.Connection:
        path = self._folder / "cosmos.sqlite"
        sql = sqlite3.connect(path, isolation_level=None, timeout=1, check_same_thread=False)
        sql.execute(f"PRAGMA cache_size=-{CACHE_KIBIBYTES}")
        return sql

    def _make_tables(self) -> None:
        columns = [row[1] for row in self.sql.execute("PRAGMA table_info(item)")]
        if columns and "expires" not in columns:
            self.sql.execute("ALTER TABLE item ADD COLUMN expires INTEGER")
        self.sql.executescript(SCHEMA + index.SCHEMA)

    @property
    def is_indexed(self) -> bool:
        """Whether the file has an index, which older versions lack."""
        return bool(self.sql.execute("PRAGMA user_version").fetchone()[0] >= INDEXED)

    @is_indexed.setter
    def is_indexed(self, value: bool) -> None:
        self.sql.execute(f"PRAGMA user_version={INDEXED if value else 0}")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        self.sql.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.sql.execute("ROLLBACK")
            raise
        self.sql.execute("COMMIT")

    def snapshot(self) -> sqlite3.Connection:
        """Connection for another thread, which reads the present state until it is released."""
        sql = self._snapshots.pop() if self._snapshots else self._connect()
        sql.execute("BEGIN")
        sql.execute("SELECT 1 FROM counter LIMIT 1").fetchone()
        return sql

    def release(self, sql: sqlite3.Connection) -> None:
        """Release a snapshot, from any thread."""
        sql.execute("ROLLBACK")
        self._snapshots.append(sql)

    def close(self) -> None:
        for sql in (*self._snapshots, self.sql, self._lock):
            sql.close()
        if self._temporary:
            self._temporary.cleanup()
