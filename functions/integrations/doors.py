"""Doors of integrated systems."""

from adapters.storage.queue_names import SYNCS
from functions.framework.doors import MyForm, MyPage, Operation, Queue, Timer

_API, _RUNS = "functions.integrations.api", "functions.integrations.run_api"
_ALL = "organisations/{organisationId}/sources"
_ONE = f"{_ALL}/{{sourceId}}"
_RUN = f"{_ONE}/runs/{{runId}}"
_IN = "functions.integrations"
_PAGES, _FLOWS, _OAUTH = f"{_IN}.pages", f"{_IN}.flow_pages", f"{_IN}.oauth_pages"
_RUN_PAGES, _RECORDS = f"{_IN}.run_pages", f"{_IN}.record_pages"
_AT = "org/{organisationId}/integrations"
_NEW = "org/{organisationId}/connect/{vendor}"
_SOURCE = f"{_AT}/{{sourceId}}"
_FLOW = f"{_SOURCE}/flows/{{objectType}}"
_THE_RUN = f"{_SOURCE}/runs/{{runId}}"
_RECORD = f"{_SOURCE}/records/{{recordId}}"

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
    MyPage("integrations_page_sources", "GET HEAD", _AT, f"{_PAGES}:show"),
    MyPage("integrations_page_new", "GET HEAD", _NEW, f"{_PAGES}:show_new"),
    MyForm("integrations_page_create", "POST", _NEW, f"{_PAGES}:create", f"{_PAGES}:new_texts_in"),
    MyForm("integrations_page_allow", "POST", f"{_NEW}/allow", f"{_OAUTH}:allow", f"{_PAGES}:new_texts_in"),
    MyPage("integrations_page_callback", "GET", "my/integrations/callback", f"{_OAUTH}:callback"),
    MyPage("integrations_page_source", "GET HEAD", _SOURCE, f"{_PAGES}:show_one"),
    MyPage("integrations_page_state", "POST", _SOURCE, f"{_PAGES}:change_state"),
    MyPage("integrations_page_ask", "GET HEAD", f"{_SOURCE}/disconnect", f"{_PAGES}:ask_disconnect"),
    MyPage("integrations_page_let_go", "POST", f"{_SOURCE}/disconnect", f"{_PAGES}:let_go"),
    MyPage("integrations_page_flow", "GET HEAD", _FLOW, f"{_FLOWS}:show_flow"),
    MyPage("integrations_page_save_flow", "POST", _FLOW, f"{_FLOWS}:save_flow"),
    MyPage("integrations_page_order", "GET HEAD", f"{_SOURCE}/order", f"{_FLOWS}:show_order"),
    MyForm(
        "integrations_page_save_order",
        "POST",
        f"{_SOURCE}/order",
        f"{_FLOWS}:save_order",
        f"{_FLOWS}:order_texts_in",
    ),
    MyPage("integrations_page_withdraw", "POST", f"{_SOURCE}/withdraw", f"{_FLOWS}:withdraw"),
    MyPage("integrations_page_start_run", "POST", f"{_SOURCE}/runs", f"{_RUN_PAGES}:start"),
    MyPage("integrations_page_run", "GET HEAD", _THE_RUN, f"{_RUN_PAGES}:show"),
    MyPage("integrations_page_change_run", "POST", _THE_RUN, f"{_RUN_PAGES}:change"),
    MyPage("integrations_page_failures", "GET HEAD", f"{_SOURCE}/failures", f"{_RUN_PAGES}:show_failures"),
    MyPage("integrations_page_records", "GET HEAD", f"{_SOURCE}/records", f"{_RECORDS}:show"),
    MyPage("integrations_page_record", "GET HEAD", _RECORD, f"{_RECORDS}:show_one"),
    MyForm("integrations_page_save_record", "POST", _RECORD, f"{_RECORDS}:save", f"{_RECORDS}:texts_in"),
    Timer("integrations_queue_due_syncs", "20 * * * * *", "functions.integrations.jobs:queue_due_syncs"),
    Queue("integrations_sync_source", SYNCS, "functions.integrations.jobs:sync_source"),
)
