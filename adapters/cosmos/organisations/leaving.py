"""Who follows those who leave an organisation, one document in its partition."""

from typing import Final

from adapters.cosmos.database import Database, Items
from adapters.cosmos.documents import document, from_document
from adapters.cosmos.organisations.organisations import CONTAINER, PARTITION
from domain.base.errors import StaleVersion
from domain.organisations.staff_cards.successors import LeavingRule

_ID: Final = "leaving-rule"


class CosmosLeavingRules:
    def __init__(self, database: Database) -> None:
        self._items = Items(database, CONTAINER)

    async def get(self, org_id: str) -> LeavingRule:
        stored = await self._items.read(_ID, org_id)
        return LeavingRule(org_id=org_id) if stored is None else from_document(LeavingRule, stored)

    async def save(self, rule: LeavingRule) -> LeavingRule:
        new = document(_ID, _ID, rule.org_id, rule, partition=PARTITION)
        if rule.etag is not None:
            return from_document(LeavingRule, await self._items.replace(new, rule.etag))
        if not await self._items.create(new):
            raise StaleVersion
        return await self.get(rule.org_id)
