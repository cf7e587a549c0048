"""`/api/v1/contacts` and the tags of contacts: what the caller keeps, which nobody else can read."""

from datetime import datetime

from pydantic import Field

import wiring.relationships
from domain.base.errors import KeyReused
from domain.base.limits import LimitReached
from domain.base.model import Closed
from domain.relationships.contact import Contact, ContactContent, Kind
from domain.relationships.contacts import (
    ContactVersion,
    Creating,
    Filter,
    change_contact,
    create_contact,
    delete_contact,
    erase_contact,
    read_contact,
    read_deleted_contact,
    restore_contact,
)
from domain.relationships.keys import Unreadable
from domain.relationships.tags import GroupId, TagBook, TagId, TagInUse, forget_tag
from functions.framework.clock import new_id
from functions.framework.operations import Answer, Call, Page, operation


class ContactOut(Closed):
    id: str
    content: ContactContent
    unreadable: bool = Field(
        description="Whether tags, groups and own fields are damaged in the store and missing here."
    )
    photo: str | None = Field(description="Id of an image, which only the caller sees.")
    created_at: datetime
    updated_at: datetime


class ContactList(Closed):
    data: list[ContactOut]
    page: Page


class DeletedContactOut(Closed):
    """A deleted contact as it was. It can be taken back before `restorableUntil`, and is then erased."""

    contact: ContactOut
    restorable_until: datetime


class DeletedContactList(Closed):
    data: list[DeletedContactOut]
    page: Page


class ContactFilter(Closed):
    """Which contacts to list. Tags and groups are named by ids: labels are private and would end in logs."""

    kind: Kind | None = None
    tag: TagId | None = None
    group: GroupId | None = None
    archived: bool = False


class TagOut(Closed):
    id: str
    label: str


class TagList(Closed):
    data: list[TagOut]


def contact_out(contact: Contact) -> ContactOut:
    return ContactOut(
        id=contact.id,
        content=contact.content,
        unreadable=contact.unreadable,
        photo=contact.photo,
        created_at=contact.created_at,
        updated_at=contact.updated_at,
    )


def _deleted_out(contact: Contact) -> list[DeletedContactOut]:
    """The contact, or nothing if it is erased."""
    if contact.until is None:
        return []
    return [DeletedContactOut(contact=contact_out(contact), restorable_until=contact.until)]


def _tags_out(book: TagBook) -> TagList:
    return TagList(data=[TagOut(id=tag, label=label) for tag, label in book.sorted()])


def _version_of[B, Q](call: Call[B, Q]) -> ContactVersion:
    return ContactVersion(call.account_id, call.params["contactId"], call.version)


@operation(
    "The account's contacts, in the order of their names",
    query=ContactFilter,
    answer=ContactList,
    lists=True,
)
async def list_contacts(call: Call[None, ContactFilter]) -> Answer:
    wanted = Filter(call.query.kind, call.query.tag, call.query.group, call.query.archived)
    found, following = await wiring.relationships.contacts().by_name(
        call.account_id, wanted, call.limit, call.cursor
    )
    return Answer(ContactList(data=[contact_out(contact) for contact in found], page=Page(next=following)))


@operation(
    "Make a contact",
    body=ContactContent,
    answer=ContactOut,
    creates=True,
    conflicts=(KeyReused, LimitReached),
)
async def post_contact(call: Call[ContactContent]) -> Answer:
    creating = Creating(new_id("con"), call.key, call.now)
    contact = await create_contact(call.account_id, call.body, creating, book=wiring.relationships.book())
    return Answer(contact_out(contact), contact.version, location=f"contacts/{contact.id}")


@operation("One contact", answer=ContactOut, conflicts=(Unreadable,))
async def get_contact(call: Call) -> Answer:
    contact = await read_contact(
        call.account_id, call.params["contactId"], contacts=wiring.relationships.contacts()
    )
    if contact.unreadable:
        raise Unreadable
    return Answer(contact_out(contact), contact.version)


@operation(
    "Replace a contact; values that were there before keep their source and date unless others are given",
    body=ContactContent,
    answer=ContactOut,
    versioned=True,
    conflicts=(LimitReached, Unreadable),
)
async def put_contact(call: Call[ContactContent]) -> Answer:
    contact = await change_contact(
        _version_of(call), call.body, now=call.now, book=wiring.relationships.book()
    )
    return Answer(contact_out(contact), contact.version)


@operation("Delete a contact; it can be taken back for a day", versioned=True)
async def remove_contact(call: Call) -> Answer:
    await delete_contact(_version_of(call), now=call.now, contacts=wiring.relationships.contacts())
    return Answer()


@operation(
    "The account's deleted contacts that can be taken back, newest first",
    answer=DeletedContactList,
    lists=True,
)
async def list_deleted(call: Call) -> Answer:
    found, following = await wiring.relationships.contacts().list_deleted(
        call.account_id, call.limit, call.cursor
    )
    data = [out for contact in found if contact.can_come_back(call.now) for out in _deleted_out(contact)]
    return Answer(DeletedContactList(data=data, page=Page(next=following)))


@operation("One deleted contact that can be taken back", answer=DeletedContactOut)
async def get_restoration(call: Call) -> Answer:
    contact = await read_deleted_contact(
        call.account_id, call.params["contactId"], now=call.now, contacts=wiring.relationships.contacts()
    )
    return Answer(_deleted_out(contact)[0], contact.version)


@operation(
    "Take a deleted contact back, as it was", answer=ContactOut, versioned=True, conflicts=(LimitReached,)
)
async def put_restoration(call: Call) -> Answer:
    contact = await restore_contact(_version_of(call), now=call.now, book=wiring.relationships.book())
    return Answer(contact_out(contact), contact.version)


@operation("Erase a deleted contact now, with no way back", versioned=True, fresh=True)
async def delete_restoration(call: Call) -> Answer:
    await erase_contact(_version_of(call), now=call.now, contacts=wiring.relationships.contacts())
    return Answer()


@operation("The tags of the account's contacts, in the order of their labels", answer=TagList)
async def list_tags(call: Call) -> Answer:
    return Answer(_tags_out(await wiring.relationships.tags().book(call.account_id)))


@operation("The groups of the account's contacts, in the order of their labels", answer=TagList)
async def list_groups(call: Call) -> Answer:
    book = await wiring.relationships.tags().book(call.account_id)
    return Answer(TagList(data=[TagOut(id=group, label=label) for group, label in book.sorted_groups()]))


@operation("Forget a tag that no contact has", conflicts=(TagInUse,))
async def remove_tag(call: Call) -> Answer:
    await forget_tag(call.account_id, call.params["tagId"], tags=wiring.relationships.tags())
    return Answer()
