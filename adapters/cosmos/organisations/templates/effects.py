"""The effect of the draft of each template, one document that the next draft replaces."""

from datetime import timedelta
from typing import Final

from adapters.cosmos.database import Database, Items
from adapters.cosmos.documents import document, from_document
from adapters.cosmos.organisations.organisations import CONTAINER, PARTITION
from domain.organisations.staff_cards.effects import Effect

# Longer than anybody ponders over a draft.
_TTL: Final = int(timedelta(days=30).total_seconds())


class CosmosEffects:
    def __init__(self, database: Database) -> None:
        self._items = Items(database, CONTAINER)

    async def get(self, org_id: str, template_id: str) -> Effect | None:
        stored = await self._items.read(_id(template_id), org_id)
        return None if stored is None else from_document(Effect, stored)

    async def put(self, effect: Effect) -> None:
        new = document(
            "template-effect", _id(effect.template_id), effect.org_id, effect, partition=PARTITION, ttl=_TTL
        )
        await self._items.batch([("upsert", (new,))], effect.org_id)


def _id(template_id: str) -> str:
    return f"effect-{template_id}"
