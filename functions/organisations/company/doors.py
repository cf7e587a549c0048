"""Doors of company pages."""

from functions.framework.doors import MyForm, MyPage, Operation

_API = "functions.organisations.company.api"
_ONE = "organisations/{organisationId}/company-page"

_PAGES = "functions.organisations.company.pages"
_PREVIEW = "functions.organisations.company.preview_pages"
_TEXTS = "functions.cards.form:texts_in"
_AT = "org/{organisationId}/company"

DOORS = (
    MyPage("organisations_company_page", "GET HEAD", _AT, f"{_PAGES}:show"),
    MyForm("organisations_company_page_save", "POST", _AT, f"{_PAGES}:save", _TEXTS),
    MyForm("organisations_company_page_make", "POST", f"{_AT}/new", f"{_PAGES}:make", _TEXTS),
    MyForm("organisations_company_page_rename", "POST", f"{_AT}/rename", f"{_PAGES}:rename", _TEXTS),
    MyPage("organisations_company_page_publication", "POST", f"{_AT}/publication", f"{_PAGES}:publication"),
    MyPage("organisations_company_page_preview", "GET HEAD", f"{_AT}/preview", f"{_PREVIEW}:show"),
    MyForm(
        "organisations_company_page_preview_typed", "POST", f"{_AT}/preview", f"{_PREVIEW}:show_typed", _TEXTS
    ),
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
