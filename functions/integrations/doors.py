"""Doors of integrated systems."""

from adapters.storage.queue_names import SYNCS
from functions.framework.doors import Operation, Queue, Timer

_API, _RUNS = "functions.integrations.api", "functions.integrations.run_api"
_ALL = "organisations/{organisationId}/sources"
_ONE = f"{_ALL}/{{sourceId}}"
_RUN = f"{_ONE}/runs/{{runId}}"

DOORS = (
    Operation("integrations_list", "GET", _ALL, f"{_API}:list_sources"),
    Operation("integrations_connect", "POST", _ALL, f"{_API}:post_source"),
    Operation("integrations_get", "GET", _ONE, f"{_API}:get_source"),
    Operation("integrations_change", "PUT", _ONE, f"{_API}:put_source"),
    Operation("integrations_disconnect", "DELETE", _ONE, f"{_API}:delete_source"),
    Operation("integrations_pause", "PUT", f"{_ONE}/pause", f"{_API}:put_pause"),
    Operation("integrations_resume", "DELETE", f"{_ONE}/pause", f"{_API}:delete_pause"),
    Operation("integrations_list_fields", "GET", f"{_ONE}/fields", f"{_API}:list_fields"),
    Operation("integrations_list_orders", "GET", f"{_ONE}/instructions", f"{_API}:list_instructions"),
    Operation("integrations_order", "PUT", f"{_ONE}/instruction", f"{_API}:put_instruction"),
    Operation("integrations_take_back", "DELETE", f"{_ONE}/instruction", f"{_API}:delete_instruction"),
    Operation("integrations_list_runs", "GET", f"{_ONE}/runs", f"{_RUNS}:list_runs"),
    Operation("integrations_start_run", "POST", f"{_ONE}/runs", f"{_RUNS}:post_run"),
    Operation("integrations_get_run", "GET", _RUN, f"{_RUNS}:get_run"),
    Operation("integrations_list_changes", "GET", f"{_RUN}/changes", f"{_RUNS}:list_changes"),
    Operation("integrations_list_failures", "GET", f"{_ONE}/failures", f"{_RUNS}:list_failures"),
    Operation("integrations_list_records", "GET", f"{_ONE}/records", f"{_RUNS}:list_records"),
    Operation("integrations_get_record", "GET", f"{_ONE}/records/{{recordId}}", f"{_RUNS}:get_record"),
    Operation("integrations_change_record", "PUT", f"{_ONE}/records/{{recordId}}", f"{_RUNS}:put_record"),
    Timer("integrations_queue_due_syncs", "20 * * * * *", "functions.integrations.jobs:queue_due_syncs"),
    Queue("integrations_sync_source", SYNCS, "functions.integrations.jobs:sync_source"),
)
