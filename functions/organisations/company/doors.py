"""Doors of company pages."""

from functions.framework.doors import Operation

_API = "functions.organisations.company.api"
_ONE = "organisations/{organisationId}/company-page"

DOORS = (
    Operation("organisations_company_make", "POST", _ONE, f"{_API}:post_page"),
    Operation("organisations_company_get", "GET", _ONE, f"{_API}:get_page"),
    Operation("organisations_company_change", "PUT", _ONE, f"{_API}:put_page"),
    Operation("organisations_company_rename", "PUT", f"{_ONE}/handle", f"{_API}:put_handle"),
    Operation("organisations_company_publish", "PUT", f"{_ONE}/publication", f"{_API}:publish"),
    Operation("organisations_company_unpublish", "DELETE", f"{_ONE}/publication", f"{_API}:unpublish"),
    Operation("organisations_company_pause", "PUT", f"{_ONE}/pause", f"{_API}:pause"),
    Operation("organisations_company_resume", "DELETE", f"{_ONE}/pause", f"{_API}:resume"),
    Operation("organisations_company_undo", "DELETE", f"{_ONE}/publication/latest", f"{_API}:undo"),
)
