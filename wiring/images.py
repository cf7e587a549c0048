"""Images: their documents, their files, and the work on them."""

import settings.storage
from adapters.cosmos.images import CosmosImages
from adapters.drawing.pictures import PillowPictures
from adapters.storage import queue_names
from adapters.storage.blobs import Blobs
from adapters.storage.queues import Queue
from wiring import closed_at_end, database, once, storage_connection
from wiring import queue as open_queue


@once
def store() -> CosmosImages:
    return CosmosImages(database())


@once
def blobs() -> Blobs:
    chosen = settings.storage.load()
    return closed_at_end(Blobs(storage_connection(), chosen.media_blobs, chosen.upload_origin))


@once
def pictures() -> PillowPictures:
    return PillowPictures()


@once
def queue() -> Queue:
    return open_queue(queue_names.IMAGES)
