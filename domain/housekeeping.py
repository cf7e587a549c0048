"""What a timer puts right: ended sessions, claims nobody completed, projections that never came."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from domain.cards import Card, Claim, ProjectionOrder, PublishedCards
from domain.publication import ShownImages, project

# Longer than any request can run, so that nothing still under way is touched.
CLAIM_TIME = timedelta(minutes=15)
PROJECTION_TIME = timedelta(minutes=1)


class ExpiringSessions(Protocol):
    async def delete_expired(self, now: datetime) -> int: ...


class StaleClaims(Protocol):
    def stale_claims(self, before: datetime) -> AsyncIterator[Claim]: ...
    async def hold(self, claim: Claim) -> None: ...
    async def free(self, claim: Claim) -> None: ...


class OrderedProjections(Protocol):
    async def get(self, account_id: str, card_id: str) -> Card | None: ...
    async def ordered(self, order: ProjectionOrder) -> Card | None:
        """The card of an order, also one that was deleted."""
        ...

    def projection_orders(self, before: datetime) -> AsyncIterator[ProjectionOrder]: ...
    async def projection_done(self, order: ProjectionOrder) -> None: ...


@dataclass
class Tidied:
    """How many of each were put right."""

    sessions_ended: int = 0
    claims_freed: int = 0
    claims_held: int = 0
    projections_checked: int = 0


async def tidy(
    now: datetime,
    *,
    sessions: ExpiringSessions,
    handles: StaleClaims,
    cards: OrderedProjections,
    published: PublishedCards,
    images: ShownImages,
) -> Tidied:
    """Put right what crashes and time leave behind. Every step may run twice and beside requests."""
    done = Tidied(sessions_ended=await sessions.delete_expired(now))
    async for claim in handles.stale_claims(now - CLAIM_TIME):
        card = await cards.get(claim.account_id, claim.card_id)
        if card is not None and claim.handle in (card.handle, *card.former_handles):
            await handles.hold(claim)
            done.claims_held += 1
        else:
            await handles.free(claim)
            done.claims_freed += 1
    async for order in cards.projection_orders(now - PROJECTION_TIME):
        card = await cards.ordered(order)
        if card is not None:
            await project(card, images=images, published=published, first=False)
        await cards.projection_done(order)
        done.projections_checked += 1
    return done
