"""Deletion of cards: hidden at once, taken back within a day, and then erased.

A deleted card is absent for everybody. Its handles stay its own and show nothing, and its content is kept
apart from what is projected, so that no projection can show it. A timer erases cards whose time is over.
"""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Protocol

from domain.accounts.profiles import ProfileStore, bring_profile_back
from domain.base.limits import MOST_CARDS, UNDO_TIME, LimitReached
from domain.base.texts import N_
from domain.cards.card import Card, CardStore, CardVersion, Claim, HandleClaims, Kept, read_version
from domain.cards.content import CardContent
from domain.operations.erasure import Settled, came_back, erase_due, restorable
from domain.operations.slices import Slice
from domain.publishing.publication import Ports, show
from domain.publishing.repair import free_handles


class DeletedCards(CardStore, Protocol):
    async def list_deleted(
        self, account_id: str, limit: int, cursor: str | None
    ) -> tuple[list[Card], str | None]: ...

    def to_be_erased(self, now: datetime) -> AsyncIterator[Card]:
        """Deleted cards of all accounts whose time to come back is over."""
        ...


async def delete_card(of: CardVersion, *, now: datetime, ports: Ports) -> Card:
    """Hide the card for good, unless its owner takes it back in time."""
    card = await read_version(of, ports.cards)
    for handle in (card.handle, *card.former_handles) if card.was_published else ():
        # A claim that a crash left pending would be freed once the card is gone.
        claim = Claim(handle=handle, account_id=of.account_id, card_id=card.id, key=None, claimed_at=now)
        await ports.handles.hold(await ports.handles.claim(claim))
    saved = await ports.cards.save_and_order_projection(_deleted(card, now))
    if card.key is not None:
        await ports.cards.forget_creation(of.account_id, card.key)
    if card.was_published:
        await show(saved, ports, first=False)
    return saved


def _deleted(card: Card, now: datetime) -> Card:
    kept = Kept(
        draft=card.draft,
        published=card.published,
        published_at=card.published_at,
        previous=card.previous,
        until=now + UNDO_TIME,
    )
    return card.changed(
        now,
        deleted=True,
        kept=kept,
        draft=CardContent(name="-"),
        published=None,
        published_at=None,
        previous=None,
    )


async def read_deleted(account_id: str, card_id: str, *, now: datetime, cards: CardStore) -> Card:
    """Return a deleted card that can still come back."""
    return restorable(await cards.get_with_deleted(account_id, card_id), now)


async def all_deleted(account_id: str, *, now: datetime, cards: DeletedCards) -> list[Card]:
    """Every card of an account that can come back, the last deleted first.

    There are few: an account has at most `MOST_CARDS`, and `HANDLES` limits how many it makes in a day.
    """
    found: list[Card] = []
    cursor: str | None = None
    while True:
        page, cursor = await cards.list_deleted(account_id, MOST_CARDS, cursor)
        found += [card for card in page if card.can_come_back(now)]
        if cursor is None:
            return sorted(found, key=lambda card: card.updated_at, reverse=True)


async def restore_card(of: CardVersion, *, now: datetime, ports: Ports, profiles: ProfileStore) -> Card:
    """Bring a deleted card back as it was, with its profile; a repetition returns the card."""
    found = await ports.cards.get_with_deleted(of.account_id, of.card_id)
    if came_back(found, of.version):
        saved = found
    else:
        card = restorable(found, now, of.version)
        if await ports.cards.count(of.account_id) >= MOST_CARDS:
            raise LimitReached(
                N_(
                    "An account may have %(most)s cards. Delete one that you need less first.",
                    most=MOST_CARDS,
                )
            )
        # Before the card, so that it never comes back without a profile. It was deleted after the card.
        await bring_profile_back(of.account_id, card.profile_id, now=now, profiles=profiles)
        saved = await ports.cards.save_and_order_projection(card.as_it_was.changed(now))
    if saved.was_published:
        await show(saved, ports, first=False)
    return saved


async def erase_card(of: CardVersion, *, now: datetime, ports: Ports) -> None:
    """Erase a deleted card before its time is over, with no way back."""
    found = await ports.cards.get_with_deleted(of.account_id, of.card_id)
    await erase(restorable(found, now, of.version), now, cards=ports.cards, handles=ports.handles)


async def erase_due_cards(
    now: datetime, bound: Slice, *, cards: DeletedCards, handles: HandleClaims
) -> Settled:
    """Erase cards whose time to come back is over, until the bound."""
    due = cards.to_be_erased(now)
    return await erase_due(due, lambda card: erase(card, now, cards=cards, handles=handles), bound)


async def erase(card: Card, now: datetime, *, cards: CardStore, handles: HandleClaims) -> None:
    """Drop the content of a deleted card.

    The handles of a card that was ever published are never given out again; those of a mere draft are freed.
    """
    erased = card.changed(now, kept=None)
    if card.was_published:
        await cards.save(erased)
    else:
        # The order frees the handles where a crash prevents it here.
        await free_handles(await cards.save_and_order_projection(erased), handles)
