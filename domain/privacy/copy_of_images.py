"""Section of a copy: the pictures."""

from datetime import datetime
from typing import Protocol

from domain.images.image import Image
from domain.privacy.archive import File
from domain.privacy.sections import Counts, Item, Page, json_file, moment

# Pictures of one page, which becomes one part of the copy, of some megabytes.
_IMAGES = 10
_PURPOSES = {
    "photo": "Photo",
    "logo": "Logo",
    "cover": "Cover picture",
    "companyImage": "Picture of the company",
    "contact": "Picture of a contact",
}
# Thumbnails are left out.
_FORMS = ("jpeg", "webp")


class Images(Protocol):
    async def list(
        self, account_id: str, limit: int, cursor: str | None
    ) -> tuple[list[Image], str | None]: ...


class OneImage(Protocol):
    async def get(self, account_id: str, image_id: str) -> Image | None: ...


class Media(Protocol):
    async def open_media(self, name: str) -> tuple[bytes, str] | None: ...


async def picture_files(image: Image, media: Media) -> list[File]:
    """The files of a picture but for its thumbnail."""
    files = []
    for form in _FORMS:
        name = image.files.get(form, "")
        content = await media.open_media(name) if name else None
        if content is not None:
            files.append(File(f"pictures/{image.id}.{name.rpartition('.')[2]}", content[0]))
    return files


class OwnPhotos:
    """The photo that somebody put on their card of an organisation, in whose partition it is."""

    def __init__(self, images: OneImage, media: Media) -> None:
        self._images, self._media = images, media

    async def files(self, org_id: str, image_id: str) -> list[File]:
        image = await self._images.get(org_id, image_id)
        return [] if image is None else await picture_files(image, self._media)


class ImagesSection:
    name, title = "pictures", "Your pictures"
    note = "As cards show them. What you sent is deleted once it is worked on, or after a day."
    kinds: tuple[str, ...] = ("image",)

    def __init__(self, images: Images, media: Media, counts: Counts) -> None:
        self._images, self._media, self._counts = images, media, counts

    async def count(self, account_id: str) -> int:
        return await self._counts.count(account_id, "image")

    async def page(self, account_id: str, cursor: str | None, at: datetime) -> Page:  # noqa: ARG002
        found, following = await self._images.list(account_id, _IMAGES, cursor)
        return Page([await self._item(image) for image in found], following)

    async def _item(self, image: Image) -> Item:
        files = await picture_files(image, self._media)
        told = {
            "id": image.id,
            "purpose": image.purpose,
            "state": image.state,
            "problem": image.problem,
            "width": image.width,
            "height": image.height,
            "createdAt": image.created_at.isoformat(),
        }
        facts = [
            ("State", image.state),
            ("Size", f"{image.width} by {image.height} pixels" if image.width else ""),
            ("Sent", moment(image.created_at)),
        ]
        return Item(
            f"{_PURPOSES[image.purpose]} {image.id}",
            facts,
            [*files, json_file(f"pictures/{image.id}.json", told)],
        )
