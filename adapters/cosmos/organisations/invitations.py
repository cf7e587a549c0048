"""Invitations in the partition of their organisation, and the rounds in which they were sent.

One that waits has `expiresAt`, by which they are listed and counted. The store erases an invitation 35 days
after its end; the address is gone with the end itself.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from adapters.cosmos.database import Database, Document, Items, instant
from adapters.cosmos.documents import DELETED_TTL, document, from_document, newest_first
from adapters.cosmos.organisations.organisations import CONTAINER, PARTITION, known_writes
from adapters.cosmos.work import order_document
from domain.base.errors import StaleVersion
from domain.base.fields import STORED
from domain.operations.orders import Order
from domain.organisations.invitations.invitation import VALID_FOR, Invitation, Round
from domain.organisations.organisation import Member

_WAITING, _ENDED, _ROUND = "invitation", "ended-invitation", "invitation-round"
_VALID: Final = int(VALID_FOR.total_seconds())


class CosmosInvitations:
    def __init__(self, database: Database) -> None:
        self._items = Items(database, CONTAINER)

    async def get(self, org_id: str, invitation_id: str) -> Invitation | None:
        stored = await self._items.read(invitation_id, org_id)
        return from_document(Invitation, stored) if stored and stored["kind"] in (_WAITING, _ENDED) else None

    async def find(self, org_id: str, ids: Sequence[str]) -> list[Invitation]:
        sql = "SELECT * FROM c WHERE ARRAY_CONTAINS(@ids, c.id) AND ARRAY_CONTAINS(@kinds, c.kind)"
        found = await self._items.query(sql, org_id, ids=list(ids), kinds=[_WAITING, _ENDED])
        return [from_document(Invitation, stored) for stored in found]

    async def round(self, org_id: str, key: str) -> Round | None:
        stored = await self._items.read(f"{_ROUND}-{key}", org_id)
        return None if stored is None else Round.model_validate(stored["body"], context=STORED)

    async def create(
        self, sent: Round, invitations: Sequence[Invitation], order: Order, *, run: str | None = None
    ) -> bool:
        there: list[tuple[Any, ...]] = [] if run is None else [("read", (run,))]
        # As long as its mails may be due.
        record = document(_ROUND, f"{_ROUND}-{sent.key}", sent.org_id, sent, partition=PARTITION, ttl=_VALID)
        try:
            await self._items.batch(
                [("create", (record,)), *map(_write, invitations), _upsert(order), *there], sent.org_id
            )
        except (FileExistsError, StaleVersion):
            return False
        return True

    async def save(self, invitation: Invitation, order: Order | None = None) -> Invitation:
        operations = [_write(invitation), *([_upsert(order)] if order else [])]
        results = await self._items.batch(operations, invitation.org_id)
        return from_document(Invitation, results[0]["resourceBody"])

    async def join(self, ended: Invitation, member: Member, order: Order) -> None:
        operations = [*await known_writes(self._items, [member]), _write(ended), _upsert(order)]
        try:
            await self._items.batch(operations, ended.org_id)
        except FileExistsError:
            raise StaleVersion from None

    async def waiting(
        self, org_id: str, now: datetime, limit: int, cursor: str | None
    ) -> tuple[list[Invitation], str | None]:
        found, following = await newest_first(self._items, _WAITING, org_id, limit, cursor, by="expiresAt")
        page = [from_document(Invitation, stored) for stored in found]
        is_open = [each for each in page if each.is_open(now)]
        # What was sent before one that is over is over as well.
        return is_open, following if len(is_open) == len(page) else None

    async def count_waiting(self, org_id: str, now: datetime) -> int:
        sql = "SELECT VALUE COUNT(1) FROM c WHERE c.kind = @kind AND c.expiresAt > @now"
        return await self._items.count(sql, org_id, kind=_WAITING, now=instant(now))


def _write(invitation: Invitation) -> tuple[Any, ...]:
    new = _document(invitation)
    if invitation.etag is None:
        return ("create", (new,))
    return ("replace", (invitation.id, new), {"if_match_etag": invitation.etag})


def _document(invitation: Invitation) -> Document:
    if invitation.state == "waiting":
        kind, extra = _WAITING, {"expiresAt": instant(invitation.expires_at), "ttl": _VALID + DELETED_TTL}
    else:
        kind, extra = _ENDED, {"ttl": DELETED_TTL}
    return document(kind, invitation.id, invitation.org_id, invitation, partition=PARTITION, **extra)


def _upsert(order: Order) -> tuple[Any, ...]:
    return ("upsert", (order_document(order),))
