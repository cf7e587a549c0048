"""`/org/{organisationId}/leaving`: what becomes of the cards of those who leave."""

from http import HTTPStatus
from typing import Final

import azure.functions as func

import wiring.organisations.leaving
from domain.base.errors import StaleVersion
from domain.cards.card import StaffSuccessor
from domain.organisations.organisation import Acting
from domain.organisations.staff_cards.successors import change_rule
from functions.framework.callers import SignedIn
from functions.framework.my_pages import done_in, version_in
from functions.framework.replies import redirect
from functions.framework.texts import N_, _
from functions.organisations.acting import opened, org_page, sent
from functions.organisations.leaving.choosing import Choice, NotChosen, chosen_in, shown

_DONE: Final = {"saved": N_("Saved. It holds for those who leave from now on.")}


async def show(req: func.HttpRequest) -> func.HttpResponse:
    person, by = await opened(req, "change_settings")
    rule = await wiring.organisations.leaving.rules().get(by.organisation.id)
    return _page(person, by, await shown(by, rule.successor), rule.version, done=done_in(req, _DONE))


async def save(req: func.HttpRequest) -> func.HttpResponse:
    person, by, form = await sent(req, "change_settings")
    try:
        successor = await chosen_in(form, by) or StaffSuccessor()
        ports = wiring.organisations.leaving.choosing()
        await change_rule(by, successor, version=version_in(form), ports=ports)
    except NotChosen as refusal:
        return _page(person, by, refusal.choice, version_in(form), refusal.faults)
    except StaleVersion:
        rule = await wiring.organisations.leaving.rules().get(by.organisation.id)
        said = {"/to": _("It was changed somewhere else meanwhile. Save again to replace that")}
        status = HTTPStatus.PRECONDITION_FAILED
        return _page(person, by, await shown(by, successor), rule.version, said, status=status)
    return redirect(f"/org/{by.organisation.id}/leaving?done=saved")


def _page(
    person: SignedIn,
    by: Acting,
    choice: Choice,
    version: int,
    faults: dict[str, str] | None = None,
    *,
    status: int = HTTPStatus.UNPROCESSABLE_ENTITY,
    done: str | None = None,
) -> func.HttpResponse:
    return org_page(
        "organisations/leaving/rule.html",
        person,
        by,
        status=status if faults else HTTPStatus.OK,
        choice=choice,
        version=version,
        faults=faults or {},
        done=done,
    )
