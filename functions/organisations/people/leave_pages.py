"""`/org/{organisationId}/leave`: somebody leaves their organisation."""

from http import HTTPStatus

import azure.functions as func

import wiring.organisations
from domain.base.errors import Conflict
from domain.organisations.organisation import Acting
from domain.organisations.people import leave
from functions.framework.callers import SignedIn
from functions.framework.clock import now
from functions.framework.my_pages import version_in
from functions.framework.replies import redirect
from functions.framework.texts import _
from functions.organisations.acting import opened, org_page, sent


async def ask(req: func.HttpRequest) -> func.HttpResponse:
    """The page that asks before somebody leaves, and says what stays theirs."""
    person, by = await opened(req, "leave")
    return _page(person, by)


async def go(req: func.HttpRequest) -> func.HttpResponse:
    person, by, form = await sent(req, "leave")
    try:
        await leave(by, version_in(form), now=now(), ports=wiring.organisations.people())
    except Conflict as refusal:
        return _page(person, by, _(refusal.detail))
    return redirect("/my/account?done=organisation-left#organisations")


def _page(person: SignedIn, by: Acting, fault: str | None = None) -> func.HttpResponse:
    alone = by.member.role == "owner" and by.organisation.owners == [by.member.id]
    return org_page(
        "organisations/people/leave.html",
        person,
        by,
        status=HTTPStatus.CONFLICT if fault else HTTPStatus.OK,
        alone=alone,
        fault=fault,
    )
