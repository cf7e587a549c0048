"""The people of a company or institution: the first ones on its page, all of them on a page of their own."""

from typing import Any, Final

import azure.functions as func

import wiring.relationships
from domain.relationships.contact import Contact
from functions.framework.callers import SignedIn
from functions.framework.my_pages import my_page, person_of
from functions.relationships.contact_pages import contact_of

_FIRST: Final = 10
_PAGE: Final = 50


async def section(person: SignedIn, contact: Contact) -> dict[str, Any]:
    if contact.content.kind != "entity":
        return {"people": [], "more": False}
    found, following = await wiring.relationships.contacts().people_of(
        person.account_id, contact.id, _FIRST, None
    )
    return {"people": found, "more": following is not None}


async def show(req: func.HttpRequest) -> func.HttpResponse:
    person = await person_of(req)
    contact = await contact_of(req, person)
    people, following = await wiring.relationships.contacts().people_of(
        person.account_id, contact.id, _PAGE, req.params.get("cursor") or None
    )
    return my_page(
        "relationships/people/people.html", person, contact=contact, people=people, following=following
    )
