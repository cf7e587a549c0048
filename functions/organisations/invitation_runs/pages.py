"""`/org/{organisationId}/invitation-runs`: invite those who have not joined."""

import secrets
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

import azure.functions as func

import wiring.organisations
import wiring.organisations.invitations
import wiring.organisations.teams
from domain.base.errors import Conflict, InvalidInput, KeyReused, NotFound
from domain.base.limits import RUN_INVITATIONS
from domain.organisations.invitation_runs.run import (
    Run,
    RunVersion,
    Whom,
    begin_run,
    cancel_run,
    read_run,
    start_sending,
)
from domain.organisations.invitations.invitation import VALID_FOR
from domain.organisations.organisation import Acting, Creating
from functions.framework.callers import SignedIn
from functions.framework.clock import now
from functions.framework.forms import sentences, vet
from functions.framework.my_pages import creation_key, version_in
from functions.framework.replies import redirect
from functions.framework.texts import N_, _, language
from functions.operations.forms import change_said
from functions.organisations.acting import opened, org_page, sent
from functions.organisations.staged import change_work_of, started, work_of
from functions.organisations.teams.shown import path_of

_LISTED: Final = 20
_TEAM: Final = "/teamId"
_LABELS: Final = {_TEAM: N_("Whom to invite"), "/importId": N_("The import")}
STAGES: Final = {
    "counting": (N_("Being counted"), "wait"),
    "ready": (N_("Waits for you"), "wait"),
    "sending": (N_("Being invited"), "wait"),
    "done": (N_("Done"), "good"),
    "cancelled": (N_("Given up"), ""),
}
_WHY: Final = {
    "invited": N_("Has an invitation that is still valid"),
    "gone": N_("Is no longer in the organisation"),
    "limit": N_("The limit was reached"),
}


async def show(req: func.HttpRequest) -> func.HttpResponse:
    person, by = await opened(req, "see_invitations")
    form = {"teamId": req.params.get("team", ""), "key": secrets.token_urlsafe(16)}
    return await _start_page(person, by, form)


async def begin(req: func.HttpRequest) -> func.HttpResponse:
    """Begin to count, once, however often the form is sent."""
    person, by, form = await sent(req, "invite")
    try:
        asked = {name: form[name] for name in ("teamId", "importId") if form.get(name)}
        run = await begin_run(
            by,
            vet(Whom, asked),
            Creating(creation_key(form), now()),
            language=language(),
            runs=wiring.organisations.invitations.runs(),
            people=wiring.organisations.invitations.whom(),
        )
    except InvalidInput as refusal:
        # The page has one choice, of the team; an import is chosen on its own page.
        [fault, *_others] = sentences(refusal.faults, _LABELS).values()
        return await _start_page(person, by, form, {_TEAM: fault})
    except KeyReused:
        told = _("This form has begun another count already. Send it again")
        return await _start_page(person, by, form | {"key": secrets.token_urlsafe(16)}, {_TEAM: told})
    await started(run, now())
    return redirect(_at(by, run))


def _at(by: Acting, run: Run) -> str:
    return f"/org/{by.organisation.id}/invitation-runs/{run.id}"


async def _start_page(
    person: SignedIn, by: Acting, form: Mapping[str, str], faults: Mapping[str, str] | None = None
) -> func.HttpResponse:
    org_id = by.organisation.id
    teams = await wiring.organisations.teams.store().get(org_id)
    found, _more = await wiring.organisations.invitations.runs().latest(org_id, _LISTED, None)
    return org_page(
        "organisations/invitation_runs/runs.html",
        person,
        by,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK,
        teams=[(each.id, path_of(each, teams)) for each in teams.as_tree()],
        team=form.get("teamId", ""),
        key=form.get("key", ""),
        runs=[(each, _of(each, teams.names()), *STAGES[each.stage]) for each in found],
        faults=faults or {},
    )


def _of(run: Run, teams: Mapping[str, str]) -> str:
    """Whom a run is for, in words."""
    if run.whom.team_id is not None:
        return _("Team: %(name)s", name=teams.get(run.whom.team_id, _("a team that is deleted")))
    return _("The people of an import") if run.whom.import_id else _("Everybody")


async def show_one(req: func.HttpRequest) -> func.HttpResponse:
    person, by = await opened(req, "see_invitations")
    return await _page(person, by, await _found(req, by))


async def _found(req: func.HttpRequest, by: Acting) -> Run:
    return await read_run(by, req.route_params["runId"], runs=wiring.organisations.invitations.runs())


async def change(req: func.HttpRequest) -> func.HttpResponse:
    """What a button of the page says: pause, resume, cancel, invite, or give up."""
    person, by, form = await sent(req, "invite")
    then, run = form.get("then", ""), await _found(req, by)
    if (wanted := change_said(then)) is not None:
        if run.is_busy:  # what has ended meanwhile is shown as it is
            await change_work_of(run, wanted, now())
        return redirect(_at(by, run))
    step = {"send": start_sending, "forget": cancel_run}.get(then)
    if step is None:
        raise NotFound
    of, store = RunVersion(run.id, version_in(form)), wiring.organisations.invitations.runs()
    try:
        run = await step(by, of, now=now(), runs=store)
    except Conflict as refusal:
        fault = {"/run": _(refusal.detail)}
        return await _page(person, by, run, faults=fault, status=HTTPStatus.CONFLICT)
    await started(run, now())
    return redirect(_at(by, run))


async def _page(
    person: SignedIn,
    by: Acting,
    run: Run,
    *,
    faults: Mapping[str, str] | None = None,
    status: HTTPStatus = HTTPStatus.OK,
) -> func.HttpResponse:
    org_id = by.organisation.id
    teams = await wiring.organisations.teams.store().get(org_id)
    ids = [each.member_id for each in run.left_out]
    people = await wiring.organisations.store().find_members(org_id, ids) if ids else []
    names = {each.id: each.name for each in people}
    return org_page(
        "organisations/invitation_runs/run.html",
        person,
        by,
        status=status,
        run=run,
        work=await work_of(run),
        whom=_of(run, teams.names()),
        left_out=[
            (names[each.member_id], each.member_id, _(_WHY[each.why]))
            for each in run.left_out
            if each.member_id in names
        ],
        days=VALID_FOR.days,
        most=f"{RUN_INVITATIONS.most:,}".replace(",", "\N{NARROW NO-BREAK SPACE}"),
        faults=faults or {},
    )
