"""Doors of visits."""

from adapters.storage.queue_names import VISITS
from functions.framework.doors import Operation, Queue

DOORS = (
    Operation("visits_get_counts", "GET", "cards/{cardId}/counts", "functions.visits.api:get_counts"),
    Queue("visits_fold", VISITS, "functions.visits.jobs:fold_visits"),
)
