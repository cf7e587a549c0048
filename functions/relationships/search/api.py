"""`/api/v1/contact-searches`: contacts by the beginnings of words, which never stand in an address."""

from typing import Annotated, Literal

from pydantic import Field, StrictBool

import wiring.relationships
from domain.base.fields import ShortLine
from domain.base.model import Closed
from domain.relationships.contact import ContactId, Kind
from domain.relationships.search.head import IndexNotReady
from domain.relationships.search.looked import Looked
from domain.relationships.tags import GroupId, TagBook, TagId
from functions.framework.operations import Answer, Call, Page, operation
from functions.relationships.search.found import Found, find

_Field = Literal[
    "nameParts", "nickname", "title", "organisation", "emails", "phones", "addresses", "links", "tags",
    "groups", "customFields", "met", "notes",
]  # fmt: skip


class ContactSearch(Closed):
    """What to look for: each word begins a word of the contact or of a note on it."""

    text: ShortLine
    kind: Kind | None = None
    archived: StrictBool = False
    tag: TagId | None = None
    group: GroupId | None = None
    limit: Annotated[int, Field(strict=True, ge=1, le=100)] = 20
    after: ContactId | None = Field(
        default=None, description="The last contact of the page before: its `page.next`."
    )


class MatchOut(Closed):
    """A field that has words that the name has not. Of a note it is the part around them."""

    field: _Field
    text: str
    note_id: str | None = None


class FoundOut(Closed):
    id: str
    name: str
    kind: Kind
    matches: list[MatchOut]


class FoundList(Closed):
    data: list[FoundOut]
    page: Page


@operation(
    "Find contacts by the beginnings of words in what is kept about them, and in notes on them;"
    " first those with the words in their name, then in the order of names",
    body=ContactSearch,
    answer=FoundList,
    conflicts=(IndexNotReady,),
)
async def post_search(call: Call[ContactSearch]) -> Answer:
    asked, book = call.body, TagBook(owner_id=call.account_id)
    if asked.tag or asked.group:
        book = await wiring.relationships.tags().book(call.account_id)
    among = book.labels_of(asked.tag, asked.group)
    if among is None:
        return Answer(FoundList(data=[], page=Page(next=None)))
    looked = Looked(asked.text, asked.kind, asked.archived, asked.limit, asked.after, *among)
    found, following = await find(call.account_id, looked, call.now)
    return Answer(FoundList(data=[_out(each) for each in found], page=Page(next=following)))


def _out(found: Found) -> FoundOut:
    matches = [MatchOut(field=each.field, text=each.text, note_id=each.note) for each in found.matches]
    return FoundOut(id=found.id, name=found.name, kind=found.kind, matches=matches)
