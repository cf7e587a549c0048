"""Record of deletions and withdrawals in a database.

After a restore it is read from the old account, to be repeated in the new one (`release/erase_again.py`). The
old account may hold unreadable documents: only ids are taken as they are, the caller validates the rest.
"""

from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import datetime
from typing import Any, NamedTuple

from adapters.cosmos.database import Database, Document, Items, instant
from domain.cards.card import Claim, Ending


class OwnedId(NamedTuple):
    account_id: str
    id: str


class OwnedInteraction(NamedTuple):
    """Interaction of an account with one of its contacts."""

    account_id: str
    contact_id: str
    id: str


class Reconsidered(NamedTuple):
    """Stored card that its owner paused, unpublished or published anew."""

    account_id: str
    id: str
    paused: Any
    withdrawn: Any
    published_at: Any


class Ended(NamedTuple):
    """Card that is over, also a deleted one, with its ending as it is stored."""

    account_id: str
    id: str
    stored: Any

    def ending(self) -> Ending:
        """Raises `ValueError` for a malformed one."""
        return Ending.model_validate(self.stored)


class GivenHandle(NamedTuple):
    """Handle that was given out for good."""

    stored: Document

    @property
    def card_id(self) -> str:
        body = self.stored.get("body")
        found = str(body.get("card_id")) if isinstance(body, dict) else ""
        return found if found.startswith("crd_") else "an unknown card"

    def claim(self) -> Claim:
        """Raises `ValueError`, `LookupError` or `TypeError` for a malformed claim."""
        return Claim.model_validate({**self.stored["body"], "state": "held"})


class CosmosLedger:
    """Sweeps over all partitions: for maintenance, never for a request."""

    def __init__(self, database: Database) -> None:
        self._accounts, self._names = Items(database, "accounts"), Items(database, "names")
        self._relations, self._organisations = Items(database, "relations"), Items(database, "organisations")

    async def ids(self, kind: str) -> AsyncIterator[OwnedId]:
        """Ids of every document of a kind, such as `deleted-card`."""
        sql = "SELECT c.id, c.accountId FROM c WHERE c.kind = @kind"
        async for stored in self._accounts.stored(sql, kind=kind):
            yield OwnedId(stored["accountId"], stored["id"])

    async def related(self, kind: str) -> AsyncIterator[OwnedId]:
        """Ids of every document of a kind beside contacts, such as `deleted-contact`."""
        sql = "SELECT c.id, c.ownerId FROM c WHERE c.kind = @kind"
        async for stored in self._relations.stored(sql, kind=kind):
            yield OwnedId(stored["ownerId"], stored["id"])

    async def interactions(self) -> AsyncIterator[OwnedInteraction]:
        """Interactions that were deleted."""
        sql = "SELECT c.id, c.ownerId, c.contactId FROM c WHERE c.kind = 'erased-interaction'"
        async for stored in self._relations.stored(sql):
            yield OwnedInteraction(stored["ownerId"], stored["contactId"], stored["id"])

    async def erased_organisations(self) -> AsyncIterator[str]:
        async for stored in self._organisations.stored(
            "SELECT c.id FROM c WHERE c.kind = 'erased-organisation'"
        ):
            yield stored["id"]

    async def closed_organisations(self) -> AsyncIterator[str]:
        """Organisations that were closed and are not erased."""
        sql = "SELECT c.id FROM c WHERE c.kind = 'organisation' AND IS_DEFINED(c.dueAt)"
        async for stored in self._organisations.stored(sql):
            yield stored["id"]

    async def designed_organisations(self) -> AsyncIterator[str]:
        """Organisations that have ordered a design, at any time."""
        sql = "SELECT c.orgId FROM c WHERE c.kind = 'design'"
        async for stored in self._organisations.stored(sql):
            yield stored["orgId"]

    async def was_used_since(self, since: datetime) -> bool:
        """Whether any session was used after a time."""
        sql = "SELECT c.id FROM c WHERE c.kind = 'session' AND c.seenAt > @since"
        async with aclosing(self._accounts.stored(sql, since=instant(since))) as sessions:
            return await anext(sessions, None) is not None

    async def handles_since(self, since: datetime) -> AsyncIterator[GivenHandle]:
        """Handles claimed since a time, or at an unknown time."""
        sql = (
            "SELECT * FROM c WHERE c.kind = 'handle' AND c.state = 'held'"
            " AND (NOT IS_STRING(c.claimedAt) OR c.claimedAt >= @since)"
        )
        async for stored in self._names.stored(sql, since=instant(since)):
            yield GivenHandle(stored)

    async def ended(self) -> AsyncIterator[Ended]:
        """Cards that are over, in each of their kinds."""
        for kind in ("card", "deleted-card", "erased-card"):
            sql = (
                "SELECT c.id, c.accountId, c.body.ending FROM c WHERE c.kind = @kind"
                " AND IS_DEFINED(c.body.ending) AND NOT IS_NULL(c.body.ending)"
            )
            async for stored in self._accounts.stored(sql, kind=kind):
                yield Ended(stored["accountId"], stored["id"], stored["ending"])

    async def reconsidered(self, since: datetime) -> AsyncIterator[Reconsidered]:
        """Cards paused, unpublished or published anew since a time."""
        sql = (
            "SELECT c.id, c.accountId, c.body.paused, c.body.published_at,"
            " IS_NULL(c.body.published) AS withdrawn FROM c WHERE c.kind = 'card'"
            " AND (NOT IS_DEFINED(c.body.was_published) OR c.body.was_published = true)"
            " AND (c.body.paused != false OR IS_NULL(c.body.published)"
            " OR NOT IS_STRING(c.body.published_at) OR c.body.published_at >= @since)"
        )
        async for stored in self._accounts.stored(sql, since=instant(since)):
            yield Reconsidered(
                stored["accountId"],
                stored["id"],
                stored.get("paused"),
                stored.get("withdrawn"),
                stored.get("published_at"),
            )
