"""`/api/v1/contacts/{contactId}/people`: the people who are linked to a company or institution."""

import wiring.relationships
from domain.relationships.contacts import read_contact
from functions.framework.operations import Answer, Call, Page, operation
from functions.relationships.api import ContactList, contact_out


@operation(
    "The people of a company or institution, in the order of their names", answer=ContactList, lists=True
)
async def list_people(call: Call) -> Answer:
    contacts = wiring.relationships.contacts()
    entity = await read_contact(call.account_id, call.params["contactId"], contacts=contacts)
    found, following = await contacts.people_of(call.account_id, entity.id, call.limit, call.cursor)
    return Answer(ContactList(data=[contact_out(each) for each in found], page=Page(next=following)))
