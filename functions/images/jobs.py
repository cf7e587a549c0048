"""Queue and timer functions of images: making one, and the nightly sweep."""

import logging

import azure.functions as func

import wiring
from adapters.storage.queues import IMAGE_QUEUE
from domain.images.image import ImageOrder
from domain.images.image import make_image as make
from domain.images.sweep import sweep_images as sweep
from functions.framework.clock import now

log = logging.getLogger("izwop.images")

bp = func.Blueprint()


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
