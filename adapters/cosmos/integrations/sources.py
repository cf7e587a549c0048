"""Sources and instructions, in the partition of their organisation."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any, Final

from adapters.cosmos.database import Database, Document, Items, instant
from adapters.cosmos.documents import DELETED_TTL, document, from_document, readable
from domain.base.errors import StaleVersion
from domain.integrations.instructions import Instruction, Withdrawal
from domain.integrations.source import Source

CONTAINER: Final = "organisations"
_PARTITION: Final = "orgId"
SOURCE: Final = "source"
_INSTRUCTION, _WITHDRAWAL = "instruction", "instruction-withdrawal"
# There are twenty at most, and those that were disconnected of late.
_OF: Final = "SELECT TOP 100 * FROM c WHERE c.kind = @kind"
_DUE: Final = "SELECT * FROM c WHERE c.kind = @kind AND c.dueAt < @now"
_ABOUT: Final = (
    "SELECT TOP 100 * FROM c WHERE ARRAY_CONTAINS(@kinds, c.kind) AND c.listed = @source"
    " ORDER BY c.createdAt DESC, c.id DESC"
)


class CosmosSources:
    def __init__(self, database: Database) -> None:
        self._items = Items(database, CONTAINER)

    async def get(self, org_id: str, source_id: str) -> Source | None:
        stored = await self._items.read(source_id, org_id)
        return from_document(Source, stored) if stored and stored["kind"] == SOURCE else None

    async def of(self, org_id: str) -> Sequence[Source]:
        found = [from_document(Source, each) for each in await self._items.query(_OF, org_id, kind=SOURCE)]
        return sorted(found, key=lambda each: (each.created_at, each.id))

    async def create(self, source: Source) -> bool:
        return await self._items.create(source_document(source))

    async def save(self, source: Source) -> Source:
        return from_document(Source, await self._items.replace(source_document(source), source.etag or ""))

    async def due(self, now: datetime) -> AsyncIterator[Source]:
        async for stored in self._items.stored(_DUE, kind=SOURCE, now=instant(now)):
            if (source := readable(Source, CONTAINER, stored)) is not None:
                yield source


class CosmosInstructions:
    def __init__(self, database: Database) -> None:
        self._items = Items(database, CONTAINER)

    async def get(self, org_id: str, instruction_id: str) -> Instruction | None:
        stored = await self._items.read(instruction_id, org_id)
        if stored is None or stored["kind"] != _INSTRUCTION:
            return None
        return Instruction.model_validate(stored["body"])

    async def give(self, instruction: Instruction, source: Source) -> Source:
        return await self._with_source(
            _entry(_INSTRUCTION, instruction.id, instruction, source.org_id), source
        )

    async def take_back(self, withdrawal: Withdrawal, source: Source) -> Source:
        item = f"withdrawn-{withdrawal.instruction_id}"
        return await self._with_source(_entry(_WITHDRAWAL, item, withdrawal, source.org_id), source)

    async def _with_source(self, entry: Document, source: Source) -> Source:
        new = source_document(source)
        operations: list[tuple[Any, ...]] = [
            ("replace", (new["id"], new), {"if_match_etag": source.etag}),
            ("create", (entry,)),
        ]
        try:
            results = await self._items.batch(operations, source.org_id)
        except FileExistsError:
            raise StaleVersion from None
        return from_document(Source, results[0]["resourceBody"])

    async def of(self, org_id: str, source_id: str) -> Sequence[Instruction | Withdrawal]:
        found = await self._items.query(
            _ABOUT, org_id, kinds=[_INSTRUCTION, _WITHDRAWAL], source=f"about {source_id}"
        )
        return [
            (Instruction if each["kind"] == _INSTRUCTION else Withdrawal).model_validate(each["body"])
            for each in found
        ]


def _entry(kind: str, item: str, body: Instruction | Withdrawal, org_id: str) -> Document:
    return document(
        kind,
        item,
        org_id,
        body,
        partition=_PARTITION,
        createdAt=instant(body.at),
        listed=f"about {body.source_id}",
    )


def source_document(source: Source) -> Document:
    stored = document(
        SOURCE, source.id, source.org_id, source, partition=_PARTITION, createdAt=instant(source.created_at)
    )
    if source.state == "disconnected":
        # The list of an organisation reads a hundred: what is let go must not crowd the others out.
        stored |= {"ttl": DELETED_TTL}
    # Absent when nothing is due: the query for due sources relies on it.
    return stored if source.due_at is None else stored | {"dueAt": instant(source.due_at)}
