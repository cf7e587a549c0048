"""Who may do what in an organisation. Pages, API and tests read this one table."""

from typing import Final, Literal, get_args

from domain.base.errors import Forbidden
from domain.base.texts import N_

Role = Literal["owner", "admin", "editor", "billing", "member"]
ROLES: Final[tuple[Role, ...]] = get_args(Role)
# People come in with one of these: who is to be an owner has to be a member first.
InvitedRole = Literal["admin", "editor", "billing", "member"]
INVITED_ROLES: Final[tuple[InvitedRole, ...]] = get_args(InvitedRole)

Act = Literal[
    "see",
    "see_people",
    "change_brand",
    "send_pictures",
    "see_pictures",
    "change_company_page",
    "handle_connections",
    "change_settings",
    "prove_domains",
    "see_invitations",
    "invite",
    "change_roles",
    "remove_people",
    "change_people",
    "change_teams",
    "see_templates",
    "change_templates",
    "release_templates",
    "assign_templates",
    "change_staff_cards",
    "decide_requests",
    "see_visits",
    "order_design",
    "connect_directory",
    "see_sources",
    "connect_sources",
    "run_sources",
    "see_client_data",
    "change_client_data",
    "transfer",
    "leave",
    "close",
    "reopen",
]
ACTS: Final[tuple[Act, ...]] = get_args(Act)

_ALL: Final = frozenset(ROLES)
_LEADERS: Final[frozenset[Role]] = frozenset({"owner", "admin"})

ALLOWED: Final[dict[Act, frozenset[Role]]] = {
    "see": _ALL,
    "see_people": _ALL - {"billing"},
    "change_brand": _LEADERS | {"editor"},
    "send_pictures": _ALL,
    "see_pictures": _LEADERS | {"editor"},
    "change_company_page": _LEADERS | {"editor"},
    # They are people outside, who trusted the organisation with their names and addresses: as few as can be
    # read them, and those who answer for the organisation delete them.
    "handle_connections": _LEADERS,
    "change_settings": _LEADERS,
    "prove_domains": _LEADERS,
    "see_invitations": _LEADERS,
    "invite": _LEADERS,
    "change_roles": _LEADERS,
    "remove_people": _LEADERS,
    "change_people": _LEADERS,
    "change_teams": _LEADERS,
    "see_templates": _LEADERS | {"editor"},
    "change_templates": _LEADERS | {"editor"},
    "release_templates": _LEADERS,
    "assign_templates": _LEADERS,
    "change_staff_cards": _LEADERS,
    "decide_requests": _LEADERS,
    # Editors make the cards, and see by the numbers whether they work; a number tells of nobody.
    "see_visits": _LEADERS | {"editor"},
    "order_design": _LEADERS,
    "connect_directory": _LEADERS,
    "see_sources": _LEADERS,
    "connect_sources": _LEADERS,
    "run_sources": _LEADERS,
    "see_client_data": _LEADERS,
    "change_client_data": _LEADERS,
    "transfer": frozenset({"owner"}),
    "leave": _ALL,
    "close": frozenset({"owner"}),
    "reopen": frozenset({"owner"}),
}


class NotAllowed(Forbidden):
    """Members are told so; to everybody else the organisation looks absent."""

    code = "not_allowed"
    title = N_("Your role in this organisation does not allow that")


def may(role: Role, act: Act) -> bool:
    return role in ALLOWED[act]


def may_give(giver: Role, role: Role) -> bool:
    """Whether somebody may give this role, or take it from others: only owners make owners."""
    return may(giver, "change_roles") and (giver == "owner" or role != "owner")
