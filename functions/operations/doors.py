"""Doors of operators."""

from functions.framework.doors import OperatorResource, Resource, Timer

DOORS = (
    Resource("operations_health", "GET HEAD", "health", "functions.operations.health:get_health"),
    OperatorResource(
        "operations_health_details", "GET", "health/details", "functions.operations.health:get_details"
    ),
    Timer("operations_tidy_up", "0 * * * * *", "functions.operations.jobs:tidy_up"),
    Timer("operations_upgrade_documents", "0 40 3 * * *", "functions.operations.jobs:upgrade_documents"),
)
