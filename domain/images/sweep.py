"""Daily clean-up of pictures: abandoned uploads, and images that nothing uses any more."""

from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from domain.base.errors import StaleVersion
from domain.base.ids import is_organisation
from domain.cards.card import Card
from domain.cards.content import IMAGE_PURPOSES
from domain.images.image import FileKept, Image

# Longer than any upload takes, and time to put a removed photo back.
KEEP = timedelta(days=1)
_CARDS_AT_ONCE = 100


class StoredFile(NamedTuple):
    """A stored file and the image it was made for."""

    name: str
    account_id: str
    image_id: str


class SweptImages(Protocol):
    async def get(self, account_id: str, image_id: str) -> Image | None: ...
    def created_before(self, before: datetime) -> AsyncIterator[Image]: ...
    async def save(self, image: Image) -> Image: ...
    async def delete(self, image: Image) -> None:
        """Delete the image unless it changed since it was read."""
        ...


class SweptFiles(Protocol):
    async def delete_uploads(self, before: datetime) -> tuple[int, int]:
        """Delete the uploads from before a time; return the numbers of deleted and of kept ones."""
        ...

    def media_before(self, before: datetime) -> AsyncIterator[StoredFile]: ...
    async def delete_media(self, name: str) -> None:
        """Delete a file. Raises `FileKept`."""
        ...


class OwnersCards(Protocol):
    async def list_deleted(
        self, account_id: str, limit: int, cursor: str | None
    ) -> tuple[list[Card], str | None]: ...
    async def list(
        self, account_id: str, limit: int, cursor: str | None
    ) -> tuple[list[Card], str | None]: ...


class Brands(Protocol):
    async def pictures(self, org_id: str) -> frozenset[str]:
        """Ids of the pictures of an organisation's brand."""
        ...


class OwnersContacts(Protocol):
    async def has_photo(self, account_id: str, image_id: str) -> bool: ...


@dataclass
class Swept:
    """Numbers of deleted objects of one sweep.

    `given_up` images were in processing for a day; `kept` counts deletions that the store refused.
    """

    uploads: int = 0
    images: int = 0
    given_up: int = 0
    files: int = 0
    kept: int = 0


async def sweep_images(
    now: datetime,
    *,
    images: SweptImages,
    files: SweptFiles,
    cards: OwnersCards,
    contacts: OwnersContacts,
    brands: Brands,
) -> Swept:
    """Delete uploads and images unused for a day. May run twice and beside requests."""
    before = now - KEEP
    uploads, kept_uploads = await files.delete_uploads(before)
    done = Swept(uploads=uploads, kept=kept_uploads)
    account_id, used = "", frozenset[str]()
    async for image in images.created_before(before):
        # Mostly in the order of accounts, so that their cards are read once.
        if image.account_id != account_id:
            account_id, used = image.account_id, await _used(image.account_id, cards)
            if is_organisation(account_id):
                used |= await brands.pictures(account_id)
        if image.purpose == "contact":
            in_use = await contacts.has_photo(image.account_id, image.id)
        else:
            in_use = image.id in used
        kept = _kept(image, now, used=in_use)
        # An image that changed since it was read is in use; the next sweep checks it again.
        with suppress(StaleVersion):
            if kept is None:
                await _delete(image, now, images, files, done)
            elif kept is not image:
                await images.save(kept)
                done.given_up += kept.state != image.state
    async for file in files.media_before(before):
        owner = await images.get(file.account_id, file.image_id)
        if owner is None or file.name not in owner.files.values():
            try:
                await files.delete_media(file.name)
                done.files += 1
            except FileKept:
                done.kept += 1
    return done


def _kept(image: Image, now: datetime, *, used: bool) -> Image | None:
    """Return the image to keep, changed or not; None for an image to delete."""
    if image.state == "waiting":
        return None
    if image.state == "processing" and image.updated_at < now - KEEP:
        image = image.changed(now, state="refused", problem="image_failed")
    if used:
        return image if image.unused_since is None else image.changed(now, unused_since=None)
    if image.unused_since is None:
        return image.changed(now, unused_since=now)
    return image if image.unused_since > now - KEEP else None


async def _delete(image: Image, now: datetime, images: SweptImages, files: SweptFiles, done: Swept) -> None:
    # Refused first, so that no card can take it; this write fails if a card took it since it was read.
    gone = await images.save(image.changed(now, state="refused", problem="image_failed"))
    try:
        for name in image.files.values():
            await files.delete_media(name)
    except FileKept:
        # The image stays with the names of its files, for the next sweep.
        done.kept += 1
        return
    await images.delete(gone)
    done.images += 1


async def _used(account_id: str, cards: OwnersCards) -> frozenset[str]:
    """Ids of the images in any stored content of the account's cards, also of those that can come back."""
    used: set[str] = set()
    for pages in (cards.list, cards.list_deleted):
        cursor: str | None = None
        while True:
            page, cursor = await pages(account_id, _CARDS_AT_ONCE, cursor)
            for card in page:
                used.update(_named(card.as_it_was))
            if cursor is None:
                break
    return frozenset(used)


def _named(card: Card) -> set[str]:
    """Pictures that it shows, or would show again, such as those of a field that a template switched off."""
    own = card.staff.own if card.staff else None
    contents = (card.draft, card.published, card.previous, own)
    used = {getattr(content, field) for content in contents if content for field in IMAGE_PURPOSES}
    granted = card.staff.granted if card.staff else {}
    return {image for image in (*used, *map(granted.get, IMAGE_PURPOSES)) if isinstance(image, str)}
