"""The part of a contact's page that tells what it said before."""

import logging
from typing import Any, Final

import wiring.relationships
from domain.relationships.contact import Contact
from domain.relationships.keys import Unreadable
from functions.framework.callers import SignedIn
from functions.framework.texts import N_
from functions.relationships.history.words import label_of_field

log = logging.getLogger("izwop.relationships")

CAUSES: Final = {
    "changed": N_("until you changed it"),
    "merged": N_("until the contacts were merged"),
    "connection": N_("until they changed it"),
}


async def values(person: SignedIn, contact: Contact) -> dict[str, Any]:
    """Past values with the labels of their fields, and why they are past; one point read."""
    try:
        history = await wiring.relationships.contacts().history(person.account_id, contact.id)
    except Unreadable:
        log.error("sealed_unreadable kind=contact-history id=%s", contact.id)  # noqa: TRY400 - no values
        return {"past": [], "causes": CAUSES, "unreadable": True}
    past = [(label_of_field(each.field), each) for each in history.past]
    return {"past": past, "causes": CAUSES, "unreadable": False}
