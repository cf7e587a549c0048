"""`/org/{organisationId}`: what an organisation is about today."""

import asyncio

import azure.functions as func

import wiring.organisations
import wiring.organisations.design
import wiring.organisations.domains
from domain.organisations.organisation import MemberFilter
from functions.framework.my_pages import done_in
from functions.framework.texts import N_
from functions.organisations.acting import ROLE_NAMES, opened, org_page

_DONE = {
    "made": N_("The organisation is made. Bring in your people next."),
    "reopened": N_("The organisation is back, as it was. Its people find it again in a moment."),
    "joined": N_("You are in. Welcome!"),
}
_NEWEST = 5


async def show(req: func.HttpRequest) -> func.HttpResponse:
    person, by = await opened(req, "see")
    store = wiring.organisations.store()
    seats, (leaders, _more), domains, design = await asyncio.gather(
        store.count_members(by.organisation.id),
        store.members(by.organisation.id, MemberFilter(role="owner"), _NEWEST, None),
        wiring.organisations.domains.store().get(by.organisation.id),
        wiring.organisations.design.store().get(by.organisation.id),
    )
    return org_page(
        "organisations/home.html",
        person,
        by,
        seats=seats,
        owners=leaders,
        role_names=ROLE_NAMES,
        lapsed=domains.lapsed,
        design=design,
        done=done_in(req, _DONE),
    )
