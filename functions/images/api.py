"""`/api/v1/images`: pictures for cards; the function that works on them, and the sweep."""

from datetime import datetime

import azure.functions as func

import wiring
from domain.base.errors import AlreadyUploaded, ImageTooLarge, KeyReused, NotFound, UploadMissing
from domain.base.model import Closed
from domain.cards.content import Purpose
from domain.images.image import (
    MEDIA_TYPES,
    PROBLEMS,
    Image,
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

bp = func.Blueprint()


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
    purpose: Purpose
    state: State
    problem: ImageProblem | None
    width: int | None
    height: int | None
    upload: UploadOut | None = None
    created_at: datetime


def _out(image: Image, signed: SignedUpload | None = None) -> ImageOut:
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
    bp,
    "POST",
    "images",
    "Make an image that waits for its picture; the answer says where to send it",
    body=NewImage,
    answer=ImageOut,
    creates=True,
    conflicts=(KeyReused,),
)
async def post_image(call: Call) -> Answer:
    services = wiring.services()
    image = await start_image(
        call.account_id, call.body, image_id=new_id("img"), key=call.key, now=call.now, images=services.images
    )
    signed = await services.blobs.sign_upload(call.account_id, image.id, call.now)
    return Answer(_out(image, signed), image.version, location=f"images/{image.id}")


@operation(bp, "GET", "images/{imageId}", "One image and how far it is", answer=ImageOut)
async def get_image(call: Call) -> Answer:
    image = await read_image(call.account_id, call.params["imageId"], images=wiring.services().images)
    return Answer(_out(image), image.version)


@operation(
    bp,
    "PUT",
    "images/{imageId}/content",
    "Send the picture itself, at most 5 MB",
    takes=MEDIA_TYPES,
    answer=ImageOut,
    conflicts=(AlreadyUploaded, ImageTooLarge),
)
async def put_image_content(call: Call) -> Answer:
    services = wiring.services()
    image = await upload_image(
        call.account_id,
        call.params["imageId"],
        call.body,
        now=call.now,
        images=services.images,
        uploads=services.blobs,
        orders=services.image_queue,
    )
    return Answer(_out(image), image.version)


@operation(
    bp,
    "POST",
    "images/{imageId}/complete",
    "Say that the picture was sent to its signed URL",
    answer=ImageOut,
    conflicts=(UploadMissing, ImageTooLarge),
)
async def post_image_complete(call: Call) -> Answer:
    services = wiring.services()
    image = await complete_upload(
        call.account_id,
        call.params["imageId"],
        now=call.now,
        images=services.images,
        uploads=services.blobs,
        orders=services.image_queue,
    )
    return Answer(_out(image), image.version)


@operation(
    bp,
    "GET",
    "images/{imageId}/content",
    "The picture as its owner sees it, once it is ready",
    gives="image/webp",
)
async def get_image_content(call: Call) -> Answer:
    services = wiring.services()
    image = await read_image(call.account_id, call.params["imageId"], images=services.images)
    found = await services.blobs.open_media(image.files.get("webp", ""))
    if found is None:
        raise NotFound
    return Answer(
        content=found[0],
        headers={
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "Cache-Control": "private, no-cache",
        },
    )
