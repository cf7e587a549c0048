"""`/api/v1/contacts/{contactId}/history`: what a contact said before, and its latest change taken back."""

from datetime import date

import wiring.relationships
from domain.base.model import Closed
from domain.relationships.contact import Source
from domain.relationships.contacts import ContactVersion, NothingToUndo, read_contact, undo_change
from domain.relationships.history.history import Cause
from domain.relationships.keys import Unreadable
from functions.framework.operations import Answer, Call, operation
from functions.relationships.api import ContactOut, contact_out


class PastOut(Closed):
    """A value that a field had until a day, and why it is past. `field` is a name of the content."""

    field: str
    text: str
    source: Source | None
    since: date | None
    until: date
    cause: Cause


class HistoryOut(Closed):
    """The latest 200 values, the latest first."""

    data: list[PastOut]


@operation("What a contact said before", answer=HistoryOut)
async def get_history(call: Call) -> Answer:
    contacts = wiring.relationships.contacts()
    contact = await read_contact(call.account_id, call.params["contactId"], contacts=contacts)
    history = await contacts.history(call.account_id, contact.id)
    data = [
        PastOut(
            field=past.field,
            text=past.text,
            source=past.source,
            since=past.since,
            until=past.until,
            cause=past.cause,
        )
        for past in history.past
    ]
    return Answer(HistoryOut(data=data))


@operation(
    "Take the latest change of a contact back",
    answer=ContactOut,
    versioned=True,
    conflicts=(NothingToUndo, Unreadable),
)
async def delete_latest(call: Call) -> Answer:
    of = ContactVersion(call.account_id, call.params["contactId"], call.version)
    contact = await undo_change(of, now=call.now, book=wiring.relationships.book())
    return Answer(contact_out(contact), contact.version)
