"""`/api/v1/images`: pictures for cards; the function that works on them, and the sweep."""

import logging
from datetime import datetime

import azure.functions as func

import wiring
from adapters.queues import IMAGE_QUEUE
from domain.content import Purpose
from domain.errors import AlreadyUploaded, ImageTooLarge, KeyReused, NotFound, UploadMissing
from domain.image_sweep import sweep_images as sweep
from domain.images import (
    MEDIA_TYPES,
    PROBLEMS,
    Image,
    ImageOrder,
    NewImage,
    SignedUpload,
    State,
    complete_upload,
    read_image,
    start_image,
    upload_image,
)
from domain.images import make_image as make
from domain.model import Closed
from functions.api import Answer, Call, operation
from functions.chance import new_id, now

log = logging.getLogger("izwop.images")

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


@bp.function_name("make_image")
@bp.queue_trigger(arg_name="message", queue_name=IMAGE_QUEUE, connection="AzureWebJobsStorage")
async def make_image(message: func.QueueMessage) -> None:
    """A picture that is refused is done; what raises is tried five times, then set aside."""
    services = wiring.services()
    order = ImageOrder.model_validate_json(message.get_body())
    state = await make(
        order,
        now=now(),
        images=services.images,
        uploads=services.blobs,
        media=services.blobs,
        pictures=services.pictures,
    )
    log.info("image_made image=%s state=%s", order.image_id, state)


@bp.function_name("sweep_images")
@bp.timer_trigger(arg_name="timer", schedule="%IMAGE_SWEEP_SCHEDULE%")
async def sweep_images(timer: func.TimerRequest) -> None:  # noqa: ARG001 - the trigger's binding
    services = wiring.services()
    done = await sweep(now(), images=services.images, files=services.blobs, cards=services.cards)
    log.info(
        "images_swept uploads=%d images=%d given_up=%d files=%d",
        done.uploads, done.images, done.given_up, done.files,
    )  # fmt: skip
