"""Atomic reservations of names that must be unique everywhere: identities, handles and proven domains."""

import hashlib
import logging
from collections.abc import AsyncIterator
from datetime import datetime

from pydantic import ValidationError

from adapters.cosmos.database import SCHEMA_VERSION, Database, Document, Items, instant
from adapters.cosmos.documents import from_document
from domain.base.errors import Unavailable
from domain.cards.card import Claim
from domain.cards.handles import skeleton
from domain.organisations.domains import Holder

log = logging.getLogger("izwop.cosmos")


def _named(kind: str, name: str) -> Document:
    full = f"{kind}:{name}"
    return {"id": full, "name": full, "kind": kind, "role": "controller", "schemaVersion": SCHEMA_VERSION}


class CosmosIdentities:
    """Reservations of identities, each for one account. Only a hash of (`iss`, `sub`) is stored."""

    def __init__(self, database: Database) -> None:
        self._items = Items(database, "names")

    async def find(self, iss: str, sub: str) -> str | None:
        name = _identity(iss, sub)["name"]
        stored = await self._items.read(name, name)
        return None if stored is None else str(stored["accountId"])

    async def reserve(self, iss: str, sub: str, account_id: str) -> str:
        if await self._items.create({**_identity(iss, sub), "accountId": account_id}):
            return account_id
        reserved = await self.find(iss, sub)
        if reserved is None:
            # Written by another worker and not readable here yet: any other id would belong to no account.
            raise Unavailable
        return reserved


def _identity(iss: str, sub: str) -> Document:
    return _named("identity", hashlib.sha256(f"{iss}\n{sub}".encode()).hexdigest())


class CosmosHandles:
    """Handles, one for each group of handles that look alike."""

    def __init__(self, database: Database) -> None:
        self._items = Items(database, "names")

    async def claim(self, claim: Claim) -> Claim:
        """Reserve the handle, or return the claim that holds it already."""
        new = _document(claim)
        if await self._items.create(new):
            return claim
        stored = await self._items.read(new["id"], new["name"])
        # The other claim was freed between the two calls, so this one is repeated.
        return await self.claim(claim) if stored is None else _claim(stored)

    async def adopt(self, claim: Claim, at: datetime) -> Claim:
        """Take up a pending claim again, so that housekeeping does not free it meanwhile."""
        renewed = claim.model_copy(update={"claimed_at": at})
        stored = await self._items.replace(_document(renewed), claim.etag or "")
        return _claim(stored)

    async def hold(self, claim: Claim) -> None:
        name = _named("handle", skeleton(claim.handle))["name"]
        if await self._items.patch(name, name, {"state": "held"}) is None:
            raise Unavailable

    async def forget(self, handle: str) -> None:
        """Keep the handle taken for good, without whose it was."""
        name = _named("handle", skeleton(handle))["name"]
        await self._items.patch(name, name, {"state": "held", "body/account_id": "", "body/key": None})

    async def find(self, handle: str) -> Claim | None:
        """Claim of the handle, or of one that looks like it."""
        name = _named("handle", skeleton(handle))["name"]
        stored = await self._items.read(name, name)
        return None if stored is None else _claim(stored)

    async def stale_claims(self, before: datetime) -> AsyncIterator[Claim]:
        """The pending claims of all handles that were made before a time."""
        sql = "SELECT * FROM c WHERE c.kind = 'handle' AND c.state = 'pending' AND c.claimedAt < @before"
        async for stored in self._items.sweep(sql, before=instant(before)):
            try:
                claim = _claim(stored)
            except ValidationError:
                log.warning("claim_unreadable")
                continue
            yield claim

    async def free(self, claim: Claim) -> None:
        name = _named("handle", skeleton(claim.handle))["name"]
        await self._items.delete(name, name, etag=claim.etag)


class CosmosDomainHolders:
    """Proven domains, each held by one organisation. A name may be longer than an id: it is hashed."""

    def __init__(self, database: Database) -> None:
        self._items = Items(database, "names")

    async def find(self, name: str) -> Holder | None:
        reserved = _holder_document(name)["name"]
        stored = await self._items.read(reserved, reserved)
        return None if stored is None else from_document(Holder, stored)

    async def hold(self, holder: Holder) -> Holder:
        if await self._items.create(_holder_document(holder.name, holder)):
            return holder
        # Freed between the two calls: it is tried again.
        return await self.find(holder.name) or await self.hold(holder)

    async def replace(self, former: Holder, new: Holder) -> None:
        await self._items.replace(_holder_document(new.name, new), former.etag or "")

    async def free(self, holder: Holder) -> None:
        reserved = _holder_document(holder.name)["name"]
        await self._items.delete(reserved, reserved, etag=holder.etag)


def _holder_document(name: str, holder: Holder | None = None) -> Document:
    named = _named("domain", hashlib.sha256(name.encode()).hexdigest())
    return named if holder is None else {**named, "body": holder.model_dump(mode="json")}


def _document(claim: Claim) -> Document:
    return {
        **_named("handle", skeleton(claim.handle)),
        "state": claim.state,
        "claimedAt": instant(claim.claimed_at),
        "body": claim.model_dump(mode="json"),
    }


def _claim(stored: Document) -> Claim:
    return Claim.model_validate({**stored["body"], "state": stored["state"], "etag": stored["_etag"]})
