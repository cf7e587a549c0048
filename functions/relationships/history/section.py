"""The part of a contact's page that tells what it said before."""

from typing import Any, Final

import wiring.relationships
from domain.relationships.contact import Contact
from functions.framework.callers import SignedIn
from functions.framework.texts import N_
from functions.relationships.history.words import label_of_field

CAUSES: Final = {
    "changed": N_("until you changed it"),
    "merged": N_("until the contacts were merged"),
    "connection": N_("until they changed it"),
}


async def values(person: SignedIn, contact: Contact) -> dict[str, Any]:
    """Past values with the labels of their fields, and why they are past; one point read."""
    history = await wiring.relationships.contacts().history(person.account_id, contact.id)
    return {"past": [(label_of_field(past.field), past) for past in history.past], "causes": CAUSES}
