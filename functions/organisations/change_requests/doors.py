"""Doors of requests to change staff cards."""

from functions.framework.doors import Operation

_API = "functions.organisations.change_requests.api"
_ORG = "organisations/{organisationId}"
_ALL = f"{_ORG}/change-requests"
_ONE = f"{_ALL}/{{requestId}}"

DOORS = (
    Operation(
        "organisations_requests_ask",
        "POST",
        f"{_ORG}/staff-cards/{{cardId}}/requests",
        f"{_API}:post_request",
    ),
    Operation("organisations_requests_list", "GET", _ALL, f"{_API}:list_requests"),
    Operation("organisations_requests_get", "GET", _ONE, f"{_API}:get_request"),
    Operation("organisations_requests_answer", "PUT", f"{_ONE}/answer", f"{_API}:put_answer"),
    Operation("organisations_requests_withdraw", "DELETE", _ONE, f"{_API}:delete_request"),
    Operation(
        "organisations_requests_answer_all", "POST", f"{_ORG}/change-request-answers", f"{_API}:post_answers"
    ),
)
