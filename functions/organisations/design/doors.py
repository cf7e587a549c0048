"""Doors of designs by iZwop's own people, for the organisation. Those of its designers are under `/staff`."""

from functions.framework.doors import MyForm, MyPage, Operation

_PAGES = "functions.organisations.design.pages"
_PROPOSAL_PAGES = "functions.organisations.design.proposal_pages"
_API = "functions.organisations.design.api"
_PROPOSALS = "functions.organisations.design.proposal_api"
_AT = "org/{organisationId}/design"
_PAGE = "org/{organisationId}/proposals/{proposalId}"
_DESIGN = "organisations/{organisationId}/design"
_ALL = "organisations/{organisationId}/proposals"
_ONE = f"{_ALL}/{{proposalId}}"

DOORS = (
    MyPage("organisations_design_page", "GET HEAD", _AT, f"{_PAGES}:show"),
    MyForm("organisations_design_page_order", "POST", _AT, f"{_PAGES}:order", f"{_PAGES}:texts_in"),
    MyPage("organisations_design_page_give", "POST", f"{_AT}/grant", f"{_PAGES}:give"),
    MyPage("organisations_design_page_turn_down", "POST", f"{_AT}/refusal", f"{_PAGES}:refuse"),
    MyPage("organisations_design_page_revoke", "POST", f"{_AT}/revocation", f"{_PAGES}:take_away"),
    MyPage("organisations_design_page_end", "POST", f"{_AT}/end", f"{_PAGES}:end"),
    MyPage("organisations_design_page_proposal", "GET HEAD", _PAGE, f"{_PROPOSAL_PAGES}:show"),
    MyPage("organisations_design_page_count", "POST", f"{_PAGE}/effect", f"{_PROPOSAL_PAGES}:count"),
    MyPage("organisations_design_page_approve", "POST", f"{_PAGE}/approval", f"{_PROPOSAL_PAGES}:accept"),
    MyForm(
        "organisations_design_page_decline",
        "POST",
        f"{_PAGE}/refusal",
        f"{_PROPOSAL_PAGES}:refuse",
        f"{_PROPOSAL_PAGES}:texts_in",
    ),
    Operation("organisations_design_get", "GET", _DESIGN, f"{_API}:get_design"),
    Operation("organisations_design_order", "POST", f"{_DESIGN}/order", f"{_API}:post_order"),
    Operation("organisations_design_end", "DELETE", f"{_DESIGN}/order", f"{_API}:delete_order"),
    Operation("organisations_design_turn_down", "DELETE", f"{_DESIGN}/request", f"{_API}:delete_request"),
    Operation("organisations_design_give", "PUT", f"{_DESIGN}/grant", f"{_API}:put_grant"),
    Operation("organisations_design_revoke", "DELETE", f"{_DESIGN}/grant", f"{_API}:delete_grant"),
    Operation("organisations_design_records", "GET", f"{_DESIGN}/records", f"{_API}:list_records"),
    Operation("organisations_design_proposals", "GET", _ALL, f"{_PROPOSALS}:list_all"),
    Operation("organisations_design_proposal", "GET", _ONE, f"{_PROPOSALS}:get_proposal"),
    Operation("organisations_design_count", "POST", f"{_ONE}/effect", f"{_PROPOSALS}:post_effect"),
    Operation("organisations_design_effect", "GET", f"{_ONE}/effect", f"{_PROPOSALS}:get_effect"),
    Operation("organisations_design_approve", "PUT", f"{_ONE}/approval", f"{_PROPOSALS}:put_approval"),
    Operation("organisations_design_decline", "PUT", f"{_ONE}/refusal", f"{_PROPOSALS}:put_refusal"),
)
