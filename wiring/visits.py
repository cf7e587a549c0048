"""Counts of visits."""

from adapters.cosmos.visit_counts import CosmosTraffic
from adapters.storage import queue_names
from adapters.storage.queues import Queue
from wiring import database, once
from wiring import queue as open_queue


@once
def traffic() -> CosmosTraffic:
    return CosmosTraffic(database())


@once
def queue() -> Queue:
    return open_queue(queue_names.VISITS)
