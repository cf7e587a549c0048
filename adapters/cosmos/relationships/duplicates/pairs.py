"""What a search for duplicates stores in its owner's partition.

Rows hold names and addresses and are sealed; pairs hold ids and reasons only. All of it is forgotten by
itself, rows after a day, pairs after a month. `not-same` says of two contacts that they are different, once
for each.
"""

import json
import zlib
from collections.abc import Iterable, Sequence
from typing import Any

from pydantic import Field

from adapters.cosmos.database import Database, Document, Items
from adapters.cosmos.documents import DAY, document
from adapters.cosmos.relationships.contact_documents import CONTAINER, PARTITION, Sealed
from domain.base.fields import STORED
from domain.base.model import Model
from domain.relationships.duplicates.finding import Found, StoredPair
from domain.relationships.duplicates.rows import Row
from domain.relationships.keys import OwnerKeys, Place

_ROWS, _SHARE, _PAGE, _FOUND, _NOT_SAME = (
    "duplicate-rows", "duplicate-share", "duplicate-pairs", "duplicates", "not-same",
)  # fmt: skip
_MONTH = 30 * DAY


class _Pairs(Model):
    pairs: list[StoredPair] = Field(default=[])


class _NotSame(Model):
    other: str


class CosmosDuplicates:
    def __init__(self, database: Database, keys: OwnerKeys) -> None:
        self._items, self._keys = Items(database, CONTAINER), keys

    async def put_rows(self, owner_id: str, search: str, block: int, rows: Sequence[Row]) -> None:
        item = f"{_ROWS}-{search}-{block}"
        plain = zlib.compress(json.dumps(rows, ensure_ascii=False).encode())
        text = (await self._keys.of(owner_id)).seal(plain, Place(_ROWS, item))
        await self._put(
            owner_id, [document(_ROWS, item, owner_id, Sealed(text=text), partition=PARTITION, ttl=DAY)]
        )

    async def rows(self, owner_id: str, search: str, blocks: int) -> list[Row] | None:
        key, found = await self._keys.of(owner_id), list[Row]()
        for block in range(blocks):
            item = f"{_ROWS}-{search}-{block}"
            stored = await self._items.read(item, owner_id)
            if stored is None:
                return None
            plain = zlib.decompress(key.unseal(stored["body"]["text"], Place(_ROWS, item)))
            found += [_row(each) for each in json.loads(plain)]
        return found

    async def put_share(self, owner_id: str, search: str, share: int, pairs: Sequence[StoredPair]) -> None:
        item = f"{_SHARE}-{search}-{share}"
        await self._put(owner_id, [_pairs_document(_SHARE, item, owner_id, pairs, _MONTH)])

    async def shares(self, owner_id: str, search: str, shares: int) -> list[StoredPair]:
        found = list[StoredPair]()
        for share in range(shares):
            found += await self._pairs(owner_id, f"{_SHARE}-{search}-{share}")
        return found

    async def put_pages(
        self, owner_id: str, search: str, first: int, pages: Sequence[Sequence[StoredPair]]
    ) -> None:
        await self._put(
            owner_id,
            [
                _pairs_document(_PAGE, f"{_PAGE}-{search}-{number}", owner_id, page, _MONTH)
                for number, page in enumerate(pages, first)
            ],
        )

    async def put_found(self, found: Found) -> None:
        new = document(_FOUND, _FOUND, found.owner_id, found, partition=PARTITION, ttl=_MONTH)
        await self._put(found.owner_id, [new])

    async def found(self, owner_id: str) -> Found | None:
        stored = await self._items.read(_FOUND, owner_id)
        return Found.model_validate(stored["body"], context=STORED) if stored else None

    async def page(self, owner_id: str, search: str, page: int) -> list[StoredPair]:
        return await self._pairs(owner_id, f"{_PAGE}-{search}-{page}")

    async def _pairs(self, owner_id: str, item: str) -> list[StoredPair]:
        stored = await self._items.read(item, owner_id)
        return _Pairs.model_validate(stored["body"], context=STORED).pairs if stored else []

    async def different(self, owner_id: str, pairs: Sequence[tuple[str, str]]) -> set[tuple[str, str]]:
        """Those of the pairs that the owner said are not the same."""
        by_id = {_not_same_id(*sorted(pair)): pair for pair in pairs}
        sql = "SELECT c.id FROM c WHERE ARRAY_CONTAINS(@ids, c.id) AND c.kind = @kind"
        found = await self._items.query(sql, owner_id, ids=list(by_id), kind=_NOT_SAME)
        return {by_id[each["id"]] for each in found}

    async def told_apart(self, owner_id: str) -> list[tuple[str, str]]:
        """Ids of all contacts that the owner said are not the same, each pair once."""
        sql = "SELECT c.contactId, c.body.other FROM c WHERE c.kind = @kind"
        found = await self._items.query(sql, owner_id, kind=_NOT_SAME)
        return sorted(
            {(min(pair), max(pair)) for each in found if (pair := (each["contactId"], each["other"]))}
        )

    async def tell_apart(self, owner_id: str, one: str, other: str) -> None:
        await self._put(owner_id, [_not_same(owner_id, *each) for each in ((one, other), (other, one))])

    async def untell(self, owner_id: str, one: str, other: str) -> None:
        for each in ((one, other), (other, one)):
            await self._items.delete(_not_same_id(*each), owner_id)

    async def _put(self, owner_id: str, documents: Iterable[Document]) -> None:
        await self._items.batch([("upsert", (each,)) for each in documents], owner_id)


def _row(values: list[Any]) -> Row:
    """A row of JSON, where tuples are lists."""
    return Row._make(tuple(value) if isinstance(value, list) else value for value in values)


def _pairs_document(kind: str, item: str, owner_id: str, pairs: Sequence[StoredPair], ttl: int) -> Document:
    return document(kind, item, owner_id, _Pairs(pairs=list(pairs)), partition=PARTITION, ttl=ttl)


def _not_same_id(one: str, other: str) -> str:
    return f"{_NOT_SAME}-{one}-{other}"


def _not_same(owner_id: str, one: str, other: str) -> Document:
    extra = {"contactId": one}
    return document(
        _NOT_SAME, _not_same_id(one, other), owner_id, _NotSame(other=other), partition=PARTITION, **extra
    )
