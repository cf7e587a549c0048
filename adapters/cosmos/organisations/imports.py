"""Imports of people, in the partition of the organisation.

What a file says stands in pieces of its own that expire, packed. `listed` is the place of a piece, or of a
journal, among those of its import.
"""

import base64
import json
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any, Final

from adapters.cosmos.database import Database, Document, Items, instant
from adapters.cosmos.documents import document, from_document, newest_first
from adapters.cosmos.organisations.known import KIND, key_id, key_operations, leads_to
from adapters.cosmos.organisations.organisations import (
    CONTAINER,
    PARTITION,
    ended_operations,
    former_id,
    known_writes,
    member_document,
    size_change,
)
from adapters.cosmos.work import order_document
from domain.base.errors import StaleVersion
from domain.base.model import Model
from domain.organisations.imports.columns import Remembered
from domain.organisations.imports.imports import KEPT, LISTED, Batch, Found, Import, Journal, start_order
from domain.organisations.organisation import Member
from domain.organisations.staff_cards.making import staff_card_id

_KIND: Final = "people-import"
_PIECE, _JOURNAL, _COLUMNS = "import-piece", "import-journal", "import-columns"
_LISTED_TTL, _KEPT_TTL = int(LISTED.total_seconds()), int(KEPT.total_seconds())
# Of a batch of the store, which takes 2 MB and 100 operations.
_MOST_SIZE, _MOST_OPERATIONS = 1_000_000, 99
_THESE: Final = "SELECT * FROM c WHERE ARRAY_CONTAINS(@ids, c.id)"
_AT: Final = "SELECT * FROM c WHERE c.kind = 'member' AND ARRAY_CONTAINS(@addresses, c.address)"


class _Piece(Model):
    packed: str


class CosmosImports:
    def __init__(self, database: Database) -> None:
        self._items = Items(database, CONTAINER)

    async def get(self, org_id: str, import_id: str) -> Import | None:
        stored = await self._items.read(import_id, org_id)
        return from_document(Import, stored) if stored and stored["kind"] == _KIND else None

    async def create(self, new: Import) -> bool:
        return await self._items.create(_import_document(new))

    async def save(self, changed: Import, *, remember: Remembered | None = None) -> Import:
        new, order = _import_document(changed), start_order(changed)
        operations: list[tuple[Any, ...]] = [("replace", (new["id"], new), {"if_match_etag": changed.etag})]
        if order is not None:
            operations.append(("upsert", (order_document(order),)))
        if remember is not None:
            columns = document(_COLUMNS, _COLUMNS, remember.org_id, remember, partition=PARTITION)
            operations.append(("upsert", (columns,)))
        results = await self._items.batch(operations, changed.org_id)
        return from_document(Import, results[0]["resourceBody"])

    async def list(self, org_id: str, limit: int, cursor: str | None) -> tuple[list[Import], str | None]:
        found, following = await newest_first(self._items, _KIND, org_id, limit, cursor)
        return [from_document(Import, stored) for stored in found], following

    async def remembered(self, org_id: str) -> Remembered:
        stored = await self._items.read(_COLUMNS, org_id)
        return Remembered(org_id=org_id) if stored is None else Remembered.model_validate(stored["body"])

    async def put(self, of: Import, pieces: Sequence[tuple[str, Any]]) -> None:
        # A slice that is overtaken by the erasure of its organisation stores nothing.
        there: list[tuple[Any, ...]] = [] if of.etag is None else [("read", (of.id,))]
        some, size = list[tuple[Any, ...]](), 0
        for name, content in pieces:
            written = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
            packed = base64.b64encode(zlib.compress(written, 1)).decode()
            if some and (size + len(packed) > _MOST_SIZE or len(some) == _MOST_OPERATIONS):
                await self._items.batch([*there, *some], of.org_id)
                some, size = [], 0
            piece = document(
                _PIECE, _piece_id(of, name), of.org_id, _Piece(packed=packed), partition=PARTITION,
                listed=f"{of.id} {name}", ttl=_KEPT_TTL,
            )  # fmt: skip
            some.append(("upsert", (piece,)))
            size += len(packed)
        if some:
            await self._items.batch([*there, *some], of.org_id)

    async def read(self, of: Import, name: str) -> Any | None:
        stored = await self._items.read(_piece_id(of, name), of.org_id)
        if stored is None:
            return None
        packed = _Piece.model_validate(stored["body"]).packed
        return json.loads(zlib.decompress(base64.b64decode(packed)))

    async def drop(self, of: Import) -> None:
        sql = "SELECT TOP 100 c.id FROM c WHERE STARTSWITH(c.listed, @of) AND ARRAY_CONTAINS(@kinds, c.kind)"
        while found := await self._items.query(sql, of.org_id, of=f"{of.id} ", kinds=[_PIECE, _JOURNAL]):
            # One has expired, or somebody else deletes them at this moment: the others are found again.
            with suppress(StaleVersion):
                await self._items.batch([("delete", (each["id"],)) for each in found], of.org_id)

    async def find(self, org_id: str, external_ids: Sequence[str], addresses: Sequence[str]) -> Found:
        by_id = {key_id(org_id, "external_id", text): text for text in external_ids}
        by_address = {key_id(org_id, "address", text): text for text in addresses}
        keys = await self._these(org_id, [*by_id, *by_address])
        led = {each["id"]: leads_to(each) for each in keys if each["kind"] == KIND}
        ids = list(dict.fromkeys(led.values()))
        people = await self._these(org_id, [*ids, *map(former_id, ids)])
        members = {each["id"]: from_document(Member, each) for each in people if each["kind"] == "member"}
        gone = [from_document(Member, each) for each in people if each["kind"] == "former-member"]
        known_at = {by_address[key]: member for key, member in led.items() if key in by_address}
        # Who came by themselves is not known by an address.
        there = await self._items.query(_AT, org_id, addresses=list(addresses)) if addresses else []
        for each in there:
            if known_at.get(each["address"]) not in members:
                members[each["id"]] = from_document(Member, each)
                known_at[each["address"]] = each["id"]
        known_by_id = {by_id[key]: member for key, member in led.items() if key in by_id}
        return Found(known_by_id, known_at, members, {each.id: each for each in gone})

    async def _these(self, org_id: str, ids: Sequence[str]) -> Sequence[Document]:
        return await self._items.query(_THESE, org_id, ids=list(ids)) if ids else []

    async def members(self, org_id: str, ids: Sequence[str]) -> Sequence[Member]:
        found = await self._these(org_id, ids)
        return [from_document(Member, each) for each in found if each["kind"] == "member"]

    async def with_cards(self, org_id: str, member_ids: Sequence[str]) -> set[str]:
        by_card = {staff_card_id(org_id, each): each for each in member_ids}
        sql = "SELECT c.id FROM c WHERE ARRAY_CONTAINS(@ids, c.id)"
        found = await self._items.query(sql, org_id, ids=list(by_card)) if by_card else []
        return {by_card[each["id"]] for each in found}

    async def write(self, batch: Batch) -> None:
        await self._do(batch, ("create", (_journal_document(batch.journal),)))

    async def take_back(self, batch: Batch) -> Journal:
        new = _journal_document(batch.journal)
        written = await self._do(batch, ("replace", (new["id"], new), {"if_match_etag": batch.journal.etag}))
        return from_document(Journal, written["resourceBody"])

    async def _do(self, batch: Batch, journal: tuple[Any, ...]) -> Document:
        saved = await known_writes(self._items, batch.saved) if batch.saved else []
        gone = [operation for each in batch.gone for operation in ended_operations(each)]
        new = [operation for each in batch.new for operation in _created(each)]
        sizes = Counter(team for each in batch.gone for team in each.teams)
        sizes.subtract(team for each in batch.new for team in each.teams)
        numbers = [size_change(team, -less) for team, less in sizes.items() if less]
        orders = [("upsert", (order_document(order),)) for order in batch.orders]
        try:
            results = await self._items.batch(
                [journal, *new, *saved, *gone, *numbers, *orders], batch.journal.org_id
            )
        except FileExistsError:
            raise StaleVersion from None
        return results[0]

    async def journals(self, of: Import, after: str, limit: int) -> Sequence[Journal]:
        found = await self._items.query(
            "SELECT TOP @count * FROM c WHERE c.kind = @kind AND STARTSWITH(c.listed, @of)"
            " AND c.listed > @after ORDER BY c.listed",
            of.org_id, count=limit, kind=_JOURNAL, of=f"{of.id} journal ", after=f"{of.id} journal {after}",
        )  # fmt: skip
        return [from_document(Journal, stored) for stored in found]

    async def journals_of(self, of: Import, page: int) -> Sequence[Journal]:
        found = await self._items.query(
            "SELECT * FROM c WHERE c.kind = @kind AND STARTSWITH(c.listed, @of)",
            of.org_id, kind=_JOURNAL, of=f"{of.id} journal {page:04} ",
        )  # fmt: skip
        return [from_document(Journal, stored) for stored in found]


def _created(member: Member) -> Iterator[tuple[Any, ...]]:
    """Operations that store somebody new: refused if anybody has their id, or is known by the same."""
    yield ("create", (member_document(member),))
    yield from key_operations(member, None, {})


def _import_document(found: Import) -> Document:
    extra: Document = {"createdAt": instant(found.created_at), "ttl": _LISTED_TTL}
    return document(_KIND, found.id, found.org_id, found, partition=PARTITION, **extra)


def _piece_id(of: Import, name: str) -> str:
    return f"{of.id}-{name}"


def _journal_document(journal: Journal) -> Document:
    place = journal.place
    return document(
        _JOURNAL, f"{journal.import_id}-journal-{place.replace(' ', '-')}", journal.org_id, journal,
        partition=PARTITION, listed=f"{journal.import_id} journal {place}", ttl=_KEPT_TTL,
    )  # fmt: skip
