"""What a closed organisation has, to be erased, and the record that stays of it."""

from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import datetime
from typing import Final

from adapters.cosmos.cards import CARDS
from adapters.cosmos.database import Database, Document, Items, instant
from adapters.cosmos.documents import DELETED_TTL, document, readable
from adapters.cosmos.integrations.sources import SOURCE
from adapters.cosmos.organisations.organisations import CONTAINER, PARTITION
from domain.base.errors import StaleVersion
from domain.base.model import Model
from domain.organisations.erasure import Content
from domain.organisations.organisation import Organisation

ERASED: Final = "erased-organisation"
_DUE: Final = "SELECT * FROM c WHERE c.kind = 'organisation' AND c.dueAt <= @now"
# Of every kind, and without a filter: a page costs what it has, however much there is.
_CONTENTS: Final = "SELECT TOP @count c.id, c.kind, c.body.account_id AS account FROM c"


class _Nothing(Model):
    """What a record says beside its id."""


def _content(stored: Document, org_id: str) -> Content:
    account = stored.get("account")
    kind = stored["kind"]
    # The owner of a card of the organisation is the organisation itself.
    owner = None if account == org_id else account
    return Content(stored["id"], owner, is_card=kind in CARDS, is_source=kind == SOURCE)


class CosmosContents:
    def __init__(self, database: Database) -> None:
        self._items = Items(database, CONTAINER)

    async def to_be_erased(self, now: datetime) -> AsyncIterator[Organisation]:
        async for stored in self._items.stored(_DUE, now=instant(now)):
            if (organisation := readable(Organisation, CONTAINER, stored)) is not None:
                yield organisation

    async def contents(self, org_id: str, limit: int) -> list[Content]:
        found = await self._items.query(_CONTENTS, org_id, count=limit + 1)
        return [_content(each, org_id) for each in found if each["id"] != org_id][:limit]

    async def erase(self, org_id: str, ids: list[str]) -> None:
        # One of them has expired, or another worker erases it at this moment: the others are found again.
        with suppress(StaleVersion):
            await self._items.batch([("delete", (each,)) for each in ids], org_id)

    async def leave_record(self, organisation: Organisation) -> None:
        org_id = organisation.id
        record = document(ERASED, org_id, org_id, _Nothing(), partition=PARTITION, ttl=DELETED_TTL)
        await self._items.replace(record, organisation.etag or "")
