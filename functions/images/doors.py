"""Doors of images."""

from adapters.storage.queue_names import IMAGES
from functions.framework.doors import Operation, Queue, Timer

DOORS = (
    Operation("images_create", "POST", "images", "functions.images.api:post_image"),
    Operation("images_get", "GET", "images/{imageId}", "functions.images.api:get_image"),
    Operation("images_upload", "PUT", "images/{imageId}/content", "functions.images.api:put_image_content"),
    Operation(
        "images_complete", "POST", "images/{imageId}/complete", "functions.images.api:post_image_complete"
    ),
    Operation(
        "images_get_content", "GET", "images/{imageId}/content", "functions.images.api:get_image_content"
    ),
    Queue("images_make", IMAGES, "functions.images.jobs:make_image"),
    Timer("images_sweep", "0 20 3 * * *", "functions.images.jobs:sweep_images"),
)
