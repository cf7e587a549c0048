"""Pictures in the partition of an organisation: who sends them, who sees them, who puts them somewhere.

Each member may send pictures, for their own card, and has to do with those that they sent. Who changes the
brand has to do with all of them.
"""

from collections.abc import Mapping
from typing import Protocol

from pydantic.alias_generators import to_camel

from domain.base.errors import Fault, InvalidInput, NotFound
from domain.cards.content import Purpose
from domain.images.image import Image
from domain.images.shown import why_not_shown
from domain.organisations.organisation import Acting
from domain.organisations.roles import NotAllowed, may


class ImageStore(Protocol):
    async def get(self, account_id: str, image_id: str) -> Image | None: ...
    async def save(self, image: Image) -> Image: ...


async def picture_for(by: Acting, image_id: str, *, images: ImageStore) -> Image:
    """A picture that somebody has to do with."""
    image = await images.get(by.organisation.id, image_id)
    if image is None:
        raise NotFound
    if not _has_to_do(by, image):
        raise NotAllowed
    return image


def _has_to_do(by: Acting, image: Image) -> bool:
    return image.sender == by.member.id or may(by.member.role, "see_pictures")


async def take_pictures(
    by: Acting, named: Mapping[str, str | None], purposes: Mapping[str, Purpose], *, images: ImageStore
) -> None:
    """Refuse a picture that cannot be shown in its field, or that is not theirs to show.

    One that a sweep is about to delete is in use again: this write makes the sweep fail.
    """
    faults = []
    for field, image_id in named.items():
        if image_id is None:
            continue
        image = await images.get(by.organisation.id, image_id)
        if image is not None and not _has_to_do(by, image):
            image = None
        if (fault := why_not_shown(image, purposes[field])) is not None:
            at = f"/{to_camel(field)}"
            faults.append(Fault(at, *fault))
        elif image is not None and image.unused_since is not None:
            await images.save(image.changed(image.updated_at, unused_since=None))
    if faults:
        raise InvalidInput(faults)
