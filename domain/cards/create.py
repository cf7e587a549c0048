"""Use cases that make, copy and edit cards."""

from datetime import datetime
from typing import NamedTuple

from pydantic import BaseModel, Field

from domain.accounts.profiles import ProfileStore
from domain.base.errors import Fault, HandleLookalike, HandleTaken, InvalidInput, KeyReused, Unavailable
from domain.base.idempotency import Creation, request_hash
from domain.base.limits import HANDLES, MOST_CARDS, Limiter, LimitReached
from domain.base.model import Closed
from domain.base.texts import N_
from domain.cards.card import (
    ADOPT_AFTER,
    Card,
    CardStore,
    CardVersion,
    Claim,
    Handle,
    HandleClaims,
    ProfileId,
    read_card,
    read_version,
)
from domain.cards.content import CardContent
from domain.cards.handles import suggest_handles
from domain.cards.look import first_look


class NewCard(Closed):
    profile_id: ProfileId
    handle: Handle | None = Field(
        default=None, description="Made from the name when absent: the plain name if it is free."
    )
    content: CardContent


class CardDraft(Closed):
    profile_id: ProfileId
    content: CardContent


class CardHandle(Closed):
    handle: Handle


class CardCopy(Closed):
    """Where a copy goes. Without a profile it stays in the card's own."""

    profile_id: ProfileId | None = None
    handle: Handle | None = None


class Ports(NamedTuple):
    """The stores that making and editing cards needs, and the limits of making them."""

    cards: CardStore
    handles: HandleClaims
    profiles: ProfileStore
    limiter: Limiter


class Creating(NamedTuple):
    """The id, time and Idempotency-Key (as a hash) of one create, and the tail of a name that is taken."""

    card_id: str
    suffix: str
    key: str | None
    now: datetime


class CopyRequest(CardCopy):
    """Request of a copy, which stays the same when the source card changes."""

    card_id: str


async def create_card(
    account_id: str, new: NewCard, creating: Creating, ports: Ports, *, asked: BaseModel | None = None
) -> Card:
    """Create a draft card under its own handle; a repetition with the same `key` returns the same card.

    `asked` identifies equal requests, by default `new`. Raises `HandleTaken`, `HandleLookalike` or
    `KeyReused`. A crash leaves a pending claim, which the repetition adopts or housekeeping frees.
    """
    (cards, handles, profiles, limiter), (card_id, suffix, key, now) = ports, creating
    asked = asked or new
    if key and (done := await cards.creation(account_id, key)):
        return done.repeated(asked)
    await _own_profile(account_id, new.profile_id, profiles)
    if await cards.count(account_id) >= MOST_CARDS:
        raise LimitReached(
            N_("An account may have %(most)s cards. Delete one that you do not need.", most=MOST_CARDS)
        )
    await limiter.take(HANDLES, account_id, now)
    tried = [new.handle] if new.handle else suggest_handles(new.content.name, suffix)
    wanted = Claim(handle=tried[0], account_id=account_id, card_id=card_id, key=key, claimed_at=now)
    claim = await handles.claim(wanted)
    if claim.card_id != card_id:
        # A concurrent repetition of this request may have finished by now.
        if key and (done := await cards.creation(account_id, key)):
            return done.repeated(asked)
        claim = await adopted_or_next(claim, wanted, tried[1:], handles)
    card = Card(
        id=claim.card_id, account_id=account_id, profile_id=new.profile_id, handle=claim.handle, version=1,
        draft=new.content.looking(first_look(claim.handle)), created_at=now, updated_at=now, key=key,
    )  # fmt: skip
    creation = Creation[Card](key=key, request=request_hash(asked), made=card) if key else None
    if not await cards.create(card, creation):
        return await _already_stored(card, key, asked, cards)
    await handles.hold(claim)
    return card


async def adopted(claim: Claim, wanted: Claim, handles: HandleClaims) -> Claim:
    """Adopt the claim of an earlier try of this request; refuse a handle of another card."""
    mine = wanted.key is not None and (claim.account_id, claim.key) == (wanted.account_id, wanted.key)
    if not mine or claim.state != "pending":
        raise HandleTaken if claim.handle == wanted.handle else HandleLookalike
    if wanted.claimed_at - claim.claimed_at > ADOPT_AFTER:
        return await handles.adopt(claim, wanted.claimed_at)
    return claim


async def adopted_or_next(claim: Claim, wanted: Claim, others: list[str], handles: HandleClaims) -> Claim:
    """Take up the claim of an earlier try, or claim the first of the `others` that is free; or refuse."""
    try:
        return await adopted(claim, wanted, handles)
    except (HandleTaken, HandleLookalike):
        if not others:
            raise
    other = wanted.model_copy(update={"handle": others[0]})
    claim = await handles.claim(other)
    if claim.card_id == wanted.card_id:
        return claim
    return await adopted_or_next(claim, other, others[1:], handles)


async def _already_stored(card: Card, key: str | None, asked: BaseModel, cards: CardStore) -> Card:
    """Card that exists already: made by a concurrent repetition, or by this request with a lost answer."""
    if key and (done := await cards.creation(card.account_id, key)):
        return done.repeated(asked)
    stored = await cards.get(card.account_id, card.id)
    if stored is None:
        raise Unavailable
    if stored.draft != card.draft:
        raise KeyReused
    return stored


async def _own_profile(account_id: str, profile_id: str, profiles: ProfileStore) -> None:
    if await profiles.get(account_id, profile_id) is None:
        raise InvalidInput([Fault("/profileId", "unknown_profile", "is not one of your profiles")])


async def duplicate_card(
    account_id: str, card_id: str, copy: CardCopy, creating: Creating, ports: Ports
) -> Card:
    """Create a draft card with the content of another card's draft.

    A repetition with the same `key` returns the same card, even if the source has changed or is deleted.
    """
    asked = CopyRequest(card_id=card_id, profile_id=copy.profile_id, handle=copy.handle)
    if creating.key and (done := await ports.cards.creation(account_id, creating.key)):
        return done.repeated(asked)
    card = await read_card(account_id, card_id, cards=ports.cards)
    new = NewCard(profile_id=copy.profile_id or card.profile_id, handle=copy.handle, content=card.draft)
    return await create_card(account_id, new, creating, ports, asked=asked)


async def edit_card(of: CardVersion, draft: CardDraft, *, now: datetime, ports: Ports) -> Card:
    card = await read_version(of, ports.cards)
    if draft.profile_id != card.profile_id:
        await _own_profile(of.account_id, draft.profile_id, ports.profiles)
    content = draft.content.looking(card.draft.look)
    return await ports.cards.save(card.changed(now, draft=content, profile_id=draft.profile_id))
