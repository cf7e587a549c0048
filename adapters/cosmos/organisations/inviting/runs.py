"""Runs of invitations in the partition of their organisation. They expire with what they say of people."""

from typing import Any, Final

from adapters.cosmos.database import Database, Document, Items, instant
from adapters.cosmos.documents import document, from_document, newest_first
from adapters.cosmos.organisations.inviting.by_id import members_after
from adapters.cosmos.organisations.organisations import CONTAINER, PARTITION
from adapters.cosmos.work import order_document
from domain.organisations.invitation_runs.run import LISTED, Run, start_order
from domain.organisations.organisation import Member, MemberFilter

_KIND: Final = "invitation-run"


class CosmosRuns:
    def __init__(self, database: Database) -> None:
        self._items = Items(database, CONTAINER)

    async def get(self, org_id: str, run_id: str) -> Run | None:
        stored = await self._items.read(run_id, org_id)
        return from_document(Run, stored) if stored and stored["kind"] == _KIND else None

    async def create(self, new: Run) -> bool:
        try:
            await self._items.batch([("create", (_document(new),)), *_order(new)], new.org_id)
        except FileExistsError:
            return False
        return True

    async def save(self, changed: Run) -> Run:
        new = _document(changed)
        replaced = ("replace", (new["id"], new), {"if_match_etag": changed.etag})
        results = await self._items.batch([replaced, *_order(changed)], changed.org_id)
        return from_document(Run, results[0]["resourceBody"])

    async def latest(self, org_id: str, limit: int, cursor: str | None) -> tuple[list[Run], str | None]:
        found, following = await newest_first(self._items, _KIND, org_id, limit, cursor)
        return [from_document(Run, stored) for stored in found], following

    async def members(self, org_id: str, team_id: str | None, limit: int, after: str) -> list[Member]:
        return await members_after(self._items, org_id, MemberFilter(team=team_id), limit, after)


def _document(run: Run) -> Document:
    extra: Document = {"createdAt": instant(run.created_at), "ttl": int(LISTED.total_seconds())}
    return document(_KIND, run.id, run.org_id, run, partition=PARTITION, **extra)


def _order(run: Run) -> list[tuple[Any, ...]]:
    order = start_order(run)
    return [("upsert", (order_document(order),))] if order else []
