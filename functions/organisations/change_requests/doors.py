"""Doors of requests to change staff cards."""

from functions.framework.doors import MyForm, MyPage, Operation

_API = "functions.organisations.change_requests.api"
_ORG = "organisations/{organisationId}"
_ALL = f"{_ORG}/change-requests"
_ONE = f"{_ALL}/{{requestId}}"

_PAGES = "functions.organisations.change_requests.pages"
_AT = "org/{organisationId}/requests"
_PAGE = f"{_AT}/{{requestId}}"

DOORS = (
    MyPage("organisations_requests_page", "GET HEAD", _AT, f"{_PAGES}:show"),
    MyPage("organisations_requests_page_answer_chosen", "POST", _AT, f"{_PAGES}:answer_chosen"),
    MyPage("organisations_requests_page_one", "GET HEAD", _PAGE, f"{_PAGES}:show_one"),
    MyForm(
        "organisations_requests_page_answer",
        "POST",
        f"{_PAGE}/answer",
        f"{_PAGES}:answer",
        f"{_PAGES}:texts_in",
    ),
    MyPage("organisations_requests_page_withdraw", "POST", f"{_PAGE}/withdrawal", f"{_PAGES}:withdraw_one"),
    MyPage("organisations_requests_page_see", "POST", f"{_PAGE}/seen", f"{_PAGES}:see_answer"),
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
