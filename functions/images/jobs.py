"""Queue and timer functions of images: making one, and the nightly sweep."""

import logging

import azure.functions as func

import wiring.cards
import wiring.images
import wiring.organisations.brand
import wiring.relationships
from domain.images.image import ImageOrder
from domain.images.image import make_image as make
from domain.images.sweep import sweep_images as sweep
from functions.framework.clock import now

log = logging.getLogger("izwop.images")


async def make_image(message: func.QueueMessage) -> None:
    """Process one image. A refused picture is done; after five failures its message goes to poison."""
    order = ImageOrder.model_validate_json(message.get_body())
    state = await make(
        order,
        now=now(),
        images=wiring.images.store(),
        uploads=wiring.images.blobs(),
        media=wiring.images.blobs(),
        pictures=wiring.images.pictures(),
    )
    log.info("image_made image=%s state=%s", order.image_id, state)


async def sweep_images() -> None:
    done = await sweep(
        now(),
        images=wiring.images.store(),
        files=wiring.images.blobs(),
        cards=wiring.cards.store(),
        contacts=wiring.relationships.contacts(),
        brands=wiring.organisations.brand.store(),
    )
    log.log(
        logging.WARNING if done.kept else logging.INFO,
        "images_swept uploads=%d images=%d given_up=%d files=%d kept=%d",
        done.uploads, done.images, done.given_up, done.files, done.kept,
    )  # fmt: skip
