"""`/org/{organisationId}/people`: the people of an organisation."""

import azure.functions as func

import wiring.organisations
from domain.organisations.organisation import MemberFilter
from functions.framework.my_pages import done_in
from functions.framework.texts import N_
from functions.organisations.acting import ROLE_NAMES, opened, org_page
from functions.organisations.teams.shown import path_of

_DONE: dict[str, str] = {"saved": N_("Saved.")}
_ON_A_PAGE = 50


async def show(req: func.HttpRequest) -> func.HttpResponse:
    """A page of the people by name: one point read and one query, whatever their number."""
    person, by = await opened(req, "see_people")
    role, team = req.params.get("role", ""), req.params.get("team", "")
    teams = await wiring.organisations.teams().get(by.organisation.id)
    names = teams.names()
    wanted = MemberFilter(role=role if role in ROLE_NAMES else None, team=team if team in names else None)
    people, following = await wiring.organisations.store().members(
        by.organisation.id, wanted, _ON_A_PAGE, req.params.get("after") or None
    )
    return org_page(
        "organisations/people.html",
        person,
        by,
        people=people,
        following=following,
        wanted=wanted,
        teams=[(each.id, path_of(each, teams)) for each in teams.as_tree()],
        team_names=names,
        role_names=ROLE_NAMES,
        done=done_in(req, _DONE),
    )
