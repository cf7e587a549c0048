"""What the pages of teams say about a team, and the page of one with what the person may do there."""

from typing import Any

import azure.functions as func

from domain.organisations.organisation import Acting
from domain.organisations.teams.rights import TeamAct, may_in
from domain.organisations.teams.team import DEEPEST, Team, Teams
from functions.framework.callers import SignedIn
from functions.organisations.acting import org_page


def path_of(team: Team, teams: Teams) -> str:
    """The team after those that it belongs to: `Sales / Nordic`."""
    return " / ".join(each.name for each in [*teams.above(team), team])


def parents_for(team: Team | None, teams: Teams) -> list[tuple[str, str]]:
    """Teams below which a new one, or this one, may stand, with what each is called."""
    height = teams.height(team.id) if team else 1
    return [
        (each.id, path_of(each, teams))
        for each in teams.as_tree()
        if len(path := [*teams.above(each), each]) + height <= DEEPEST and team not in path
    ]


def team_page(
    template: str, person: SignedIn, by: Acting, of: tuple[Team, Teams], **values: Any
) -> func.HttpResponse:
    team, teams = of

    def can(act: TeamAct) -> bool:
        return may_in(by, act, team, teams)

    return org_page(
        f"organisations/teams/{template}", person, by, team=team, above=teams.above(team), can=can, **values
    )
