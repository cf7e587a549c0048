"""`/my/connections/{connectionId}`: one connection or request, and what can be done about it."""

from typing import TYPE_CHECKING, Final

import azure.functions as func

import wiring.connections
from domain.base.errors import InvalidInput
from domain.connections.answering import Act, LinkVersion, answer, choose_contact, read_link
from domain.connections.link import Link
from domain.visibility.view import CardView
from functions.connections.shown import before, looked_at
from functions.framework.callers import SignedIn
from functions.framework.clock import now
from functions.framework.forms import sentences
from functions.framework.my_pages import done_in, my_page, person_and_form, person_of, version_in
from functions.framework.replies import redirect
from functions.framework.texts import N_, _

if TYPE_CHECKING:
    from domain.relationships.contact import Contact

# Contacts of the same name that are offered for a connection.
_MOST_OFFERED: Final = 5
_LABELS: Final = {"/contactId": N_("Contact")}
_DONE: Final = {
    "connected": N_("You are connected. Each of you sees what the other shows to connections."),
    "kept": N_("The contact is in your address book."),
}
_SAID: Final = {
    "asked": N_("You have asked. They have not answered yet."),
    "waiting": N_("Waits for your answer"),
    "connected": N_("Connected"),
    "blocked": N_("Blocked"),
    "declined": N_("Declined"),
    "ended": N_("Not connected"),
}


async def show(req: func.HttpRequest) -> func.HttpResponse:
    return await _page(req, await person_of(req))


async def accept(req: func.HttpRequest) -> func.HttpResponse:
    person, form = await person_and_form(req)
    try:
        await _do(req, person, form, "accept", form.get("contactId") or None)
    except InvalidInput as refusal:
        return await _page(req, person, sentences(refusal.faults, _LABELS))
    return redirect(f"/my/connections/{req.route_params['connectionId']}?done=connected")


async def decline(req: func.HttpRequest) -> func.HttpResponse:
    return await _done(req, "decline", "/my/requests?done=declined")


async def withdraw(req: func.HttpRequest) -> func.HttpResponse:
    return await _done(req, "withdraw", "/my/requests?show=asked&done=withdrawn")


async def disconnect(req: func.HttpRequest) -> func.HttpResponse:
    return await _done(req, "disconnect", "/my/requests?show=connected&done=disconnected")


async def block(req: func.HttpRequest) -> func.HttpResponse:
    return await _done(req, "block", "/my/requests?show=blocked&done=blocked")


async def unblock(req: func.HttpRequest) -> func.HttpResponse:
    return await _done(req, "unblock", "/my/requests?show=blocked&done=unblocked")


async def choose(req: func.HttpRequest) -> func.HttpResponse:
    """Keep the connection with the chosen contact, or with a new one."""
    person, form = await person_and_form(req)
    of = _version(req, person, form)
    ports = wiring.connections.ports()
    try:
        await choose_contact(of, form.get("contactId") or None, now=now(), ports=ports)
    except InvalidInput as refusal:
        return await _page(req, person, sentences(refusal.faults, _LABELS))
    return redirect(f"/my/connections/{of.link_id}?done=kept")


async def _done(req: func.HttpRequest, act: Act, place: str) -> func.HttpResponse:
    person, form = await person_and_form(req)
    await _do(req, person, form, act)
    return redirect(place)


async def _do(
    req: func.HttpRequest, person: SignedIn, form: dict[str, str], act: Act, contact_id: str | None = None
) -> Link:
    ports = wiring.connections.ports()
    return await answer(_version(req, person, form), act, contact_id=contact_id, now=now(), ports=ports)


def _version(req: func.HttpRequest, person: SignedIn, form: dict[str, str]) -> LinkVersion:
    return LinkVersion(person.account_id, req.route_params["connectionId"], version_in(form))


async def _page(
    req: func.HttpRequest, person: SignedIn, faults: dict[str, str] | None = None
) -> func.HttpResponse:
    ports = wiring.connections.ports()
    link = await read_link(person.account_id, req.route_params["connectionId"], links=ports.links)
    view, kept = await looked_at(link)
    contact = kept and await ports.book.contacts.get(person.account_id, kept.contact_id)
    asks = link.state in ("waiting", "connected") and contact is None
    return my_page(
        "connections/connection.html",
        person,
        status=422 if faults else 200,
        link=link,
        view=view,
        before=before(kept),
        contact=contact or None,
        offered=await _offered(person, view) if asks else [],
        said=_(_SAID[link.state]),
        done=done_in(req, _DONE),
        faults=faults or {},
    )


async def _offered(person: SignedIn, view: CardView | None) -> "list[Contact]":
    """Contacts of the same name, from which the person may choose; none is ever taken for them."""
    if view is None:
        return []
    ids = await wiring.connections.links().called(person.account_id, view.content.name, _MOST_OFFERED)
    return await wiring.connections.ports().book.contacts.find(person.account_id, ids)
