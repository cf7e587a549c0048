"""Interactions with contacts, and the strengths that follow from them."""

from typing import TYPE_CHECKING

from wiring import database, once

if TYPE_CHECKING:
    from adapters.cosmos.relationships.interactions import CosmosInteractions
    from domain.operations.orders import Order


@once
def interactions() -> "CosmosInteractions":
    from adapters.cosmos.relationships.interactions import CosmosInteractions

    return CosmosInteractions(database())


async def follow_importance(order: "Order") -> None:
    """Effect of the order that follows another importance of a contact, which counts from its day on."""
    from domain.relationships.strength.reading import follow_contact

    await follow_contact(order.owner_id, order.subject_id, now=order.created_at, store=interactions())


async def recount(owner_id: str, contact_ids: list[str]) -> None:
    """Count strengths anew after interactions have changed hands, as by a merge of contacts."""
    from datetime import UTC, datetime

    from domain.relationships.strength.reading import count_anew

    for contact_id in contact_ids:
        await count_anew(owner_id, contact_id, now=datetime.now(UTC), store=interactions())
