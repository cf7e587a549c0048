"""Doors of iZwop's own people."""

from functions.framework.doors import MyForm, MyPage

_DESK = "functions.staff.desk_pages"
_PROPOSALS = "functions.staff.proposal_pages"
_ORDER = "staff/orders/{organisationId}"
_AT = "staff/organisations/{organisationId}"
_TEMPLATE = f"{_AT}/templates/{{templateId}}"
_NEW = f"{_AT}/new-proposal"
_ONE = f"{_AT}/proposals/{{proposalId}}"
_TEXTS = f"{_PROPOSALS}:texts_in"

DOORS = (
    MyPage("staff_page_desk", "GET HEAD", "staff", f"{_DESK}:show"),
    MyPage("staff_page_ask", "POST", f"{_ORDER}/request", f"{_DESK}:ask"),
    MyPage("staff_page_give_up", "POST", f"{_ORDER}/return", f"{_DESK}:hand_back"),
    MyPage("staff_page_organisation", "GET HEAD", _AT, f"{_DESK}:show_organisation"),
    MyPage("staff_page_template", "GET HEAD", _TEMPLATE, f"{_DESK}:show_template"),
    MyPage("staff_page_begin", "POST", f"{_TEMPLATE}/proposal", f"{_PROPOSALS}:make_of_template"),
    MyPage("staff_page_new", "GET HEAD", _NEW, f"{_PROPOSALS}:show_new"),
    MyForm("staff_page_make", "POST", _NEW, f"{_PROPOSALS}:make", _TEXTS),
    MyPage("staff_page_proposal", "GET HEAD", _ONE, f"{_PROPOSALS}:show"),
    MyForm("staff_page_save", "POST", _ONE, f"{_PROPOSALS}:save", _TEXTS),
    MyForm("staff_page_propose", "POST", f"{_ONE}/proposing", f"{_PROPOSALS}:show_to_client", _TEXTS),
    MyPage("staff_page_take_back", "POST", f"{_ONE}/draft", f"{_PROPOSALS}:take"),
)
