"""Photos of people from a zip: what is set once somebody has seen whose each file is, and can be undone.

The zip itself is kept beside the uploads of pictures until it is set, a day at most. Whose each file is
stands in pages in the organisation's partition.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, Literal, NamedTuple, Protocol

from pydantic import Field

from domain.base.errors import NotFound, StaleVersion
from domain.base.ids import ID_BYTES, ID_PREFIXES, make_id
from domain.base.limits import UNDO_TIME
from domain.base.model import Model
from domain.base.texts import N_
from domain.images.image import PROBLEMS, Image
from domain.operations.orders import Order, new_order
from domain.operations.work import WrongWorkState
from domain.organisations.organisation import Acting

# Shorter than the sweep keeps uploads.
KEPT: Final = timedelta(hours=23)
PAGE_ROWS: Final = 100
START: Final = "org-photos"
SET, UNDO = "org-photos-set", "org-photos-undo"

Stage = Literal["ready", "setting", "done", "undoing", "undone", "cancelled"]
WORK_KINDS: Final[dict[str, str]] = {"setting": SET, "undoing": UNDO}

# What becomes of a file, in `Photos.effects`, a letter each.
FITS, WAS_SET, LEFT_OUT, TAKEN_BACK, STAYED = "f", "s", "b", "t", "y"

# Why a file is left out, or a photo stays. The codes are stable.
FAULTS: Final[dict[str, str]] = {
    "not_a_picture": N_("The file is not a JPEG, PNG or WebP picture"),
    "unknown_person": N_("Nobody here has this identifier or address"),
    "same_person": N_("It is the same person as in %(what)s"),
    "no_card": N_("This person has no card of the organisation"),
    "photo_off": N_("The template of their card shows no photo"),
    "photo_locked": N_("The template of their card decides the photo"),
    "changed_since": N_("Somebody has chosen another photo since"),
    "photo_gone": N_("The photo from before is no longer kept"),
    "no_longer_kept": N_("The zip is no longer kept. Send it again"),
    **PROBLEMS,
}


class Row(Model):
    """A file and whose it is. `tried` is set before a photo is, with the photo that was there `before`."""

    number: int
    name: str
    effect: str = FITS
    member_id: str | None = None
    person: str = ""
    fault: str | None = None
    what: str = ""
    tried: bool = False
    before: str | None = None

    def left(self, fault: str, what: str = "") -> "Row":
        return self.model_copy(update={"effect": LEFT_OUT, "fault": fault, "what": what})


class Rows(Model):
    """A page of files."""

    org_id: str
    photos_id: str
    page: int
    rows: list[Row]
    etag: str | None = Field(default=None, exclude=True)

    def having(self, first: int, some: Sequence[Row]) -> "Rows":
        """The page with these in place of as many from there on."""
        rows = [*self.rows[:first], *some, *self.rows[first + len(some) :]]
        return self.model_copy(update={"rows": rows})


class Photos(Model):
    """A zip of photos. `effects` has a letter for each file; `request` is its hash, for a repetition."""

    id: str
    org_id: str
    version: int = 1
    request: str
    stage: Stage = "ready"
    effects: str = ""
    set_at: datetime | None = None
    created_at: datetime
    updated_at: datetime
    etag: str | None = Field(default=None, exclude=True)

    @property
    def pages(self) -> int:
        return -(-len(self.effects) // PAGE_ROWS)

    @property
    def work_kind(self) -> str | None:
        return WORK_KINDS.get(self.stage)

    @property
    def is_busy(self) -> bool:
        return self.work_kind is not None

    @property
    def work_id(self) -> str:
        """Id of the long work of this stage, the same whoever starts it."""
        digest = hashlib.sha256(f"{self.org_id} {self.id} {self.stage}".encode()).digest()
        return make_id(ID_PREFIXES["work"], digest[:ID_BYTES])

    def image_id(self, number: int) -> str:
        """Id of the picture of a file, the same however often it is made."""
        digest = hashlib.sha256(f"photo {self.org_id} {self.id} {number}".encode()).digest()
        return make_id(ID_PREFIXES["image"], digest[:ID_BYTES])

    def count(self, effect: str) -> int:
        return self.effects.count(effect)

    def can_be_set(self, now: datetime) -> bool:
        return self.stage == "ready" and FITS in self.effects and now < self.created_at + KEPT

    def can_be_undone(self, now: datetime) -> bool:
        return self.stage == "done" and self.set_at is not None and now < self.set_at + UNDO_TIME

    def changed(self, at: datetime, **update: object) -> "Photos":
        return self.model_copy(update={"version": self.version + 1, "updated_at": at, **update})


class CardRule(NamedTuple):
    """By which release a card is."""

    template_id: str
    number: int


class PhotosStore(Protocol):
    async def get(self, org_id: str, photos_id: str) -> Photos | None: ...
    async def create(self, new: Photos) -> bool:
        """Store new ones; False when they are there."""
        ...

    async def save(self, changed: Photos) -> Photos:
        """Store a change, with the order to start the work of its stage if it has one."""
        ...

    async def put(self, pages: Sequence[Rows]) -> None: ...
    async def replace(self, changed: Rows, new: Sequence[Image] = ()) -> Rows:
        """Store a page together with new images, unless it has changed or is gone: then `StaleVersion`."""
        ...

    async def page(self, of: Photos, page: int) -> Rows | None:
        """Files of a page; None once it is no longer kept."""
        ...

    async def rules(self, org_id: str, card_ids: Sequence[str]) -> dict[str, CardRule]:
        """By which releases these cards are, by their ids; only those that are there."""
        ...

    async def list(
        self, org_id: str, limit: int, cursor: str | None
    ) -> tuple[Sequence[Photos], str | None]: ...


class Uploads(Protocol):
    """Where the zip is kept until it is set."""

    async def put_upload(self, account_id: str, image_id: str, content: bytes) -> bool: ...
    async def read_upload(self, account_id: str, image_id: str, limit: int) -> bytes | None: ...
    async def delete_upload(self, account_id: str, image_id: str) -> None: ...


def photos_id(org_id: str, key: str) -> str:
    digest = hashlib.sha256(f"photos {org_id} {key}".encode()).digest()
    return make_id(ID_PREFIXES["photos"], digest[:ID_BYTES])


async def read_photos(by: Acting, photos_id: str, *, photos: PhotosStore) -> Photos:
    found = await photos.get(by.organisation.id, photos_id)
    if found is None:
        raise NotFound
    return found


async def rows_of(found: Photos, page: int, *, photos: PhotosStore) -> list[Row]:
    there = await photos.page(found, page) if 0 <= page < found.pages else None
    return there.rows if there else []


class PhotosVersion(NamedTuple):
    photos_id: str
    version: int


async def _at(by: Acting, of: PhotosVersion, photos: PhotosStore, stage: Stage) -> Photos:
    """The photos in the version that was seen, at this stage."""
    found = await read_photos(by, of.photos_id, photos=photos)
    if found.version != of.version:
        raise StaleVersion
    if found.stage != stage:
        raise WrongWorkState
    return found


async def start_setting(by: Acting, of: PhotosVersion, *, now: datetime, photos: PhotosStore) -> Photos:
    """Set the photos that fit somebody's card."""
    found = await _at(by, of, photos, "ready")
    if not found.can_be_set(now):
        raise WrongWorkState
    return await photos.save(found.changed(now, stage="setting"))


async def start_undo(by: Acting, of: PhotosVersion, *, now: datetime, photos: PhotosStore) -> Photos:
    """Put the photos back that were there, but where somebody has chosen another one since."""
    found = await _at(by, of, photos, "done")
    if not found.can_be_undone(now):
        raise WrongWorkState
    return await photos.save(found.changed(now, stage="undoing"))


async def give_up(
    by: Acting, of: PhotosVersion, *, now: datetime, photos: PhotosStore, uploads: Uploads
) -> Photos:
    """Give a zip up before anything is set; it is deleted."""
    found = await _at(by, of, photos, "ready")
    changed = await photos.save(found.changed(now, stage="cancelled"))
    await uploads.delete_upload(found.org_id, found.id)
    return changed


def start_order(found: Photos) -> Order | None:
    if not found.is_busy:
        return None
    return new_order(START, found.org_id, found.id, found.updated_at, container="organisations")
