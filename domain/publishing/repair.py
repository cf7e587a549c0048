"""Repairs after a crash: incomplete claims, and cards that were stored and not projected.

Every step may run twice and beside requests, and a failed repair does not stop the others.
"""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Protocol

from domain.base.errors import Refusal
from domain.cards.card import Card, Claim, HandleClaims
from domain.operations.erasure import Settled
from domain.operations.orders import Order
from domain.publishing.publication import Ports, project

# Longer than any request can run, so that nothing still under way is touched.
CLAIM_TIME = timedelta(minutes=15)


class StaleClaims(Protocol):
    def stale_claims(self, before: datetime) -> AsyncIterator[Claim]: ...
    async def hold(self, claim: Claim) -> None: ...
    async def free(self, claim: Claim) -> None: ...


class Cards(Protocol):
    async def get_with_deleted(self, account_id: str, card_id: str) -> Card | None:
        """Return the card, also a deleted or erased one."""
        ...

    async def forget_creation(self, account_id: str, key: str) -> None: ...


async def settle_claims(now: datetime, *, handles: StaleClaims, cards: Cards) -> Settled:
    """Hold the handles of stored cards, and free those whose cards were never stored."""
    result = Settled()
    async for claim in handles.stale_claims(now - CLAIM_TIME):
        try:
            card = await cards.get_with_deleted(claim.account_id, claim.card_id)
            if card is not None and claim.handle in (card.handle, *card.former_handles):
                await handles.hold(claim)
            else:
                await handles.free(claim)
            result.done += 1
        except Refusal:
            result.failed += 1
    return result


async def carry_out_projection(order: Order, *, cards: Cards, ports: Ports) -> Card | None:
    """Project a card, or free the handles of an erased draft, where a crash prevented it.

    Nothing is projected to the handles of a card that was never published: once it is erased they are given
    to other cards, which could not be shown where another card has left a document.
    """
    card = await cards.get_with_deleted(order.owner_id, order.subject_id)
    if card is None:
        return None
    if card.deleted and card.key is not None:
        await cards.forget_creation(card.account_id, card.key)
    if card.was_published:
        await project(card, ports, first=False)
    elif card.deleted and card.kept is None:
        await free_handles(card, ports.handles)
    return card


async def free_handles(draft: Card, handles: HandleClaims) -> None:
    """Give back the handles of an erased draft; one that another card has by now stays with it."""
    for handle in (draft.handle, *draft.former_handles):
        claim = await handles.find(handle)
        if claim is not None and claim.card_id == draft.id:
            await handles.free(claim)
