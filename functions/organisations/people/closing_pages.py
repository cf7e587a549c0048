"""`/org/{organisationId}/close`: an owner closes the organisation, and takes it back."""

from collections.abc import Mapping
from datetime import timedelta
from http import HTTPStatus

import azure.functions as func

import wiring.organisations
from domain.base.folding import fold
from domain.base.limits import UNDO_TIME
from domain.organisations.closing import close_organisation, reopen_organisation
from domain.organisations.organisation import Acting
from functions.framework.callers import SignedIn, require_fresh
from functions.framework.clock import now
from functions.framework.forms import by_label, label_of
from functions.framework.my_pages import person_and_form, version_in
from functions.framework.replies import redirect
from functions.framework.texts import N_, _
from functions.organisations.acting import opened, org_page, sent

_LABELS = {"/name": N_("Name of the organisation")}


def texts_in(form: Mapping[str, str]) -> dict[str, str]:
    name = form.get("name", "").strip()
    return by_label([(label_of("/name", _LABELS), name)] if name else [])


async def ask(req: func.HttpRequest) -> func.HttpResponse:
    """The page that asks before an organisation is closed."""
    person, by = await opened(req, "close")
    return _page(person, by)


async def close(req: func.HttpRequest) -> func.HttpResponse:
    person, by, form = await sent(req, "close")
    name = form.get("name", "")
    if fold(name) != fold(by.organisation.name):
        fault = _("This is not the name of the organisation. Write it as it stands above")
        return _page(person, by, name, {"/name": fault})
    require_fresh(person, N_("Close the organisation"))
    ports = wiring.organisations.people()
    await close_organisation(by, version=version_in(form), now=now(), ports=ports)
    return redirect("/my/account?done=organisation-closed#organisations")


async def reopen(req: func.HttpRequest) -> func.HttpResponse:
    person, form = await person_and_form(req)
    org_id = req.route_params["organisationId"]
    opened_again = await reopen_organisation(
        org_id,
        person.account_id,
        version=version_in(form),
        now=now(),
        ports=wiring.organisations.people(),
    )
    return redirect(f"/org/{opened_again.id}?done=reopened")


def _page(
    person: SignedIn, by: Acting, name: str = "", faults: dict[str, str] | None = None
) -> func.HttpResponse:
    return org_page(
        "organisations/people/close.html",
        person,
        by,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK,
        name=name,
        faults=faults or {},
        hours=UNDO_TIME // timedelta(hours=1),
    )
