"""Who may do what about one team. Pages, API and tests read this one table."""

from typing import Final, Literal, get_args

from domain.organisations.organisation import Acting
from domain.organisations.roles import NotAllowed, may
from domain.organisations.teams.team import Team, Teams

# Somebody whose role may change every team, an admin of this team or of one above it, or another colleague.
Standing = Literal["leader", "team_admin", "colleague"]
TeamAct = Literal[
    "see_team", "rename_team", "change_people", "change_admins", "take_out_admin", "move_team", "delete_team"
]
TEAM_ACTS: Final[tuple[TeamAct, ...]] = get_args(TeamAct)

_LEADERS: Final[frozenset[Standing]] = frozenset({"leader"})
_ADMINS: Final[frozenset[Standing]] = frozenset({"leader", "team_admin"})

TEAM_ALLOWED: Final[dict[TeamAct, frozenset[Standing]]] = {
    "see_team": frozenset(get_args(Standing)),
    "rename_team": _ADMINS,
    "change_people": _ADMINS,
    "change_admins": _LEADERS,
    "take_out_admin": _LEADERS,
    "move_team": _LEADERS,
    "delete_team": _LEADERS,
}


def standing(by: Acting, team: Team, teams: Teams) -> Standing:
    if may(by.member.role, "change_teams"):
        return "leader"
    administered = {team.id, *(each.id for each in teams.above(team))} & set(by.member.administers)
    return "team_admin" if administered else "colleague"


def may_in(by: Acting, act: TeamAct, team: Team, teams: Teams) -> bool:
    return standing(by, team, teams) in TEAM_ALLOWED[act]


def found_team(by: Acting, act: TeamAct, team_id: str, teams: Teams) -> Team:
    """The team, if there is one and the person may do that to it."""
    team = teams.find(team_id)
    if not may_in(by, act, team, teams):
        raise NotAllowed
    return team
