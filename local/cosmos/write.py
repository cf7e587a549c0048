"""One open transaction on a container."""

from typing import TYPE_CHECKING, Any

from local.cosmos.index import Changes
from local.cosmos.model import Container, Row
from local.cosmos.reader import parse_body

if TYPE_CHECKING:
    from local.cosmos.store import Store


class Write:
    """Writes of items and of their index entries, all with one LSN."""

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
            "INSERT OR REPLACE INTO item (coll, pk, id, seq, ts, etag, body, lsn, ttl, expires) "
            "VALUES (?,?,?,?,?,?,?,?,?,?)",
            (self._coll, *row, self.lsn, ttl, self._expires(row, ttl)),
        )
        return None

    def _expires(self, row: Row, ttl: int | None) -> int | None:
        default = self.container.default_ttl
        seconds = default if ttl is None or default is None else ttl
        return None if seconds is None or seconds < 0 else row.ts + seconds

    def _index(self, pk: str, item_id: str, seq: int, doc: dict[str, Any] | None) -> None:
        """Replace the index entries of the item of this id."""
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

    def finish(self) -> None:
        """Write the changes that are collected until the end of the transaction."""
        self._changes.flush()
