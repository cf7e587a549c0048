"""`/org/{organisationId}/teams`: the teams, and making, renaming, moving, deleting and taking back one."""

import asyncio
import secrets
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final, NamedTuple

import azure.functions as func

import wiring.organisations.teams
from domain.base.errors import InvalidInput, KeyReused, StaleVersion
from domain.base.limits import LimitReached
from domain.organisations.organisation import Acting, Creating
from domain.organisations.roles import may
from domain.organisations.teams.changing import (
    TeamVersion,
    change_team,
    delete_team,
    make_team,
    read_team,
    restore_team,
)
from domain.organisations.teams.rights import may_in
from domain.organisations.teams.team import Team, TeamContent, Teams
from functions.framework.callers import SignedIn
from functions.framework.clock import now
from functions.framework.forms import by_label, label_of, sentences, vet
from functions.framework.my_pages import creation_key, done_in, version_in
from functions.framework.replies import redirect
from functions.framework.texts import N_, _
from functions.organisations.acting import opened, org_page, sent
from functions.organisations.teams.shown import parents_for, path_of, team_page

_LABELS: Final = {"/name": N_("Name of the team"), "/parentId": N_("Part of")}
_DONE: Final = {
    "deleted": N_("The team is deleted. You can take it back for a day."),
    "saved": N_("Saved."),
}


class _Typed(NamedTuple):
    """What a form of a team says, or will say, and what is wrong with it."""

    name: str = ""
    parent_id: str = ""
    key: str = ""
    faults: Mapping[str, str] | None = None


def texts_in(form: Mapping[str, str]) -> dict[str, str]:
    name = form.get("name", "").strip()
    return by_label([(label_of("/name", _LABELS), name)] if name else [])


def _typed(form: Mapping[str, str]) -> _Typed:
    return _Typed(form.get("name", ""), form.get("parentId", ""), form.get("key", ""))


async def show(req: func.HttpRequest) -> func.HttpResponse:
    """All teams with their sizes: one point read and one query, whatever the number of people."""
    person, by = await opened(req, "see_people")
    store, org_id = wiring.organisations.teams.store(), by.organisation.id
    teams, sizes = await asyncio.gather(store.get(org_id), store.sizes(org_id))
    return org_page(
        "organisations/teams/teams.html",
        person,
        by,
        rows=[(team, teams.above(team), sizes.get(team.id, 0)) for team in teams.as_tree()],
        deleted=_restorable(teams) if may(by.member.role, "change_teams") else [],
        just_deleted=req.params.get("team", "") if req.params.get("done") == "deleted" else "",
        done=done_in(req, _DONE),
    )


def _restorable(teams: Teams) -> list[Team]:
    """The deleted teams that can be taken back, the last one first."""
    gone = [(until, team) for team in teams.teams if (until := team.restorable_until())]
    return [team for until, team in sorted(gone, key=lambda each: each[0], reverse=True) if until > now()]


async def show_new(req: func.HttpRequest) -> func.HttpResponse:
    person, by = await opened(req, "change_teams")
    teams = await wiring.organisations.teams.store().get(by.organisation.id)
    parent, key = req.params.get("parent", ""), secrets.token_urlsafe(16)
    return _new_page(person, by, teams, _Typed(parent_id=parent, key=key))


async def make(req: func.HttpRequest) -> func.HttpResponse:
    """Make the team of this form once, however often the form is sent."""
    person, by, form = await sent(req, "change_teams")
    store, typed = wiring.organisations.teams.store(), _typed(form)
    try:
        content = vet(TeamContent, {"name": typed.name, "parentId": typed.parent_id or None})
        team, _teams = await make_team(by, content, Creating(creation_key(form), now()), store=store)
    except InvalidInput as refusal:
        faults = sentences(refusal.faults, _LABELS)
    except KeyReused:
        faults = {"/name": _("This form has made a team already. Send it again to make one more")}
        typed = typed._replace(key=secrets.token_urlsafe(16))
    except LimitReached as refusal:
        faults = {"/name": _(refusal.detail)}
    else:
        return redirect(f"/org/{by.organisation.id}/teams/{team.id}?done=made")
    return _new_page(person, by, await store.get(by.organisation.id), typed._replace(faults=faults))


def _new_page(person: SignedIn, by: Acting, teams: Teams, typed: _Typed) -> func.HttpResponse:
    return org_page(
        "organisations/teams/new.html",
        person,
        by,
        status=422 if typed.faults else 200,
        typed=typed,
        parents=parents_for(None, teams),
        key=typed.key,
        faults=typed.faults or {},
    )


async def show_settings(req: func.HttpRequest) -> func.HttpResponse:
    person, by = await opened(req, "see_people")
    store = wiring.organisations.teams.store()
    of = await read_team(by, "rename_team", req.route_params["teamId"], store=store)
    typed = _Typed(of[0].name, of[0].parent_id or "")
    return _settings_page(person, by, of, typed, HTTPStatus.OK)


async def save(req: func.HttpRequest) -> func.HttpResponse:
    person, by, form = await sent(req, "see_people")
    store, typed, status = wiring.organisations.teams.store(), _typed(form), HTTPStatus.UNPROCESSABLE_ENTITY
    team, teams = await read_team(by, "rename_team", req.route_params["teamId"], store=store)
    if not may_in(by, "move_team", team, teams):
        typed = typed._replace(parent_id=team.parent_id or "")
    try:
        content = vet(TeamContent, {"name": typed.name, "parentId": typed.parent_id or None})
        of, settle = TeamVersion(by, team.id, version_in(form)), wiring.organisations.settle
        await change_team(of, content, now=now(), store=store, settle=settle)
    except InvalidInput as refusal:
        faults = sentences(refusal.faults, _LABELS)
    except StaleVersion:
        faults = {
            "/name": _(
                "It was changed somewhere else meanwhile. Save again to replace that with what is below"
            )
        }
        status = HTTPStatus.PRECONDITION_FAILED
    else:
        return redirect(f"/org/{by.organisation.id}/teams/{team.id}?done=saved")
    return _settings_page(person, by, (team, teams), typed._replace(faults=faults), status)


def _settings_page(
    person: SignedIn, by: Acting, of: tuple[Team, Teams], typed: _Typed, status: HTTPStatus
) -> func.HttpResponse:
    team, teams = of
    return team_page(
        "settings.html",
        person,
        by,
        of,
        status=status,
        typed=typed,
        path=path_of(team, teams),
        parents=parents_for(team, teams),
        has_sub_teams=bool(teams.below(team.id)),
        faults=typed.faults or {},
    )


async def delete(req: func.HttpRequest) -> func.HttpResponse:
    _person, by, form = await sent(req, "change_teams")
    of = TeamVersion(by, req.route_params["teamId"], version_in(form))
    store, settle = wiring.organisations.teams.store(), wiring.organisations.settle
    team = await delete_team(of, now=now(), store=store, settle=settle)
    return redirect(f"/org/{by.organisation.id}/teams?done=deleted&team={team.id}")


async def restore(req: func.HttpRequest) -> func.HttpResponse:
    _person, by, form = await sent(req, "change_teams")
    of = TeamVersion(by, req.route_params["teamId"], version_in(form))
    team, _teams = await restore_team(of, now=now(), store=wiring.organisations.teams.store())
    return redirect(f"/org/{by.organisation.id}/teams/{team.id}?done=restored")
