"""Visits: their way from the worker's disk to their queue, and their counts."""

from pathlib import Path
from typing import TYPE_CHECKING

from adapters.storage import queue_names
from wiring import database, once
from wiring import queue as open_queue

if TYPE_CHECKING:
    from adapters.cosmos.visit_counts import CosmosTraffic
    from adapters.storage.queues import Queue
    from adapters.visit_spool import VisitSpool


@once
def traffic() -> "CosmosTraffic":
    from adapters.cosmos.visit_counts import CosmosTraffic

    return CosmosTraffic(database())


@once
def queue() -> "Queue":
    return open_queue(queue_names.VISITS)


@once
def spool() -> "VisitSpool":
    import settings.storage
    from adapters.visit_spool import VisitSpool

    return VisitSpool(Path(settings.storage.load().visit_spool))
