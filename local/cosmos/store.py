"""Databases, containers, offers and items, with their index, in one SQLite file.

All writes run on one connection and one thread: a handler is never interrupted, so each write is atomic and a
committed write survives the death of the process. Queries may read from other threads, each on a connection
that sees the data as they were when it was taken.
"""

import asyncio
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from local.cosmos import index
from local.cosmos.clock import Clock
from local.cosmos.errors import ALREADY_EXISTS, NOT_FOUND, Refusal
from local.cosmos.file import File
from local.cosmos.index import Changes
from local.cosmos.model import Container, Database, Row, from_rid, to_rid
from local.cosmos.reader import LIVE, Reader, parse_body
from local.cosmos.wire import dump_json, parse_json
from local.cosmos.write import Write

# When an item expires, by its own time to live or that of its container (:ttl).
EXPIRES = "CASE WHEN :ttl IS NULL OR COALESCE(ttl, :ttl) < 0 THEN NULL ELSE ts + COALESCE(ttl, :ttl) END"
QUERIES_BESIDE = 2  # in threads of their own, which share one processor anyway


class Store:
    """Store of all data; with `folder` None it is temporary."""

    def __init__(self, folder: Path | None = None, clock: Clock | None = None) -> None:
        self.clock = clock or Clock()
        self.databases: dict[str, Database] = {}
        self.containers: dict[str, Container] = {}
        self.offers: dict[str, dict[str, Any]] = {}
        self.file = File(folder)
        self.sql = self.file.sql
        self.beside = asyncio.Semaphore(QUERIES_BESIDE)
        self._load()
        self._index_old_file()

    def _index_old_file(self) -> None:
        """Index the items of a file from before the index."""
        if self.file.is_indexed:
            return
        with self.file.transaction():
            for container in self.containers.values():
                self._set_expiry(container, container.default_ttl)
                self._index_all(container)
            self.file.is_indexed = True

    def _set_expiry(self, container: Container, default_ttl: int | None) -> None:
        self.sql.execute(
            f"UPDATE item SET expires={EXPIRES} WHERE coll=:coll",  # noqa: S608
            {"coll": container.rid, "ttl": default_ttl},
        )

    def _index_all(self, container: Container) -> None:
        """Rebuild the index of a container."""
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
        self.file.close()

    def reader(self, container: Container, key: str | None, sql: sqlite3.Connection | None = None) -> Reader:
        """Reader for a query of a logical partition or (None) of the whole container."""
        return Reader(sql or self.sql, container.rid, container.indexing, key, int(self.clock.now()))

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
        with self.file.transaction():
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
        with self.file.transaction():
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
            with self.file.transaction():
                self._keep("coll", container.rid, container.database.rid, body)
                if body.get("defaultTtl") != before.get("defaultTtl"):
                    self._set_expiry(container, container.default_ttl)
                if body["indexingPolicy"] != before["indexingPolicy"]:
                    self._index_all(container)
        except BaseException:
            container.body = before
            raise

    def drop_container(self, container: Container) -> None:
        with self.file.transaction():
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
            with self.file.transaction():
                write = Write(self, container, lsn)
                yield write
                write.finish()
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
        """Number of stored items, and their bytes."""
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
        """Delete expired items, which reads skip anyway."""
        for container in self.containers.values():
            if container.default_ttl is None:
                continue
            dead = self.sql.execute(
                "SELECT pk, id FROM item WHERE coll=:coll AND expires <= :now", self._alive(container)
            ).fetchall()
            if dead:
                with self.file.transaction():
                    write = Write(self, container, container.lsn)
                    for pk, item_id in dead:
                        write.remove(pk, item_id)
                    write.finish()
