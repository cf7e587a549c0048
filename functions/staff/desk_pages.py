"""`/staff`: orders of designs, asking for access, and the templates of an organisation that gave it."""

import asyncio
from typing import Final

import azure.functions as func

import wiring.organisations.design
import wiring.organisations.templates
from domain.base.errors import NotFound
from domain.organisations.design.access import (
    AccessPorts,
    AtDesk,
    OrderTaken,
    ask_access,
    at_desk,
    give_up,
    note_look,
)
from domain.organisations.design.design import live_grant
from domain.organisations.design.desk import NOBODY
from functions.framework.clock import now
from functions.framework.my_pages import done_in
from functions.framework.replies import redirect
from functions.framework.texts import N_
from functions.organisations.design.pages import moment_now
from functions.organisations.design.shown import rule_rows, specimen
from functions.staff.acting import designer_and_form, designer_of, named, opened, staff_page, work_page

_ON_A_PAGE: Final = 20
_DONE: Final = {
    "asked": N_("You asked for access. The organisation gives it, or not."),
    "taken": N_("Another designer has taken this order."),
    "given-up": N_("You gave the order back. You have no access any more."),
}


async def show(req: func.HttpRequest) -> func.HttpResponse:
    person = await designer_of(req)
    ports = wiring.organisations.design.access()
    (mine, more), (waiting, following) = await asyncio.gather(
        _page(person.account_id, req.params.get("mine"), ports),
        _page(NOBODY, req.params.get("cursor"), ports),
    )
    return staff_page(
        "staff/desk.html",
        person,
        mine=[(each, live_grant(each.design, each.organisation, now())) for each in mine],
        more=more,
        waiting=waiting,
        following=following,
        done=done_in(req, _DONE),
    )


async def _page(holder: str, cursor: str | None, ports: AccessPorts) -> tuple[list[AtDesk], str | None]:
    """A page of the orders that this designer, or nobody, has taken; the newest first."""
    listings, following = await ports.desk.page(holder, _ON_A_PAGE, cursor or None)
    found = await asyncio.gather(*(at_desk(each, ports=ports) for each in listings))
    return [each for each in found if each is not None], following


async def ask(req: func.HttpRequest) -> func.HttpResponse:
    person, _form = await designer_and_form(req)
    org_id, done = req.route_params["organisationId"], "asked"
    try:
        await ask_access(
            org_id, await named(person), moment=moment_now(), ports=wiring.organisations.design.access()
        )
    except OrderTaken:
        done = "taken"
    return redirect(f"/staff?done={done}")


async def hand_back(req: func.HttpRequest) -> func.HttpResponse:
    person, _form = await designer_and_form(req)
    org_id, ports = req.route_params["organisationId"], wiring.organisations.design.access()
    await give_up(org_id, await named(person), moment=moment_now(), ports=ports)
    return redirect("/staff?done=given-up")


async def show_organisation(req: func.HttpRequest) -> func.HttpResponse:
    """The names of the templates of an organisation, and what was proposed."""
    work = await opened(req)
    org_id, store = work.by.organisation.id, wiring.organisations.design.store()
    await note_look(work.by, "looked", moment_now(), designs=store)
    return work_page(
        "staff/organisation.html",
        work,
        templates=await wiring.organisations.templates.store().all(org_id),
        proposals=await wiring.organisations.design.proposals().all(org_id),
    )


async def show_template(req: func.HttpRequest) -> func.HttpResponse:
    """What a template says, with the card of the specimen."""
    work = await opened(req)
    found = await wiring.organisations.templates.store().get(
        work.by.organisation.id, req.route_params["templateId"]
    )
    if found is None:
        raise NotFound
    store = wiring.organisations.design.store()
    await note_look(
        work.by, "template_seen", moment_now(), designs=store, about=found.draft.name, template_id=found.id
    )
    return work_page(
        "staff/template.html",
        work,
        tpl=found,
        rules=[(label, text) for label, _none, text in rule_rows(None, found.draft)],
        specimen=await specimen(work.by.organisation.id, found.draft),
    )
