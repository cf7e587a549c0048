"""The order of a design with the access to it, proposals, and records of what was done, in the partition of
their organisation; and the desk, which is in a partition of its own.

Proposals and records expire some time after the access.
"""

from datetime import datetime
from typing import Any, Final

from adapters.cosmos.database import Database, Document, Items, instant
from adapters.cosmos.documents import cursor_of, document, from_document, newest_first, read_cursor
from adapters.cosmos.organisations.organisations import CONTAINER, PARTITION
from adapters.cosmos.organisations.templates.templates import release_document, template_document
from adapters.cosmos.work import order_document
from domain.base.errors import StaleVersion
from domain.base.fields import STORED
from domain.operations.orders import Order
from domain.organisations.design.design import Design, Record
from domain.organisations.design.desk import Listing
from domain.organisations.design.proposals import Approval, Proposal

_DESIGN, _PROPOSAL, _RECORD, _LISTING = "design", "design-proposal", "design-record", "design-listing"
# The partition of the desk: no organisation has such an id.
_DESK: Final = "design-desk"
_OF_HOLDER: Final = (
    "SELECT TOP @count * FROM c WHERE c.kind = @kind AND c.listed = @holder"
    " AND (c.createdAt < @time OR (c.createdAt = @time AND c.id < @item))"
    " ORDER BY c.createdAt DESC, c.id DESC"
)


class CosmosDesigns:
    def __init__(self, database: Database) -> None:
        self._items = Items(database, CONTAINER)

    async def get(self, org_id: str) -> Design:
        stored = await self._items.read(_DESIGN, org_id)
        return Design(org_id=org_id) if stored is None else from_document(Design, stored)

    async def save(self, design: Design, record: Record, order: Order | None = None) -> Design:
        operations = [design_write(design), ("create", (record_document(record),))]
        if order is not None:
            operations.append(("upsert", (order_document(order),)))
        try:
            results = await self._items.batch(operations, design.org_id)
        except FileExistsError:
            raise StaleVersion from None
        return from_document(Design, results[0]["resourceBody"])

    async def note(self, record: Record) -> None:
        await self._items.create(record_document(record))

    async def records(self, org_id: str, limit: int, cursor: str | None) -> tuple[list[Record], str | None]:
        found, following = await newest_first(self._items, _RECORD, org_id, limit, cursor)
        return [Record.model_validate(stored["body"], context=STORED) for stored in found], following


class CosmosProposals:
    def __init__(self, database: Database) -> None:
        self._items = Items(database, CONTAINER)

    async def get(self, org_id: str, proposal_id: str) -> Proposal | None:
        stored = await self._items.read(proposal_id, org_id)
        return from_document(Proposal, stored) if stored and stored["kind"] == _PROPOSAL else None

    async def all(self, org_id: str) -> list[Proposal]:
        found = await self._items.query("SELECT * FROM c WHERE c.kind = @kind", org_id, kind=_PROPOSAL)
        made = [from_document(Proposal, stored) for stored in found]
        return sorted(made, key=lambda each: (each.created_at, each.id), reverse=True)

    async def count(self, org_id: str) -> int:
        sql = "SELECT VALUE COUNT(1) FROM c WHERE c.kind = @kind"
        return await self._items.count(sql, org_id, kind=_PROPOSAL)

    async def note(self, proposal: Proposal) -> Proposal:
        new = _proposal_document(proposal)
        return from_document(Proposal, await self._items.replace(new, proposal.etag or ""))

    async def save(
        self,
        proposal: Proposal,
        design: Design,
        record: Record,
        *,
        approval: Approval | None = None,
        order: Order | None = None,
    ) -> Proposal:
        operations = [
            _write(_proposal_document(proposal), proposal.etag),
            design_write(design),
            ("create", (record_document(record),)),
            *(_approved(approval) if approval else []),
            *([("upsert", (order_document(order),))] if order else []),
        ]
        try:
            results = await self._items.batch(operations, proposal.org_id)
        except FileExistsError:
            raise StaleVersion from None
        return from_document(Proposal, results[0]["resourceBody"])


class CosmosDesk:
    def __init__(self, database: Database) -> None:
        self._items = Items(database, CONTAINER)

    async def put(self, listing: Listing) -> None:
        new = document(
            _LISTING,
            listing.org_id,
            _DESK,
            listing,
            partition=PARTITION,
            listed=listing.holder,
            createdAt=instant(listing.ordered_at),
        )
        await self._items.batch([("upsert", (new,))], _DESK)

    async def remove(self, org_id: str) -> None:
        await self._items.delete(org_id, _DESK)

    async def page(self, holder: str, limit: int, cursor: str | None) -> tuple[list[Listing], str | None]:
        time, item = read_cursor(cursor) if cursor else ("~", "~")
        found = await self._items.query(
            _OF_HOLDER, _DESK, count=limit + 1, kind=_LISTING, holder=holder, time=time, item=item
        )
        page = [Listing.model_validate(stored["body"], context=STORED) for stored in found[:limit]]
        return page, cursor_of(found[limit - 1]) if len(found) > limit else None


def design_write(design: Design) -> tuple[Any, ...]:
    return _write(document(_DESIGN, _DESIGN, design.org_id, design, partition=PARTITION), design.etag)


def _write(new: Document, etag: str | None) -> tuple[Any, ...]:
    return ("create", (new,)) if etag is None else ("replace", (new["id"], new), {"if_match_etag": etag})


def record_document(record: Record) -> Document:
    return document(
        _RECORD,
        record.id,
        record.org_id,
        record,
        partition=PARTITION,
        createdAt=instant(record.at),
        ttl=_seconds(record.at, record.kept_until),
    )


def _proposal_document(proposal: Proposal) -> Document:
    return document(
        _PROPOSAL,
        proposal.id,
        proposal.org_id,
        proposal,
        partition=PARTITION,
        ttl=_seconds(proposal.updated_at, proposal.kept_until),
    )


def _approved(approval: Approval) -> list[tuple[Any, ...]]:
    new = template_document(approval.template)
    return [
        _write(new, approval.template.etag),
        ("create", (release_document(approval.release),)),
        ("upsert", (order_document(approval.order),)),
    ]


def _seconds(since: datetime, until: datetime) -> int:
    return max(1, int((until - since).total_seconds()))
