"""Doors of the visits of an organisation's cards."""

from functions.framework.doors import Operation, Timer

_API = "functions.organisations.visits.api"

DOORS = (
    Operation(
        "organisations_visits_own",
        "GET",
        "organisations/{organisationId}/staff-cards/{cardId}/counts",
        f"{_API}:get_own_counts",
    ),
    Timer("organisations_visits_sum", "0 20 * * * *", "functions.organisations.visits.jobs:sum_visits"),
)
