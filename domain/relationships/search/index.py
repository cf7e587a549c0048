"""The index of one owner: an SQLite database in memory, which is never written to a disk.

Each contact has a block of row numbers in the full text table `f`: one for its own texts and one for each
note. An index that is built anew numbers the blocks by name, so that what is found comes in the order of
names, and a page costs the same however many contacts have the words. Contacts that came or changed their
name since then are loose, and are put in order when they are found.

The full text table keeps no texts, so a row cannot be taken out of it: a row that is not in `live` is dead,
and is gone when the index is built anew. Words of a name are in it twice, the second time with a mark before
them, so that a name that is looked for comes first.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from heapq import merge
from itertools import chain
from typing import Any, Final, NamedTuple

from domain.base.folding import fold
from domain.relationships.contact import Kind
from domain.relationships.search.entry import Change, Entry
from domain.relationships.search.looked import Looked
from domain.relationships.search.reasons import Reason, cut_texts, reasons
from domain.relationships.search.words import Wanted, question, words_of

# Before words of a name, and before the kind of a contact: in no word.
_NAMED: Final = "\u00a7"
_OF_KIND: Final = "\u00a4"
_ROWS: Final = 1024  # of a block
_SCHEMA: Final = """
CREATE TABLE contacts (block INTEGER PRIMARY KEY, id TEXT NOT NULL, version INTEGER NOT NULL,
    state TEXT NOT NULL, run TEXT NOT NULL, rows INTEGER NOT NULL, kind TEXT NOT NULL, sort TEXT NOT NULL,
    name TEXT NOT NULL, shown TEXT NOT NULL);
CREATE UNIQUE INDEX contacts_by_id ON contacts (id);
CREATE INDEX loose ON contacts (block) WHERE run <> state;
CREATE TABLE live (n INTEGER PRIMARY KEY, note TEXT, version INTEGER NOT NULL);
CREATE UNIQUE INDEX notes ON live (note) WHERE note IS NOT NULL;
CREATE TABLE facts (tail INTEGER NOT NULL, next INTEGER NOT NULL, dead INTEGER NOT NULL,
    erased INTEGER NOT NULL);
INSERT INTO facts VALUES (1, 1, 0, 0);
CREATE VIRTUAL TABLE f USING fts5(t, content='', detail=none, columnsize=0, prefix='1 2 3', tokenize='ascii');
"""
_BLOCKS_WITH: Final = (
    f"SELECT f.rowid / {_ROWS} FROM f CROSS JOIN live ON live.n = f.rowid"  # noqa: S608
    " WHERE f MATCH ? AND f.rowid >= ? AND f.rowid < ? ORDER BY f.rowid"
)
_END: Final = 2**62
# Notes of one contact that are asked which of them has the words.
_MOST_NOTES: Final = 50


class Hit(NamedTuple):
    """A contact that was found. `notes` are the ids of those that have words that its texts do not have."""

    id: str
    name: str
    kind: Kind
    shown: list[tuple[str, str]]
    reasons: list[Reason]
    notes: list[str]


class Facts(NamedTuple):
    """Contacts in no order, rows that are dead, and how many of these the owner wants to be gone."""

    contacts: int
    loose: int
    dead: int
    erased: int


class _Place(NamedTuple):
    """A contact that has the words, as it is sorted."""

    sort: str
    id: str
    block: int


class Index:
    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        database.execute("PRAGMA temp_store = memory")

    @classmethod
    def empty(cls) -> "Index":
        database = _memory()
        database.executescript(_SCHEMA)
        return cls(database)

    @classmethod
    def load(cls, content: bytes) -> "Index":
        database = _memory()
        database.deserialize(content)
        return cls(database)

    def dump(self) -> bytes:
        return self._database.serialize()

    def close(self) -> None:
        self._database.close()

    @property
    def size(self) -> int:
        """Bytes in memory."""
        pages, size = (self._one(f"PRAGMA {name}")[0] for name in ("page_count", "page_size"))
        return int(pages) * int(size)

    @property
    def facts(self) -> Facts:
        contacts = self._one("SELECT count(*) FROM contacts")[0]
        loose = self._one("SELECT count(*) FROM contacts WHERE run <> state")[0]
        dead, erased = self._one("SELECT dead, erased FROM facts")
        return Facts(contacts, loose, dead, erased)

    def settle(self) -> None:
        """Make a new index as small and quick as it gets."""
        self._do("INSERT INTO f (f) VALUES ('optimize')")
        self._do("VACUUM")

    def apply(self, changes: Iterable[Change], *, by_name: bool = False) -> None:
        """Take changes in, in their order; what is known already in this version or a later one stays.

        `by_name` are the contacts of a new index, each state in the order of names.
        """
        self._do("BEGIN")
        for change in changes:
            if change.note is not None:
                self._note(change, change.note)
            elif change.state == "erased":
                self._erase(change.contact)
            else:
                self._contact(change, by_name=by_name)
        if by_name:
            self._do("UPDATE facts SET tail = next")
        self._do("COMMIT")

    def _contact(self, change: Change, *, by_name: bool) -> None:
        known = self._one("SELECT block, version, sort FROM contacts WHERE id = ?", change.contact)
        if known is None:
            # A deletion of what is not known is no news, and only a restoration would bring it back.
            if change.entry is not None:
                block = self._new_block(change, change.state if by_name else "")
                self._fill(block, change, change.entry)
            return
        block, version, sort = known
        if version >= change.version:
            return
        values = (change.version, change.state, block)
        self._do("UPDATE contacts SET version = ?, state = ? WHERE block = ?", *values)
        if change.entry is not None:
            if change.entry.sort != sort:
                self._do("UPDATE contacts SET run = '' WHERE block = ?", block)
            self._fill(block, change, change.entry)

    def _new_block(self, change: Change, run: str) -> int:
        block = int(self._one("UPDATE facts SET next = next + 1 RETURNING next - 1")[0])
        self._do(
            "INSERT INTO contacts VALUES (?, ?, ?, ?, ?, 0, 'person', '', '', '[]')",
            block, change.contact, change.version, change.state, run,
        )  # fmt: skip
        return block

    def _fill(self, block: int, change: Change, entry: Entry) -> None:
        shown = json.dumps(entry.shown, ensure_ascii=False, separators=(",", ":"))
        self._do(
            "UPDATE contacts SET kind = ?, sort = ?, name = ?, shown = ? WHERE block = ?",
            entry.kind, entry.sort, entry.name, shown, block,
        )  # fmt: skip
        self._dead("DELETE FROM live WHERE note IS NULL AND n >= ? AND n < ?", *_rows(block))
        named = " ".join(_NAMED + word for word in words_of(entry.name))
        self._add(block, None, change.version, f"{entry.words} {named} {_OF_KIND}{entry.kind}")

    def _note(self, change: Change, note_id: str) -> None:
        known = self._one("SELECT version, n FROM live WHERE note = ?", note_id)
        of = self._one("SELECT block FROM contacts WHERE id = ?", change.contact)
        if known is not None and (known[0] > change.version or self._is_there(known, change, of)):
            return
        gone = self._dead("DELETE FROM live WHERE note = ?", note_id)
        if change.words is None:
            self._do("UPDATE facts SET erased = erased + ?", gone)
            return
        unknown = change.model_copy(update={"version": 0, "state": "deleted"})
        block = self._new_block(unknown, "") if of is None else int(of[0])
        self._add(block, note_id, change.version, change.words)

    @staticmethod
    def _is_there(known: tuple[int, int], change: Change, of: tuple[int] | None) -> bool:
        """Whether this version of a note is known, and on this contact: a merge moves notes as they are."""
        return known[0] == change.version and of is not None and known[1] // _ROWS == of[0]

    def _add(self, block: int, note: str | None, version: int, words: str) -> None:
        row = self._one("UPDATE contacts SET rows = rows + 1 WHERE block = ? RETURNING rows - 1", block)[0]
        if row >= _ROWS:
            # So many changes of one contact: this asks for a new index, which finds it again.
            self._do("UPDATE facts SET erased = erased + 1")
            return
        n = block * _ROWS + row
        self._do("INSERT INTO live VALUES (?, ?, ?)", n, note, version)
        self._do("INSERT INTO f (rowid, t) VALUES (?, ?)", n, words)

    def _erase(self, contact_id: str) -> None:
        known = self._one("DELETE FROM contacts WHERE id = ? RETURNING block", contact_id)
        if known is not None:
            gone = self._dead("DELETE FROM live WHERE n >= ? AND n < ?", *_rows(known[0]))
            self._do("UPDATE facts SET erased = erased + ?", gone)

    def _dead(self, sql: str, *values: object) -> int:
        gone = self._do(sql, *values).rowcount
        self._do("UPDATE facts SET dead = dead + ?", gone)
        return gone

    def _do(self, sql: str, *values: object) -> sqlite3.Cursor:
        return self._database.execute(sql, values)

    def _one(self, sql: str, *values: object) -> Any:
        found = self._do(sql, *values).fetchall()
        return found[0] if found else None

    def find(self, looked: Looked) -> tuple[list[Hit], str | None]:
        """A page of the contacts that have all words, those with them in their name first, then by name.

        An empty page, if the contact that it follows has not the words any more.
        """
        asked = question(looked.text)
        if not asked:
            return [], None
        after, labels, page = looked.after, looked.labels, list[Hit]()
        for place in self._places(asked, looked):
            if after is not None:
                after = None if place.id == after else after
                continue
            if not labels or self._has(place, labels):
                if len(page) == looked.limit:
                    return page, page[-1].id
                page.append(self._hit(place.block, asked))
        return page, None

    def _has(self, place: _Place, labels: set[tuple[str, str]]) -> bool:
        shown = json.loads(self._one("SELECT shown FROM contacts WHERE block = ?", place.block)[0])
        return labels <= {(field, fold(text)) for field, text in shown}

    def _places(self, asked: list[Wanted], looked: Looked) -> Iterator[_Place]:
        state = "archived" if looked.archived else "used"
        also = [f'"{_OF_KIND}{looked.kind}"'] if looked.kind else []
        also += [" AND ".join(f'"{word}"' for word in words) for words in looked.label_words]
        named = set()
        name = " AND ".join(_matches(part, _NAMED) for part in asked)
        for place in self._in_order([name, *also], state):
            named.add(place.block)
            yield place
        for place in self._in_order([*(_matches(part) for part in asked), *also], state):
            if place.block not in named:
                yield place

    def _in_order(self, parts: list[str], state: str) -> Iterator[_Place]:
        if not self._one("SELECT EXISTS (SELECT 1 FROM live WHERE note IS NOT NULL)")[0]:
            parts = [" AND ".join(parts)]
        tail = self._one("SELECT tail FROM facts")[0]
        in_run = self._placed(self._blocks(parts, 0, tail * _ROWS), "state = ? AND run = ?", state, state)
        loose = self._placed(self._blocks(parts, tail * _ROWS, _END), "state = ?", state)
        sql = "SELECT block FROM contacts WHERE run <> state AND block < ? AND state = ?"
        moved = self._do(sql, tail, state)
        has = (block for (block,) in moved.fetchall() for _ in self._blocks(parts, *_rows(block)))
        return merge(in_run, sorted([*loose, *self._placed(has, "TRUE")]))

    def _placed(self, blocks: Iterator[int], where: str, *values: object) -> Iterator[_Place]:
        sql = f"SELECT sort, id, block FROM contacts WHERE block = ? AND {where}"  # noqa: S608 - made here
        for block in blocks:
            found = self._one(sql, block, *values)
            if found is not None:
                yield _Place(*found)

    def _blocks(self, parts: list[str], first: int, end: int) -> Iterator[int]:
        """The blocks of rows in which each part is found, ascending; the parts may be in different rows."""
        streams = [(int(block) for (block,) in self._do(_BLOCKS_WITH, part, first, end)) for part in parts]
        heads = [next(stream, _END) for stream in streams]
        while (furthest := max(heads)) < _END:
            if min(heads) == furthest:
                yield furthest
                furthest += 1
            for place, stream in enumerate(streams):
                while heads[place] < furthest:
                    heads[place] = next(stream, _END)

    def _hit(self, block: int, asked: list[Wanted]) -> Hit:
        contact_id, name, kind, shown = self._one(
            "SELECT id, name, kind, shown FROM contacts WHERE block = ?", block
        )
        texts = [(field, text) for field, text in json.loads(shown)]
        why, unexplained = reasons(name, texts, asked)
        notes = [self._notes_with(part, block) for part in unexplained]
        if not all(notes):
            why += cut_texts(texts)
        return Hit(contact_id, name, kind, texts, why, list(dict.fromkeys(chain(*notes))))

    def _notes_with(self, part: Wanted, block: int) -> list[str]:
        """The newest note of the contact that has the part, if any."""
        notes = self._do(
            "SELECT n, note FROM live WHERE note IS NOT NULL AND n >= ? AND n < ? ORDER BY n DESC LIMIT ?",
            *_rows(block),
            _MOST_NOTES,
        ).fetchall()
        text = _matches(part)
        return next(([note] for n, note in notes if any(self._blocks([text], n, n + 1))), [])


def _memory() -> sqlite3.Connection:
    # Loaded in another thread than it is asked in, never by two at once.
    return sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)


def _rows(block: int) -> tuple[int, int]:
    return block * _ROWS, (block + 1) * _ROWS


def _matches(part: Wanted, mark: str = "") -> str:
    """The part in the language of FTS5: words are letters and digits only."""
    spelled = ["(" + " AND ".join(f'"{mark}{word}" *' for word in words) + ")" for words in part]
    return "(" + " OR ".join(spelled) + ")"
