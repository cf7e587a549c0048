"""Publication: the projection of a card to its handles, and every change of it but deletion.

The stored card is the source of truth (see `domain/cards/card.py`). Former handles redirect to the present
one while the card is live. What each handle answers in every state is in `domain/publishing/handles.py`.
"""

import hashlib
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Literal, NamedTuple, Protocol

from pydantic.alias_generators import to_camel

from domain.base.errors import Conflict, Fault, InvalidInput, Unavailable
from domain.base.fields import phone_text
from domain.base.limits import HANDLES, Limiter
from domain.base.texts import N_
from domain.cards.card import (
    ADOPT_AFTER,
    Card,
    CardStore,
    CardVersion,
    Claim,
    HandleClaims,
    PublishedCard,
    PublishedCards,
    ShownImage,
    read_or_done,
)
from domain.cards.content import IMAGE_PURPOSES, CardContent
from domain.cards.create import adopted
from domain.cards.palette import Palette, palette_of
from domain.images.image import Image
from domain.images.shown import shown_image, why_not_shown
from domain.publishing.handles import redirect_of
from domain.visibility.rule import shown_to

# Audiences that are projected. Private values stay in the owner's partition; others are filtered per viewer.
PROJECTED = frozenset({"public", "signed_in", "connections"})
MAX_RENAMES = 10
PROJECTION_TRIES = 3

Change = Literal["publish", "unpublish", "pause", "resume", "undo"]


class LeadsElsewhere(Conflict):
    code = "leads_elsewhere"
    title = N_("The card is over: its links lead elsewhere or show nothing. Take that back first")


class NothingToChange(Conflict):
    code = "nothing_to_change"
    title = N_("The card is not in a state where this can be done")


class TooManyRenames(Conflict):
    code = "too_many_renames"
    title = N_("A card can be renamed %(times)s times", times=MAX_RENAMES)


class CardImages(Protocol):
    async def get(self, account_id: str, image_id: str) -> Image | None: ...
    async def save(self, image: Image) -> Image: ...


class Ports(NamedTuple):
    """The stores that publication needs. `draw_code` gives the QR code of a handle's address as SVG."""

    cards: CardStore
    handles: HandleClaims
    published: PublishedCards
    images: CardImages
    draw_code: Callable[[str], str]


async def show(card: Card, ports: Ports, *, first: bool) -> None:
    """Project a saved card, with some retries before the order's own run does it."""
    for _ in range(PROJECTION_TRIES - 1):
        with suppress(Unavailable):
            await project(card, ports, first=first)
            return
    await project(card, ports, first=first)


async def project(card: Card, ports: Ports, *, first: bool) -> None:
    """Project the card to each of its handles, except where a newer version is projected already."""
    content = card.published and shown_to(card.published, PROJECTED) if card.is_live else None
    now = PublishedCard(
        handle=card.handle,
        version=card.version,
        content=content,
        published_at=card.published_at,
        redirect_to=redirect_of(card, card.handle),
        code=ports.draw_code(card.handle) if content else "",
        phone_texts=_phone_texts(content),
        palette=_palette(content),
        images=await _images_of(card, content, ports.images),
        exchange_form=card.exchange_form if content and card.exchange_form.on else None,
        entity=bool(content) and card.is_entity,
        # An absent card does not reveal its owner.
        owner_id=card.person_id if content else "",
        profile_id=card.profile_id if content else "",
        card_id=card.id,
    )
    await ports.published.project(now, first=first)
    for handle in card.former_handles:
        former = PublishedCard(
            handle=handle,
            card_id=card.id,
            version=card.version,
            content=None,
            published_at=None,
            redirect_to=redirect_of(card, handle),
        )
        await ports.published.project(former, first=False)


def _phone_texts(content: CardContent | None) -> dict[str, str]:
    return {phone.number: phone_text(phone.number) for phone in content.phones} if content else {}


def _palette(content: CardContent | None) -> Palette | None:
    colour = content.look.colour if content and content.look else None
    return palette_of(colour) if colour else None


async def preview(card: Card, *, at: datetime, images: CardImages) -> PublishedCard:
    """Projection that publishing the draft now would make."""
    content = shown_to(card.draft, PROJECTED)
    return PublishedCard(
        handle=card.handle,
        card_id=card.id,
        version=card.version + 1,
        content=content,
        published_at=at,
        palette=_palette(content),
        images=await _images_of(card, content, images),
        entity=card.is_entity,
        owner_id=card.person_id,
        profile_id=card.profile_id,
    )


async def _images_of(card: Card, content: CardContent | None, images: CardImages) -> dict[str, ShownImage]:
    found: dict[str, ShownImage] = {}
    for field, purpose in IMAGE_PURPOSES.items() if content else ():
        image_id = getattr(content, field)
        stored = await images.get(card.account_id, image_id) if image_id else None
        image = shown_image(stored, purpose)
        if image is not None:
            found[field] = _named_for(card.id, image)
    return found


def _named_for(card_id: str, image: ShownImage) -> ShownImage:
    """Image with file names that are derived from this card."""
    files, sources = {}, {}
    for variant, blob in image.files.items():
        digest = hashlib.sha256(f"{card_id}\n{blob}".encode()).hexdigest()[:32]
        files[variant] = name = f"{digest}.{blob.rpartition('.')[2]}"
        sources[name] = blob
    return image.model_copy(update={"files": files, "sources": sources})


async def change_publication(of: CardVersion, change: Change, *, now: datetime, ports: Ports) -> Card:
    """Publish, unpublish, pause or resume the card, or undo its last publication.

    Three calls to the store for a card without images and former names: read, save, project.
    """
    card, done = await read_or_done(of, ports.cards, done=_DONE[change])
    if change == "publish" and not done:
        await _ready(card, ports.images)
    saved = card if done else await ports.cards.save_and_order_projection(_changed(card, change, now))
    await show(saved, ports, first=not card.was_published)
    return saved


async def _ready(card: Card, images: CardImages) -> None:
    """Refuse to publish a picture that cannot be shown: it would be missing from the card for good."""
    faults = []
    for field, purpose in IMAGE_PURPOSES.items():
        image_id = getattr(card.draft, field)
        if image_id is None:
            continue
        image = await images.get(card.account_id, image_id)
        if (fault := why_not_shown(image, purpose)) is not None:
            code, detail = fault
            faults.append(Fault("/content/" + to_camel(field), code, detail))
        elif image is not None and image.unused_since is not None:
            # In use again: this write makes a concurrent sweep fail to delete it.
            await images.save(image.changed(image.updated_at, unused_since=None))
    if faults:
        raise InvalidInput(faults)


def was_shown_last(card: Card) -> bool:
    """Whether the last change was a publication that viewers see."""
    return card.published is not None and card.published_at == card.updated_at and not card.paused


# Checks of a card's state right after each change.
_DONE: dict[Change, Callable[[Card], bool]] = {
    "publish": lambda card: was_shown_last(card) and card.published == card.draft,
    "unpublish": lambda card: card.published is None and card.was_published,
    "pause": lambda card: card.paused,
    "resume": lambda card: card.is_live,
    "undo": lambda card: card.undone and card.published_at == card.updated_at,
}


def _changed(card: Card, change: Change, at: datetime) -> Card:
    if card.ending is not None:
        raise LeadsElsewhere
    if change == "publish":
        return card.changed(
            at,
            published=card.draft,
            published_at=at,
            previous=card.published,
            undone=False,
            paused=False,
            was_published=True,
        )
    if change == "unpublish":
        return card.changed(at, published=None, published_at=None, previous=None, undone=False, paused=False)
    if card.published is None:
        raise NothingToChange
    if change == "undo":
        if card.previous is None:
            raise NothingToChange
        return card.changed(at, published=card.previous, published_at=at, previous=None, undone=True)
    return card.changed(at, paused=change == "pause")


async def rename_card(of: CardVersion, handle: str, *, now: datetime, ports: Ports, limiter: Limiter) -> Card:
    """Give the card another handle; the old one redirects to it for good.

    A crash before the card is saved leaves a pending claim, which housekeeping frees.
    """
    card, done = await read_or_done(of, ports.cards, done=lambda card: card.handle == handle)
    if handle == card.handle and not done:
        return card
    if card.ending is not None and not done:
        raise LeadsElsewhere
    if len(card.former_handles) >= MAX_RENAMES and not done:
        raise TooManyRenames
    if not done:
        await limiter.take(HANDLES, of.account_id, now)
    claim = await _claimed(card, handle, now, ports.handles)
    former = [old for old in [*card.former_handles, card.handle] if old != handle]
    changed = card.changed(now, handle=handle, former_handles=former)
    saved = card if done else await _saved(changed, ports.cards)
    await ports.handles.hold(claim)
    if saved.was_published:
        await show(saved, ports, first=handle not in card.former_handles)
    return saved


async def _saved(card: Card, cards: CardStore) -> Card:
    """Save a card, and order its projection if its names have ever stood for something."""
    return await (cards.save_and_order_projection(card) if card.was_published else cards.save(card))


async def _claimed(card: Card, handle: str, now: datetime, handles: HandleClaims) -> Claim:
    wanted = Claim(handle=handle, account_id=card.account_id, card_id=card.id, key=None, claimed_at=now)
    claim = await handles.claim(wanted)
    if claim.card_id != card.id:
        return await adopted(claim, wanted, handles)
    if claim.state == "pending" and now - claim.claimed_at > ADOPT_AFTER:
        return await handles.adopt(claim, now)
    return claim
