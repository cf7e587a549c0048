"""The connector of HubSpot."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from adapters.outbound.session import Session
from adapters.vendors.hubspot import reading
from adapters.vendors.hubspot.api import Api
from adapters.vendors.hubspot.fields import field_of
from adapters.vendors.hubspot.kinds import ACTIVITY_FIELDS, KINDS
from adapters.vendors.hubspot.writing import Writing
from domain.integrations.connectors import (
    Connector,
    ObjectName,
    Page,
    VendorAccount,
    VendorField,
    VendorRecord,
    Write,
    Written,
)

_OWNER_FIELDS: Final = (
    VendorField("email", "Email", "email", "email", read_only=True),
    VendorField("firstName", "First name", "text", "first_name", read_only=True),
    VendorField("lastName", "Last name", "text", "last_name", read_only=True),
)


class HubSpot:
    def __init__(self, session: Session) -> None:
        self._api = Api(session)
        self._writing = Writing(self._api)

    async def account(self) -> VendorAccount:
        portal = str((await self._api.account())["portalId"])
        return VendorAccount(portal, portal)

    async def scopes(self) -> frozenset[str] | None:
        """HubSpot tells them once, with the token, and later only to its app."""
        return None

    async def describe(self, of: ObjectName) -> tuple[VendorField, ...]:
        if of == "owner":
            return _OWNER_FIELDS
        if of == "activity":
            return ACTIVITY_FIELDS
        found = await self._api.properties(KINDS[of][0].path)
        return tuple(field for each in found if (field := field_of(each, of)) is not None)

    async def pull(self, of: ObjectName, fields: Sequence[str], position: str, now: datetime) -> Page:
        if of == "owner":
            return await reading.pull_owners(self._api, fields, position, now)
        return await reading.pull(self._api, KINDS[of], fields, position, now)

    async def get(self, of: ObjectName, fields: Sequence[str], ids: Sequence[str]) -> list[VendorRecord]:
        if of == "owner":
            return await reading.get_owners(self._api, fields, ids)
        return await reading.get(self._api, KINDS[of], fields, ids)

    async def push(self, of: ObjectName, fields: Sequence[str], writes: Sequence[Write]) -> list[Written]:
        return await self._writing.push(of, fields, writes)

    async def revoke(self) -> None:
        """Nothing: HubSpot takes tokens back at its `revoke_url`, from its app alone."""


def opened(session: Session) -> Connector:
    return HubSpot(session)
