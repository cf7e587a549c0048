"""Publication: what the public names of a card stand for, and every change of that.

The stored card is the truth; what a handle stands for is projected from it (see `domain/cards.py`). Former
handles lead to the present one while the card is live, and stand for nothing otherwise.
"""

import hashlib
from contextlib import suppress
from datetime import datetime
from typing import Literal, Protocol

from pydantic.alias_generators import to_camel

from domain.base.errors import Conflict, Fault, InvalidInput, Unavailable
from domain.cards.card import (
    ADOPT_AFTER,
    Card,
    CardStore,
    Claim,
    HandleClaims,
    PublishedCard,
    PublishedCards,
    ShownImage,
    read_version,
)
from domain.cards.content import IMAGE_PURPOSES, CardContent, Purpose
from domain.cards.create import adopted
from domain.visibility.rule import shown_to

# Private values stay in the owner's partition; every other audience is decided when somebody looks.
PROJECTED = frozenset({"public", "signed_in", "connections"})
MAX_RENAMES = 10
PROJECTION_TRIES = 3

Change = Literal["publish", "unpublish", "pause", "resume", "undo"]


class NothingToChange(Conflict):
    code = "nothing_to_change"
    title = "The card is not in a state where this can be done"


class TooManyRenames(Conflict):
    code = "too_many_renames"
    title = f"A card can be renamed {MAX_RENAMES} times"


class ShownImages(Protocol):
    async def shown(self, account_id: str, image_id: str, purpose: Purpose) -> ShownImage | None:
        """The files of an image that is ready and was made for this purpose, or None."""
        ...

    async def fault(self, account_id: str, image_id: str, purpose: Purpose) -> tuple[str, str] | None:
        """Why an image cannot be shown, as the code and detail of a fault; None when it can."""
        ...


async def show(card: Card, *, images: ShownImages, published: PublishedCards, first: bool) -> None:
    """Project what was saved. It is saved for good, so this is worth some tries before a timer does it."""
    for _ in range(PROJECTION_TRIES - 1):
        with suppress(Unavailable):
            await project(card, images=images, published=published, first=first)
            return
    await project(card, images=images, published=published, first=first)


async def project(card: Card, *, images: ShownImages, published: PublishedCards, first: bool) -> None:
    """Let every handle of the card stand for what the card says now, unless a newer version already does."""
    content = card.published and shown_to(card.published, PROJECTED) if card.is_live else None
    now = PublishedCard(
        handle=card.handle,
        version=card.version,
        content=content,
        published_at=card.published_at,
        images=await _images_of(card, content, images),
        # A name that stands for nothing does not say whose it was.
        owner_id=card.account_id if content else "",
        card_id=card.id,
    )
    await published.project(now, first=first)
    for handle in card.former_handles:
        former = PublishedCard(
            handle=handle,
            card_id=card.id,
            version=card.version,
            content=None,
            published_at=None,
            redirect_to=card.handle if card.is_live else None,
        )
        await published.project(former, first=False)


async def preview(card: Card, *, at: datetime, images: ShownImages) -> PublishedCard:
    """What publishing the draft now would let the card's handle stand for."""
    content = shown_to(card.draft, PROJECTED)
    return PublishedCard(
        handle=card.handle,
        card_id=card.id,
        version=card.version + 1,
        content=content,
        published_at=at,
        images=await _images_of(card, content, images),
        owner_id=card.account_id,
    )


async def _images_of(card: Card, content: CardContent | None, images: ShownImages) -> dict[str, ShownImage]:
    found: dict[str, ShownImage] = {}
    for field, purpose in IMAGE_PURPOSES.items() if content else ():
        image_id = getattr(content, field)
        image = await images.shown(card.account_id, image_id, purpose) if image_id else None
        if image is not None:
            found[field] = _named_for(card.id, image)
    return found


def _named_for(card_id: str, image: ShownImage) -> ShownImage:
    """The image under names that only this card has for its files."""
    files, sources = {}, {}
    for form, blob in image.files.items():
        digest = hashlib.sha256(f"{card_id}\n{blob}".encode()).hexdigest()[:32]
        files[form] = name = f"{digest}.{blob.rpartition('.')[2]}"
        sources[name] = blob
    return image.model_copy(update={"files": files, "sources": sources})


async def change_publication(
    account_id: str,
    card_id: str,
    change: Change,
    *,
    version: int,
    now: datetime,
    cards: CardStore,
    published: PublishedCards,
    images: ShownImages,
) -> Card:
    """Publish the draft, take the card from the public, pause or resume it, or undo the last publication.

    Three calls to the store for a card without images and former names: read, save, project.
    """
    card = await read_version(account_id, card_id, version, cards)
    if change == "publish":
        await _ready(card, images)
    saved = await cards.save_and_order_projection(_changed(card, change, now))
    await show(saved, images=images, published=published, first=not card.was_published)
    return saved


async def _ready(card: Card, images: ShownImages) -> None:
    """Refuse to publish a picture that cannot be shown: it would be missing from the card for good."""
    faults = []
    for field, purpose in IMAGE_PURPOSES.items():
        image_id = getattr(card.draft, field)
        fault = await images.fault(card.account_id, image_id, purpose) if image_id else None
        if fault is not None:
            faults.append(Fault(f"/content/{to_camel(field)}", *fault))
    if faults:
        raise InvalidInput(faults)


def _changed(card: Card, change: Change, at: datetime) -> Card:
    if change == "publish":
        return card.changed(
            at,
            published=card.draft,
            published_at=at,
            previous=card.published,
            paused=False,
            was_published=True,
        )
    if change == "unpublish":
        return card.changed(at, published=None, published_at=None, previous=None, paused=False)
    if card.published is None:
        raise NothingToChange
    if change == "undo":
        if card.previous is None:
            raise NothingToChange
        return card.changed(at, published=card.previous, published_at=at, previous=None)
    return card.changed(at, paused=change == "pause")


async def rename_card(
    account_id: str,
    card_id: str,
    handle: str,
    *,
    version: int,
    now: datetime,
    cards: CardStore,
    handles: HandleClaims,
    published: PublishedCards,
    images: ShownImages,
) -> Card:
    """Give the card another handle; the old one leads there, for good.

    A crash before the card is saved leaves a pending claim, which housekeeping frees.
    """
    card = await read_version(account_id, card_id, version, cards)
    if handle == card.handle:
        return card
    if len(card.former_handles) >= MAX_RENAMES:
        raise TooManyRenames
    wanted = Claim(handle=handle, account_id=account_id, card_id=card_id, key=None, claimed_at=now)
    claim = await handles.claim(wanted)
    if claim.card_id != card_id:
        claim = await adopted(claim, wanted, handles)
    elif claim.state == "pending" and now - claim.claimed_at > ADOPT_AFTER:
        claim = await handles.adopt(claim, now)
    former = [old for old in [*card.former_handles, card.handle] if old != handle]
    saved = await cards.save_and_order_projection(card.changed(now, handle=handle, former_handles=former))
    await handles.hold(claim)
    await show(saved, images=images, published=published, first=handle not in card.former_handles)
    return saved


async def delete_card(
    account_id: str,
    card_id: str,
    *,
    version: int,
    now: datetime,
    cards: CardStore,
    handles: HandleClaims,
    published: PublishedCards,
    images: ShownImages,
) -> None:
    """Delete the card and what it said. Its handles stay reserved and are never given to anybody again."""
    card = await read_version(account_id, card_id, version, cards)
    for handle in (card.handle, *card.former_handles):
        # A claim that a crash left pending would be freed once the card is gone.
        claim = Claim(handle=handle, account_id=account_id, card_id=card_id, key=None, claimed_at=now)
        await handles.hold(await handles.claim(claim))
    gone = card.changed(
        now,
        deleted=True,
        draft=CardContent(name="-"),
        published=None,
        published_at=None,
        previous=None,
    )
    saved = await cards.save_and_order_projection(gone)
    if card.key is not None:
        await cards.forget_creation(account_id, card.key)
    if card.was_published:
        await show(saved, images=images, published=published, first=False)
