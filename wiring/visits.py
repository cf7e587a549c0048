"""Counts of visits."""

from typing import TYPE_CHECKING

from adapters.storage import queue_names
from wiring import database, once
from wiring import queue as open_queue

if TYPE_CHECKING:
    from adapters.cosmos.visit_counts import CosmosTraffic
    from adapters.storage.queues import Queue


@once
def traffic() -> "CosmosTraffic":
    from adapters.cosmos.visit_counts import CosmosTraffic

    return CosmosTraffic(database())


@once
def queue() -> "Queue":
    return open_queue(queue_names.VISITS)
