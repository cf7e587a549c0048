"""`/my/requests`: who waits for an answer, who was asked, who is connected, who is blocked."""

from typing import Final

import azure.functions as func

import wiring.connections
from domain.connections.link import State
from functions.connections.shown import rows_of
from functions.framework.my_pages import done_in, my_page, person_of
from functions.framework.texts import N_

_PAGE_OF_LINKS: Final = 25
SHOWN: Final[tuple[State, ...]] = ("waiting", "asked", "connected", "blocked")
# Messages after a redirect, by the value of `done` in the query.
DONE: Final = {
    "asked": N_("You have asked to connect. You are told here when they accept."),
    "declined": N_("Declined. They are not told, and you do not hear of them again for 30 days."),
    "withdrawn": N_("Withdrawn. They do not see your request any more."),
    "disconnected": N_("You are not connected any more. What you wrote about them stays with you."),
    "blocked": N_("Blocked. They are not told."),
    "unblocked": N_("Unblocked. They can ask you again."),
}


async def show(req: func.HttpRequest) -> func.HttpResponse:
    """One query for a page of the list, and a point read or two for each card that it shows."""
    person = await person_of(req)
    asked = req.params.get("show", "")
    shown: State = next((state for state in SHOWN if state == asked), "waiting")
    found, following = await wiring.connections.links().page(
        person.account_id, shown, _PAGE_OF_LINKS, req.params.get("cursor") or None
    )
    return my_page(
        "connections/requests.html",
        person,
        shown=shown,
        rows=await rows_of(found),
        following=following,
        done=done_in(req, DONE),
    )
