"""Finding the duplicates of a whole address book, as long work.

It first reads the book into blocks of rows, then compares them one share of the keys at a time, and at last
stores the pairs page by page. A search that ends replaces the one before it; until then that one is shown.
"""

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Final, Literal, NamedTuple, Protocol

from pydantic import Field

from domain.base.ids import ID_BYTES, ID_PREFIXES, make_id
from domain.base.model import Model
from domain.operations.slices import Slice
from domain.operations.work import Progress, Work, WorkQueue, WorkStore, new_work, start_work
from domain.relationships.contact import Contact
from domain.relationships.duplicates.matching import Pair, Reason, Tier, grouped, in_order, pairs_of
from domain.relationships.duplicates.rows import Row, compared, row_of

FIND: Final = "find-duplicates"
# More are found once these are settled.
MOST_PAIRS: Final = 10_000
# Contacts of one block, and pairs of one page.
BLOCK: Final = 500
PAGE: Final = 25
# Contacts that are read at once.
_READ: Final = 100
# Rows for which the keys are compared at once; more are compared in shares.
_ROWS_OF_A_SHARE: Final = 10_000
_MOST_OF_A_SHARE: Final = 20_000


class Found(Model):
    """The result of a search: how many pairs there are, in how many pages. `search` is the id of its work."""

    owner_id: str
    search: str
    contacts: int
    sure: int
    likely: int
    found_at: datetime

    @property
    def pairs(self) -> int:
        return self.sure + self.likely


class FindCursor(Model):
    """Progress of a search. `read` is the cursor of the next contact; `shares` have pairs already."""

    phase: Literal["read", "compare", "store"] = "read"
    read: str | None = None
    contacts: int = 0
    blocks: int = 0
    shares: int = 0
    stored: int = 0

    @classmethod
    def of(cls, work: Work) -> "FindCursor":
        return cls.model_validate_json(work.cursor) if work.cursor else cls()

    @property
    def of_shares(self) -> int:
        return max(1, -(-self.contacts // _ROWS_OF_A_SHARE))


class StoredPair(Model):
    first: str
    second: str
    tier: Tier
    reasons: list[Reason] = Field(default=[])

    @classmethod
    def of(cls, pair: Pair) -> "StoredPair":
        return cls(first=pair.first, second=pair.second, tier=pair.tier, reasons=list(pair.reasons))


class AllContacts(Protocol):
    async def list(
        self, owner_id: str, limit: int, cursor: str | None
    ) -> tuple[list[Contact], str | None]: ...
    async def count(self, owner_id: str) -> int: ...


class PairStore(Protocol):
    """What a search stores. Rows are forgotten by themselves after a day, and pairs after a month."""

    async def put_rows(self, owner_id: str, search: str, block: int, rows: Sequence[Row]) -> None: ...
    async def rows(self, owner_id: str, search: str, blocks: int) -> list[Row] | None:
        """All rows; None where some are forgotten, as after a long pause."""
        ...

    async def put_share(
        self, owner_id: str, search: str, share: int, pairs: Sequence[StoredPair]
    ) -> None: ...
    async def shares(self, owner_id: str, search: str, shares: int) -> list[StoredPair]: ...
    async def put_pages(
        self, owner_id: str, search: str, first: int, pages: Sequence[Sequence[StoredPair]]
    ) -> None: ...
    async def put_found(self, found: Found) -> None: ...
    async def found(self, owner_id: str) -> Found | None: ...
    async def page(self, owner_id: str, search: str, page: int) -> list[StoredPair]: ...


# Runs what keeps a processor busy beside everything else that the worker does.
class Aside(Protocol):
    def __call__[T](self, work: Callable[[], T], /) -> Awaitable[T]: ...


class FindJob:
    def __init__(
        self, contacts: AllContacts, pairs: PairStore, aside: Aside, now: Callable[[], datetime]
    ) -> None:
        self._contacts, self._pairs, self._aside, self._now = contacts, pairs, aside, now

    async def slice(self, work: Work, bound: Slice) -> Progress:
        cursor = FindCursor.of(work)
        total = work.total or await self._contacts.count(work.owner_id)
        done = 0
        while not bound.is_over:
            if cursor.phase == "read":
                cursor, read = await self._read(work, cursor)
                done += read
                bound.spend(max(1, read))
            elif cursor.phase == "compare":
                cursor = await self._compare(work, cursor)
                bound.spend(_READ)
            else:
                await self._store(work, cursor)
                return Progress(cursor.model_dump_json(), done, over=True, total=total)
        return Progress(cursor.model_dump_json(), done, total=total)

    async def discard(self, work: Work) -> None:
        """What an unfinished search has stored is forgotten by itself."""

    async def _read(self, work: Work, cursor: FindCursor) -> tuple[FindCursor, int]:
        rows, following = list[Row](), cursor.read
        while len(rows) < BLOCK:
            found, following = await self._contacts.list(work.owner_id, _READ, following)
            rows += [row_of(contact) for contact in found]
            if following is None:
                break
        await self._pairs.put_rows(work.owner_id, work.id, cursor.blocks, rows)
        update = {
            "phase": "compare" if following is None else "read",
            "read": following,
            "contacts": cursor.contacts + len(rows),
            "blocks": cursor.blocks + 1,
        }
        return cursor.model_copy(update=update), len(rows)

    async def _compare(self, work: Work, cursor: FindCursor) -> FindCursor:
        """Compare the rows that share one of this share of the keys."""
        rows = await self._pairs.rows(work.owner_id, work.id, cursor.blocks)
        if rows is None:
            return FindCursor()
        pairs = await self._aside(lambda: _pairs_of_share(rows, cursor.shares, cursor.of_shares))
        await self._pairs.put_share(work.owner_id, work.id, cursor.shares, pairs)
        shares = cursor.shares + 1
        phase = "store" if shares == cursor.of_shares else "compare"
        return cursor.model_copy(update={"shares": shares, "phase": phase})

    async def _store(self, work: Work, cursor: FindCursor) -> None:
        there = await self._pairs.found(work.owner_id)
        if there is not None and there.search == work.id:
            return  # by a run that could not say so
        found = await self._pairs.shares(work.owner_id, work.id, cursor.shares)
        pairs = [StoredPair.of(pair) for pair in _once(found)[:MOST_PAIRS]]
        pages = [pairs[at : at + PAGE] for at in range(0, len(pairs), PAGE)]
        for first in range(0, len(pages), PAGE):
            await self._pairs.put_pages(work.owner_id, work.id, first, pages[first : first + PAGE])
        sure = sum(pair.tier == "sure" for pair in pairs)
        await self._pairs.put_found(
            Found(
                owner_id=work.owner_id,
                search=work.id,
                contacts=cursor.contacts,
                sure=sure,
                likely=len(pairs) - sure,
                found_at=self._now(),
            )
        )


def _pairs_of_share(rows: Sequence[Row], share: int, shares: int) -> list[StoredPair]:
    ready = [compared(row) for row in rows]
    found = in_order(pairs_of(ready, grouped(ready, share=share, shares=shares).values()))
    return [StoredPair.of(pair) for pair in found[:_MOST_OF_A_SHARE]]


def _once(found: Sequence[StoredPair]) -> list[Pair]:
    return in_order(Pair(each.first, each.second, each.tier, tuple(each.reasons)) for each in found)


async def start_search(
    owner_id: str, *, key: str | None, now: datetime, works: WorkStore, queue: WorkQueue
) -> Work:
    """Begin a search, or return the one of this key or under way. Two requests at once begin only one."""
    return await start_once(FIND, owner_id, key=key, now=now, works=works, queue=queue)


async def start_once(
    kind: str,
    owner_id: str,
    *,
    key: str | None,
    now: datetime,
    works: WorkStore,
    queue: WorkQueue,
    cursor: str = "",
) -> Work:
    earlier = await works.of_kind(owner_id, kind)
    known = next((work for work in earlier if key is not None and work.key == key), None)
    under_way = known or next((work for work in earlier if not work.is_over), None)
    if under_way is not None:
        return under_way
    latest = earlier[0].id if earlier else ""
    digest = hashlib.sha256(f"{kind} {owner_id} {latest}".encode()).digest()
    new = new_work(kind, owner_id, make_id(ID_PREFIXES["work"], digest[:ID_BYTES]), now, key=key)
    return await start_work(new.model_copy(update={"cursor": cursor}), works=works, queue=queue)


class Shown(NamedTuple):
    """A pair as it is now: both contacts are there and nobody said that they are different."""

    first: Contact
    second: Contact
    tier: Tier
    reasons: list[Reason]


class ShownPairs(PairStore, Protocol):
    async def different(self, owner_id: str, pairs: Sequence[tuple[str, str]]) -> set[tuple[str, str]]:
        """Those of the pairs that the owner said are not the same."""
        ...


class SomeContacts(Protocol):
    async def find(self, owner_id: str, contact_ids: list[str]) -> list[Contact]: ...


async def shown_pairs(
    found: Found, at: int, limit: int, *, pairs: ShownPairs, contacts: SomeContacts
) -> list[Shown]:
    """Some pairs of a search from the one at this place on; those that are settled since are left out."""
    stored = list[StoredPair]()
    for page in range(at // PAGE, -(-min(at + limit, found.pairs) // PAGE)):
        stored += await pairs.page(found.owner_id, found.search, page)
    stored = stored[at % PAGE : at % PAGE + limit]
    if not stored:
        return []
    ids = {each for pair in stored for each in (pair.first, pair.second)}
    there = {contact.id: contact for contact in await contacts.find(found.owner_id, sorted(ids))}
    different = await pairs.different(found.owner_id, [(pair.first, pair.second) for pair in stored])
    return [
        Shown(there[pair.first], there[pair.second], pair.tier, pair.reasons)
        for pair in stored
        if {pair.first, pair.second} <= there.keys() and (pair.first, pair.second) not in different
    ]
