"""Pictures of an account or an organisation: uploaded once, rewritten without metadata.

Cards show them, or their owner alone sees them.

An image starts `waiting` for its upload, is `processing` once the upload is there, and ends `ready` or
`refused`. What was uploaded is deleted either way; only rewritten files are kept. Their names come from the
image's random id, so that the same picture on two profiles has names that nothing ties together.
"""

import hashlib
from datetime import datetime
from typing import Literal, NamedTuple, Protocol

from pydantic import ConfigDict, Field

from domain.base.errors import (
    AlreadyUploaded,
    Conflict,
    ImageTooLarge,
    NotFound,
    StaleVersion,
    UploadMissing,
    UploadUnusable,
)
from domain.base.idempotency import Creation, request_hash
from domain.base.limits import IMAGES, MOST_WAITING_IMAGES, Limiter, LimitReached
from domain.base.model import Closed, Model
from domain.base.texts import N_
from domain.cards.content import Purpose

MAX_BYTES = 5_000_000
MEDIA_TYPES = ("image/jpeg", "image/png", "image/webp")

# What a picture is for: a field of a card, or a contact, which only its owner sees.
ImagePurpose = Purpose | Literal["contact"]
State = Literal["waiting", "processing", "ready", "refused"]
# Why an image was refused; the codes are stable.
PROBLEMS = {
    "image_type_refused": N_("The file is not a JPEG, PNG or WebP picture"),
    "image_animated": N_("The picture moves; send a still one"),
    "image_too_small": N_("The picture is too small; send at least 64 x 64 pixels, or 32 x 32 as a logo"),
    "image_too_many_pixels": N_(
        "The picture has more than 16 million pixels, or more than 16,384 along a side"
    ),
    "image_too_costly": N_("The picture takes too much time or memory; send it smaller or as a plain JPEG"),
    "image_broken": N_("The picture is cut off or cannot be read"),
    "image_too_large": N_("The picture is larger than 5 MB"),
    "image_failed": N_("The picture could not be worked on; send it again"),
}


class Image(Model):
    """Image and its state. `files` names the rewritten files by form, `problem` is one of `PROBLEMS`.

    `sender` is the member who sent it, of an image of an organisation.
    """

    id: str
    account_id: str
    sender: str | None = None
    purpose: ImagePurpose
    version: int = 1
    state: State = "waiting"
    problem: str | None = None
    files: dict[str, str] = Field(default={})
    width: int = 0
    height: int = 0
    created_at: datetime
    updated_at: datetime
    unused_since: datetime | None = None
    etag: str | None = Field(default=None, exclude=True)

    @property
    def over(self) -> bool:
        """Whether the state is final."""
        return self.state in ("ready", "refused")

    def changed(self, at: datetime, **update: object) -> "Image":
        return self.model_copy(update={"version": self.version + 1, "updated_at": at, **update})


class NewImage(Closed):
    purpose: ImagePurpose


class ImageOrder(Model):
    """Queue message to process an image, by id."""

    model_config = ConfigDict(extra="forbid")

    version: Literal[1] = 1
    account_id: str
    image_id: str


class SignedUpload(NamedTuple):
    """Signed URL for one PUT of the picture until a time, with the headers to send."""

    url: str
    headers: dict[str, str]
    expires_at: datetime


class Picture(NamedTuple):
    """Rewritten files of a picture as (form, extension, bytes), and its size in pixels."""

    files: list[tuple[str, str, bytes]]
    width: int
    height: int


class PictureRefused(Exception):
    """The file is not an accepted picture; `problem` is one of `PROBLEMS`."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


class FileKept(Exception):
    """The store refuses to delete a file; a retry does not help."""


class ImageStore(Protocol):
    async def get(self, account_id: str, image_id: str) -> Image | None: ...
    async def create(self, image: Image, creation: "Creation[Image] | None") -> bool: ...
    async def creation(self, account_id: str, key: str) -> "Creation[Image] | None": ...
    async def save(self, image: Image) -> Image: ...
    async def count_waiting(self, account_id: str, sender: str | None) -> int:
        """Number of the images that wait for their uploads, of one sender if it is an organisation's."""
        ...


class Uploads(Protocol):
    """Original pictures, each stored until it is processed."""

    async def sign_upload(self, account_id: str, image_id: str, now: datetime) -> SignedUpload: ...
    async def put_upload(self, account_id: str, image_id: str, content: bytes) -> bool:
        """Store the upload; False if another one is stored already."""
        ...

    async def upload_size(self, account_id: str, image_id: str) -> int | None:
        """Size of the upload, None if there is none. Raises `UploadUnusable`."""
        ...

    async def read_upload(self, account_id: str, image_id: str, limit: int) -> bytes | None:
        """First `limit` bytes of the upload, None if there is no readable one."""
        ...

    async def delete_upload(self, account_id: str, image_id: str) -> None:
        """Delete the upload with its snapshots. Raises `FileKept`."""
        ...


class Media(Protocol):
    """The rewritten files by name."""

    async def put_media(self, name: str, content: bytes, *, account_id: str, image_id: str) -> None: ...


class Pictures(Protocol):
    async def rewrite(self, content: bytes, purpose: ImagePurpose) -> Picture:
        """Make the files of a picture, without metadata, or raise `PictureRefused`."""
        ...


class ImageOrders(Protocol):
    async def send(self, order: ImageOrder) -> None: ...


def media_name(image_id: str, extension: str, content: bytes) -> str:
    return f"{hashlib.sha256(image_id.encode() + content).hexdigest()[:32]}.{extension}"


async def read_image(account_id: str, image_id: str, *, images: ImageStore) -> Image:
    image = await images.get(account_id, image_id)
    if image is None:
        raise NotFound
    return image


async def start_image(
    account_id: str,
    new: NewImage,
    *,
    image_id: str,
    key: str | None,
    now: datetime,
    images: ImageStore,
    limiter: Limiter,
    sender: str | None = None,
) -> Image:
    """Create an image that waits for its upload; a repetition with the same `key` returns the same image.

    Of an organisation's images, each `sender` may have as many as an account may.
    """
    if key and (done := await images.creation(account_id, key)):
        return done.repeated(new)
    if await images.count_waiting(account_id, sender) >= MOST_WAITING_IMAGES:
        raise LimitReached(
            N_("%(most)s images wait for their pictures. Send some of those first.", most=MOST_WAITING_IMAGES)
        )
    await limiter.take(IMAGES, sender or account_id, now)
    image = Image(
        id=image_id,
        account_id=account_id,
        sender=sender,
        purpose=new.purpose,
        created_at=now,
        updated_at=now,
    )
    creation = Creation[Image](key=key, request=request_hash(new), made=image) if key else None
    if await images.create(image, creation):
        return image
    if key and (done := await images.creation(account_id, key)):
        return done.repeated(new)
    # The image may be stored although the answer was lost: nobody else can have made this id.
    if await images.get(account_id, image_id) is None:
        raise Conflict
    return image


async def upload_image(
    account_id: str,
    image_id: str,
    content: bytes,
    *,
    now: datetime,
    images: ImageStore,
    uploads: Uploads,
    orders: ImageOrders,
) -> Image:
    """Store the picture's bytes and queue its processing. A repetition with the same bytes is harmless."""
    if len(content) > MAX_BYTES:
        raise ImageTooLarge
    image = await read_image(account_id, image_id, images=images)
    if image.over or not await uploads.put_upload(account_id, image_id, content):
        raise AlreadyUploaded
    return await _order(image, now, images, orders)


async def complete_upload(
    account_id: str,
    image_id: str,
    *,
    now: datetime,
    images: ImageStore,
    uploads: Uploads,
    orders: ImageOrders,
) -> Image:
    """Queue the processing of a picture that was sent to the signed URL. A repetition is harmless."""
    image = await read_image(account_id, image_id, images=images)
    if image.over:
        return image
    try:
        size = await uploads.upload_size(account_id, image_id)
    except UploadUnusable:
        await uploads.delete_upload(account_id, image_id)
        raise
    if size is None:
        raise UploadMissing
    if size > MAX_BYTES:
        await uploads.delete_upload(account_id, image_id)
        raise ImageTooLarge
    return await _order(image, now, images, orders)


async def _order(image: Image, now: datetime, images: ImageStore, orders: ImageOrders) -> Image:
    if image.state == "waiting":
        try:
            image = await images.save(image.changed(now, state="processing"))
        except StaleVersion:  # a concurrent upload of the same bytes was faster
            image = await read_image(image.account_id, image.id, images=images)
    # Queued again for an image in processing: the first message may never have been sent.
    await orders.send(ImageOrder(account_id=image.account_id, image_id=image.id))
    return image


async def make_image(
    order: ImageOrder,
    *,
    now: datetime,
    images: ImageStore,
    uploads: Uploads,
    media: Media,
    pictures: Pictures,
) -> str:
    """Rewrite the upload to the image's files and delete it; return the resulting state.

    A repeated message finds a final state and changes nothing. Two at once write the same files, and the
    slower one finds the work done.
    """
    image = await images.get(order.account_id, order.image_id)
    if image is not None and not image.over:
        # One byte more than allowed, to detect a signed upload that is too large.
        content = await uploads.read_upload(order.account_id, order.image_id, MAX_BYTES + 1)
        made = await made_image(image, content, now, media, pictures)
        try:
            image = await images.save(made)
        except StaleVersion:
            image = await images.get(order.account_id, order.image_id)
            if image is not None and not image.over:
                raise
    await uploads.delete_upload(order.account_id, order.image_id)
    return image.state if image else "absent"


async def made_image(
    image: Image, content: bytes | None, now: datetime, media: Media, pictures: Pictures
) -> Image:
    """The image with its rewritten files, which are stored; or refused, with the reason."""
    if content is None:
        return image.changed(now, state="refused", problem="image_failed")
    if len(content) > MAX_BYTES:
        return image.changed(now, state="refused", problem="image_too_large")
    try:
        picture = await pictures.rewrite(content, image.purpose)
    except PictureRefused as refused:
        return image.changed(now, state="refused", problem=refused.problem)
    files = {}
    for form, extension, data in picture.files:
        files[form] = media_name(image.id, extension, data)
        await media.put_media(files[form], data, account_id=image.account_id, image_id=image.id)
    return image.changed(now, state="ready", files=files, width=picture.width, height=picture.height)
