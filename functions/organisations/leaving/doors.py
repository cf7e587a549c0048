"""Doors of what becomes of the cards of those who leave."""

from functions.framework.doors import MyForm, MyPage, Operation

_IN = "functions.organisations.leaving"
_API, _RULE, _LEAVER = f"{_IN}.api", f"{_IN}.rule_pages", f"{_IN}.leaver_pages"
_TEXTS = f"{_IN}.choosing:texts_in"
_ORG, _ONE = "org/{organisationId}", "organisations/{organisationId}"
_CARD = f"{_ONE}/staff-cards/{{cardId}}/successor"

DOORS = (
    MyPage("organisations_leaving_page", "GET HEAD", f"{_ORG}/leaving", f"{_RULE}:show"),
    MyForm("organisations_leaving_page_save", "POST", f"{_ORG}/leaving", f"{_RULE}:save", _TEXTS),
    MyPage("organisations_leaving_page_leavers", "GET HEAD", f"{_ORG}/leavers", f"{_LEAVER}:show_all"),
    MyPage("organisations_leaving_page_leaver", "GET HEAD", f"{_ORG}/leavers/{{cardId}}", f"{_LEAVER}:show"),
    MyForm(
        "organisations_leaving_page_choose", "POST", f"{_ORG}/leavers/{{cardId}}", f"{_LEAVER}:save", _TEXTS
    ),
    Operation("organisations_leaving_get", "GET", f"{_ONE}/leaving", f"{_API}:get_rule"),
    Operation("organisations_leaving_change", "PUT", f"{_ONE}/leaving", f"{_API}:put_rule"),
    Operation("organisations_leaving_list", "GET", f"{_ONE}/leavers", f"{_API}:list_leavers"),
    Operation("organisations_leaving_get_successor", "GET", _CARD, f"{_API}:get_successor"),
    Operation("organisations_leaving_choose", "PUT", _CARD, f"{_API}:put_successor"),
)
