"""`/org/{organisationId}/people/{memberId}/ownership`: somebody else becomes the owner."""

from http import HTTPStatus

import azure.functions as func

import wiring.organisations
from domain.base.errors import Conflict
from domain.organisations.organisation import Acting
from domain.organisations.people import MemberVersion, read_member, transfer
from functions.framework.callers import SignedIn, require_fresh
from functions.framework.clock import now
from functions.framework.my_pages import version_in
from functions.framework.replies import redirect
from functions.framework.texts import N_, _
from functions.organisations.acting import opened, org_page, sent


async def ask(req: func.HttpRequest) -> func.HttpResponse:
    """The page that asks before an owner names another in their place."""
    person, by = await opened(req, "transfer")
    return await _page(req, person, by)


async def transfer_to(req: func.HttpRequest) -> func.HttpResponse:
    person, by, form = await sent(req, "transfer")
    require_fresh(person, N_("Name another owner"))
    of = MemberVersion(req.route_params["memberId"], version_in(form))
    try:
        heir = await transfer(by, of, now=now(), ports=wiring.organisations.people())
    except Conflict as refusal:
        return await _page(req, person, by, _(refusal.detail))
    return redirect(f"/org/{by.organisation.id}/people/{heir.id}?done=transferred")


async def _page(
    req: func.HttpRequest, person: SignedIn, by: Acting, fault: str | None = None
) -> func.HttpResponse:
    store = wiring.organisations.store()
    return org_page(
        "organisations/people/ownership.html",
        person,
        by,
        status=HTTPStatus.CONFLICT if fault else HTTPStatus.OK,
        them=await read_member(by, req.route_params["memberId"], organisations=store),
        fault=fault,
    )
