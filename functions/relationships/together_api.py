"""`/api/v1`: many contacts archived, deleted or taken back at once, all of them or none."""

import wiring.relationships
from domain.base.limits import LimitReached
from domain.base.model import Closed
from domain.relationships.together import (
    Archiving,
    Done,
    Several,
    Tagging,
    archive_contacts,
    delete_contacts,
    restore_contacts,
    tag_contacts,
)
from functions.framework.operations import Answer, Call, operation


class DoneOut(Closed):
    """Ids of the contacts that were changed, and of those that are not there."""

    changed: list[str]
    missing: list[str]


def _out(done: Done) -> Answer:
    return Answer(DoneOut(changed=done.changed, missing=done.missing))


@operation(
    "Add tags to up to 99 contacts, and take others from them: all of it or nothing",
    body=Tagging,
    answer=DoneOut,
    conflicts=(LimitReached,),
)
async def post_tags(call: Call[Tagging]) -> Answer:
    contacts, tags = wiring.relationships.contacts(), wiring.relationships.tags()
    return _out(await tag_contacts(call.account_id, call.body, now=call.now, contacts=contacts, tags=tags))


@operation(
    "Put up to 99 contacts away, or back into the list: all of them or none", body=Archiving, answer=DoneOut
)
async def post_archiving(call: Call[Archiving]) -> Answer:
    contacts = wiring.relationships.contacts()
    return _out(await archive_contacts(call.account_id, call.body, now=call.now, contacts=contacts))


@operation(
    "Delete up to 99 contacts: all of them or none; they can be taken back for a day",
    body=Several,
    answer=DoneOut,
)
async def post_deletion(call: Call[Several]) -> Answer:
    contacts = wiring.relationships.contacts()
    return _out(await delete_contacts(call.account_id, call.body, now=call.now, contacts=contacts))


@operation(
    "Take up to 99 deleted contacts back, as they were: all of them or none",
    body=Several,
    answer=DoneOut,
    conflicts=(LimitReached,),
)
async def post_restoration(call: Call[Several]) -> Answer:
    contacts, tags = wiring.relationships.contacts(), wiring.relationships.tags()
    done = await restore_contacts(call.account_id, call.body, now=call.now, contacts=contacts, tags=tags)
    return _out(done)
