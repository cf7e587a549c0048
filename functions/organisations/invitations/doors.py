"""Doors of invitations."""

from functions.framework.doors import MyForm, MyPage, Operation, Page

_API = "functions.organisations.invitations.api"
_PAGES = "functions.organisations.invitations.pages"
_JOIN = "functions.organisations.invitations.join_pages"
_AT = "org/{organisationId}/invitations"
_ONE = f"{_AT}/{{invitationId}}"
_ALL = "organisations/{organisationId}/invitations"
_EACH = f"{_ALL}/{{invitationId}}"

DOORS = (
    MyPage("organisations_page_invitations", "GET HEAD", _AT, f"{_PAGES}:show"),
    MyForm("organisations_page_invite", "POST", _AT, f"{_PAGES}:send", f"{_PAGES}:texts_in"),
    MyPage("organisations_page_resend_invitation", "POST", f"{_ONE}/sending", f"{_PAGES}:send_again"),
    MyPage("organisations_page_withdraw_invitation", "POST", f"{_ONE}/withdrawal", f"{_PAGES}:take_back"),
    Page("organisations_page_invited", "GET HEAD", "join/{link}", f"{_JOIN}:show"),
    MyForm("organisations_page_join", "POST", "join/{link}", f"{_JOIN}:send", f"{_JOIN}:texts_in"),
    Operation("organisations_list_invitations", "GET", _ALL, f"{_API}:list_invitations"),
    Operation("organisations_invite", "POST", _ALL, f"{_API}:post_invitations"),
    Operation("organisations_get_invitation", "GET", _EACH, f"{_API}:get_invitation"),
    Operation("organisations_resend_invitation", "PUT", f"{_EACH}/sending", f"{_API}:put_sending"),
    Operation("organisations_withdraw_invitation", "DELETE", _EACH, f"{_API}:delete_invitation"),
)
