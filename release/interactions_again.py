"""Deletions of interactions to repeat in a restored database (see `release/erase_again.py`)."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial

from adapters.cosmos.database import Database
from adapters.cosmos.ledger import OwnedInteraction
from adapters.cosmos.relationships.interactions import CosmosInteractions
from domain.relationships.interactions.log import One, delete_interaction, restore_interaction

Do = Callable[[], Awaitable[object]]


class RestoredInteractions:
    """Interactions of a restored database, changed through the product's own use case."""

    def __init__(self, database: Database) -> None:
        self._interactions = CosmosInteractions(database)

    async def to_delete(self, gone: OwnedInteraction) -> Do | None:
        kept = await self._interactions.kept(gone.account_id, gone.contact_id, gone.id)
        if kept is None or kept.interaction is None:
            return None
        of = One(gone.account_id, gone.contact_id, gone.id, kept.interaction.version)
        return partial(delete_interaction, of, now=datetime.now(UTC), store=self._interactions)

    async def to_bring_back(self, old: CosmosInteractions, gone: OwnedInteraction) -> Do | None:
        """Deleted at the moment, and taken back since."""
        there = await old.kept(gone.account_id, gone.contact_id, gone.id)
        here = await self._interactions.kept(gone.account_id, gone.contact_id, gone.id)
        if there is None or there.interaction is None or here is None or here.gone is None:
            return None
        of = One(gone.account_id, gone.contact_id, gone.id)
        return partial(restore_interaction, of, now=datetime.now(UTC), store=self._interactions)
