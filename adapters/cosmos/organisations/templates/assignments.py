"""Who follows which template, one document of the organisation, and the effect of its draft, another one."""

from datetime import timedelta
from typing import Any, Final

from adapters.cosmos.database import Database, Items
from adapters.cosmos.documents import document, from_document
from adapters.cosmos.organisations.organisations import CONTAINER, PARTITION
from adapters.cosmos.work import order_document
from domain.base.errors import StaleVersion
from domain.operations.orders import Order
from domain.organisations.staff_cards.assign_effects import AssignEffect
from domain.organisations.templates.assigning import Assignments

_ID, _EFFECT = "template-assignments", "assignment-effect"
# Longer than anybody ponders over a draft.
_EFFECT_TTL: Final = int(timedelta(days=30).total_seconds())


class CosmosAssignments:
    def __init__(self, database: Database) -> None:
        self._items = Items(database, CONTAINER)

    async def get(self, org_id: str) -> Assignments:
        stored = await self._items.read(_ID, org_id)
        return Assignments(org_id=org_id) if stored is None else from_document(Assignments, stored)

    async def save(self, assignments: Assignments, order: Order | None = None) -> Assignments:
        new = document(_ID, _ID, assignments.org_id, assignments, partition=PARTITION)
        write: tuple[Any, ...] = ("create", (new,))
        if assignments.etag is not None:
            write = ("replace", (_ID, new), {"if_match_etag": assignments.etag})
        orders = [] if order is None else [("upsert", (order_document(order),))]
        try:
            results = await self._items.batch([write, *orders], assignments.org_id)
        except FileExistsError:
            raise StaleVersion from None
        return from_document(Assignments, results[0]["resourceBody"])

    async def get_effect(self, org_id: str) -> AssignEffect | None:
        stored = await self._items.read(_EFFECT, org_id)
        return None if stored is None else from_document(AssignEffect, stored)

    async def put_effect(self, effect: AssignEffect) -> None:
        new = document(_EFFECT, _EFFECT, effect.org_id, effect, partition=PARTITION, ttl=_EFFECT_TTL)
        await self._items.batch([("upsert", (new,))], effect.org_id)
