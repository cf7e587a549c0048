"""Images: their documents, their files, and the work on them."""

from typing import TYPE_CHECKING

from adapters.storage import queue_names
from wiring import closed_at_end, database, once, storage_connection
from wiring import queue as open_queue

if TYPE_CHECKING:
    from adapters.cosmos.images import CosmosImages
    from adapters.drawing.picture_process import PictureProcess
    from adapters.storage.blobs import Blobs
    from adapters.storage.queues import Queue


@once
def store() -> "CosmosImages":
    from adapters.cosmos.images import CosmosImages

    return CosmosImages(database())


@once
def blobs() -> "Blobs":
    import settings.storage
    from adapters.storage.blobs import Blobs

    chosen = settings.storage.load()
    return closed_at_end(Blobs(storage_connection(), chosen.media_blobs, chosen.upload_origin))


@once
def pictures() -> "PictureProcess":
    from adapters.drawing.picture_process import PictureProcess

    return PictureProcess()


@once
def queue() -> "Queue":
    return open_queue(queue_names.IMAGES)
