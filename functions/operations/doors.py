"""Doors of health, long work, orders and housekeeping."""

from adapters.storage.queue_names import ORDERS, WORK
from functions.framework.doors import Operation, OperatorResource, Queue, Resource, Timer

DOORS = (
    Resource("operations_health", "GET HEAD", "health", "functions.operations.health:get_health"),
    OperatorResource(
        "operations_health_details", "GET", "health/details", "functions.operations.health:get_details"
    ),
    Operation("operations_get_work", "GET", "work/{workId}", "functions.operations.api:get_work"),
    Operation("operations_cancel_work", "DELETE", "work/{workId}", "functions.operations.api:cancel_work"),
    Operation("operations_pause_work", "PUT", "work/{workId}/pause", "functions.operations.api:put_pause"),
    Operation(
        "operations_resume_work", "DELETE", "work/{workId}/pause", "functions.operations.api:delete_pause"
    ),
    Queue("operations_do_work", WORK, "functions.operations.jobs:do_work"),
    Queue("operations_carry_out_order", ORDERS, "functions.operations.jobs:carry_out_order"),
    Timer("operations_tidy_up", "0 * * * * *", "functions.operations.jobs:tidy_up"),
    Timer("operations_upgrade_documents", "0 40 3 * * *", "functions.operations.jobs:upgrade_documents"),
)
