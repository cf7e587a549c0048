"""`/org/{organisationId}/template-assignments`: which template the cards of whom follow."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

import azure.functions as func

import wiring.operations
import wiring.organisations.assignments
import wiring.organisations.teams
import wiring.organisations.templates
from domain.base.errors import Fault, InvalidInput, StaleVersion
from domain.organisations.organisation import Acting
from domain.organisations.roles import may
from domain.organisations.staff_cards.assign_effects import read_effect, start_counting
from domain.organisations.staff_cards.effects import NotCounted
from domain.organisations.teams.team import Teams
from domain.organisations.templates.assigning import (
    AssignmentContent,
    NothingToAssign,
    change_assignments,
    put_in_force,
)
from functions.framework.callers import SignedIn
from functions.framework.clock import now
from functions.framework.forms import vet
from functions.framework.my_pages import done_in, version_in
from functions.framework.replies import redirect
from functions.framework.texts import N_, _
from functions.organisations.acting import opened, org_page, sent
from functions.organisations.teams.shown import path_of

_DONE: Final = {
    "saved": N_("Saved. No card has changed yet."),
    "in-force": N_("The draft is in force. The cards that get another template are being changed."),
}
# Behind all places that somebody typed.
_LAST: Final = 10_000


def _form_of(content: AssignmentContent) -> dict[str, str]:
    form = {"default": content.default or "", "cards-for-new": "1" if content.cards_for_new else ""}
    for place, each in enumerate(content.teams, 1):
        form |= {f"team-{each.team_id}": each.template_id, f"place-{each.team_id}": str(place)}
    return form


def _values_in(form: Mapping[str, str], teams: Teams) -> dict[str, Any]:
    """The input that a form says: teams in the order of their places, those without one last."""
    assigned = [team.id for team in teams.as_tree() if form.get(f"team-{team.id}")]

    def place(team_id: str) -> int:
        typed = form.get(f"place-{team_id}", "").strip()
        return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 5 else _LAST  # noqa: PLR2004

    return {
        "teams": [
            {"teamId": team_id, "templateId": form[f"team-{team_id}"]}
            for team_id in sorted(assigned, key=place)
        ],
        "default": form.get("default") or None,
        "cardsForNew": form.get("cards-for-new") == "1",
    }


def _sentences(faults: list[Fault], values: Mapping[str, Any], teams: Teams) -> dict[str, str]:
    """A sentence for each input with a fault, by the pointer of the input."""
    found: dict[str, str] = {}
    for fault in faults:
        step = fault.field.split("/")
        at, label = "/default", _("Everybody else")
        if step[1] == "teams" and len(step) > 2:  # noqa: PLR2004 - a pointer into the list
            team_id = values["teams"][int(step[2])]["teamId"]
            at, label = f"/team-{team_id}", path_of(teams.find(team_id), teams)
        found.setdefault(at, f"{label}: {_(fault.detail)}")
    return found


async def show(req: func.HttpRequest) -> func.HttpResponse:
    """Two point reads and one query of the templates, however many people there are."""
    person, by = await opened(req, "see_templates")
    assignments = await wiring.organisations.assignments.store().get(by.organisation.id)
    return await _page(person, by, _form_of(assignments.draft), done=done_in(req, _DONE))


async def save(req: func.HttpRequest) -> func.HttpResponse:
    person, by, form = await sent(req, "assign_templates")
    store = wiring.organisations.teams.store()
    teams, status = await store.get(by.organisation.id), HTTPStatus.UNPROCESSABLE_ENTITY
    values = _values_in(form, teams)
    try:
        await change_assignments(
            by,
            vet(AssignmentContent, values),
            version=version_in(form),
            now=now(),
            store=wiring.organisations.assignments.store(),
            teams=store,
            templates=wiring.organisations.templates.store(),
        )
    except InvalidInput as refusal:
        faults = _sentences(list(refusal.faults), values, teams)
    except StaleVersion:
        again = _("It was changed somewhere else meanwhile. Save again to replace that with what is below")
        faults, status = {"/default": again}, HTTPStatus.PRECONDITION_FAILED
    else:
        return redirect(f"/org/{by.organisation.id}/template-assignments?done=saved")
    return await _page(person, by, form, status=status, faults=faults)


async def _page(person: SignedIn, by: Acting, typed: Mapping[str, str], **values: Any) -> func.HttpResponse:
    org_id = by.organisation.id
    teams = await wiring.organisations.teams.store().get(org_id)
    templates = await wiring.organisations.templates.store().all(org_id)
    assignments = await wiring.organisations.assignments.store().get(org_id)
    return org_page(
        "organisations/templates/assignments.html",
        person,
        by,
        **{"faults": {}, "done": None, **values},
        assignments=assignments,
        differs=assignments.draft != assignments.in_force,
        typed=typed,
        teams=[(team.id, path_of(team, teams)) for team in teams.as_tree()],
        templates=[(each.id, each.draft.name) for each in templates if each.number],
        can_change=may(by.member.role, "assign_templates"),
    )


async def count_effect(req: func.HttpRequest) -> func.HttpResponse:
    _person, by, form = await sent(req, "assign_templates")
    store, works = wiring.organisations.assignments.store(), wiring.operations.works()
    queue = wiring.operations.work_queue()
    await start_counting(by, version_in(form), now(), store=store, works=works, queue=queue)
    return redirect(f"/org/{by.organisation.id}/template-assignments/effect")


async def show_effect(req: func.HttpRequest) -> func.HttpResponse:
    """What putting the draft in force would change, as far as it is counted."""
    person, by = await opened(req, "see_templates")
    store = wiring.organisations.assignments.store()
    assignments = await store.get(by.organisation.id)
    try:
        effect = await read_effect(assignments, effects=store)
    except NotCounted:
        effect = None
    found = await wiring.organisations.templates.store().all(by.organisation.id)
    names = {each.id: each.draft.name for each in found}
    return org_page(
        "organisations/templates/assignment_effect.html",
        person,
        by,
        assignments=assignments,
        differs=assignments.draft != assignments.in_force,
        effect=effect,
        rows=[(names.get(each, each), number) for each, number in effect.templates.items()] if effect else [],
    )


async def put_draft_in_force(req: func.HttpRequest) -> func.HttpResponse:
    person, by, form = await sent(req, "assign_templates")
    store, settle = wiring.organisations.assignments.store(), wiring.organisations.settle
    try:
        await put_in_force(by, version=version_in(form), now=now(), store=store, settle=settle)
    except NothingToAssign as refusal:
        assignments = await store.get(by.organisation.id)
        faults = {"/default": _(refusal.detail)}
        return await _page(person, by, _form_of(assignments.draft), status=HTTPStatus.CONFLICT, faults=faults)
    return redirect(f"/org/{by.organisation.id}/template-assignments?done=in-force")
