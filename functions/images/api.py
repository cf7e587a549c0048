"""`/api/v1/images`: pictures for cards; the function that works on them, and the sweep."""

from datetime import datetime

import wiring.accounts
import wiring.images
from domain.base.errors import (
    AlreadyUploaded,
    ImageTooLarge,
    KeyReused,
    NotFound,
    UploadMissing,
    UploadUnusable,
)
from domain.base.limits import LimitReached
from domain.base.model import Closed
from domain.images.image import (
    MEDIA_TYPES,
    PROBLEMS,
    Image,
    ImagePurpose,
    NewImage,
    SignedUpload,
    State,
    complete_upload,
    read_image,
    start_image,
    upload_image,
)
from functions.framework.clock import new_id
from functions.framework.operations import Answer, Call, operation


class ImageProblem(Closed):
    code: str
    detail: str


class UploadOut(Closed):
    """Where one PUT with these headers brings the picture, without any other key, until it expires."""

    url: str
    headers: dict[str, str]
    expires_at: datetime


class ImageOut(Closed):
    """`problem` says why it was refused; `width` and `height` are in pixels once it is ready."""

    id: str
    purpose: ImagePurpose
    state: State
    problem: ImageProblem | None
    width: int | None
    height: int | None
    upload: UploadOut | None = None
    created_at: datetime


def image_out(image: Image, signed: SignedUpload | None = None) -> ImageOut:
    problem = image.problem and ImageProblem(code=image.problem, detail=PROBLEMS[image.problem])
    return ImageOut(
        id=image.id,
        purpose=image.purpose,
        state=image.state,
        problem=problem or None,
        width=image.width or None,
        height=image.height or None,
        upload=UploadOut(url=signed.url, headers=signed.headers, expires_at=signed.expires_at)
        if signed
        else None,
        created_at=image.created_at,
    )


@operation(
    "Make an image that waits for its picture; the answer says where to send it",
    body=NewImage,
    answer=ImageOut,
    creates=True,
    conflicts=(KeyReused, LimitReached),
)
async def post_image(call: Call[NewImage]) -> Answer:
    image = await start_image(
        call.account_id,
        call.body,
        image_id=new_id("img"),
        key=call.key,
        now=call.now,
        images=wiring.images.store(),
        limiter=wiring.accounts.limiter(),
    )
    signed = await wiring.images.blobs().sign_upload(call.account_id, image.id, call.now)
    return Answer(image_out(image, signed), image.version, location=f"images/{image.id}")


@operation("One image and how far it is", answer=ImageOut)
async def get_image(call: Call) -> Answer:
    image = await read_image(call.account_id, call.params["imageId"], images=wiring.images.store())
    return Answer(image_out(image), image.version)


@operation(
    "Send the picture itself, at most 5 MB",
    takes=MEDIA_TYPES,
    answer=ImageOut,
    conflicts=(AlreadyUploaded, ImageTooLarge),
)
async def put_image_content(call: Call) -> Answer:
    image = await upload_image(
        call.account_id,
        call.params["imageId"],
        call.content,
        now=call.now,
        images=wiring.images.store(),
        uploads=wiring.images.blobs(),
        orders=wiring.images.queue(),
    )
    return Answer(image_out(image), image.version)


@operation(
    "Say that the picture was sent to its signed URL",
    answer=ImageOut,
    conflicts=(UploadMissing, UploadUnusable, ImageTooLarge),
)
async def post_image_complete(call: Call) -> Answer:
    image = await complete_upload(
        call.account_id,
        call.params["imageId"],
        now=call.now,
        images=wiring.images.store(),
        uploads=wiring.images.blobs(),
        orders=wiring.images.queue(),
    )
    return Answer(image_out(image), image.version)


async def content_of(image: Image) -> Answer:
    """The picture for somebody who may see it before any card shows it."""
    found = await wiring.images.blobs().open_media(image.files.get("webp", ""))
    if found is None:
        raise NotFound
    return Answer(
        content=found[0],
        headers={
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "Cache-Control": "private, no-cache",
        },
    )


@operation(
    "The picture as its owner sees it, once it is ready",
    gives="image/webp",
)
async def get_image_content(call: Call) -> Answer:
    return await content_of(
        await read_image(call.account_id, call.params["imageId"], images=wiring.images.store())
    )
