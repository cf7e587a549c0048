"""Doors of runs of invitations."""

from functions.framework.doors import MyPage, Operation

_API, _PAGES = "functions.organisations.invitation_runs.api", "functions.organisations.invitation_runs.pages"
_ALL, _AT = "organisations/{organisationId}/invitation-runs", "org/{organisationId}/invitation-runs"
_ONE, _PAGE = f"{_ALL}/{{runId}}", f"{_AT}/{{runId}}"

DOORS = (
    MyPage("organisations_runs_page", "GET HEAD", _AT, f"{_PAGES}:show"),
    MyPage("organisations_runs_page_begin", "POST", _AT, f"{_PAGES}:begin"),
    MyPage("organisations_runs_page_show", "GET HEAD", _PAGE, f"{_PAGES}:show_one"),
    MyPage("organisations_runs_page_change", "POST", _PAGE, f"{_PAGES}:change"),
    Operation("organisations_runs_begin", "POST", _ALL, f"{_API}:post_run"),
    Operation("organisations_runs_list", "GET", _ALL, f"{_API}:list_runs"),
    Operation("organisations_runs_get", "GET", _ONE, f"{_API}:get_run"),
    Operation("organisations_runs_cancel", "DELETE", _ONE, f"{_API}:remove_run"),
    Operation("organisations_runs_send", "PUT", f"{_ONE}/sending", f"{_API}:put_sending"),
    Operation("organisations_runs_pause", "PUT", f"{_ONE}/pause", f"{_API}:put_pause"),
    Operation("organisations_runs_resume", "DELETE", f"{_ONE}/pause", f"{_API}:delete_pause"),
)
