"""`/api/v1/contact-duplicates`: the search for duplicates, and its pairs."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

import wiring.operations
import wiring.relationships
import wiring.relationships.duplicates
from domain.base.errors import Fault, InvalidInput, NotFound
from domain.base.model import Closed
from domain.base.texts import N_
from domain.relationships.contact import Contact
from domain.relationships.duplicates.finding import Shown, shown_pairs, start_search
from domain.relationships.duplicates.matching import Reason, Tier
from functions.framework.operations import Answer, Call, Page, operation
from functions.operations.api import WorkOut, work_out


class DuplicateOut(Closed):
    """A contact of a pair, in the version that a merge asks for."""

    id: str
    name: str
    version: int


class PairOut(Closed):
    """Two contacts that may be the same, and why. Sure ones can be merged without looking."""

    tier: Tier
    reasons: list[Reason]
    contacts: Annotated[list[DuplicateOut], Field(min_length=2, max_length=2)]


class SearchOut(Closed):
    """The latest search that has ended."""

    contacts: int
    sure: int
    likely: int
    found_at: datetime


class PairList(Closed):
    """Pairs of the latest search, sure ones first. Without `search` there was none in the last month."""

    search: SearchOut | None
    data: list[PairOut]
    page: Page


@operation(
    "Begin to look for duplicates among the account's contacts, or answer the search under way",
    answer=WorkOut,
    creates=True,
)
async def post_search(call: Call) -> Answer:
    work = await start_search(
        call.account_id,
        key=call.key,
        now=call.now,
        works=wiring.operations.works(),
        queue=wiring.operations.work_queue(),
    )
    return Answer(work_out(work), work.version, location=f"work/{work.id}")


@operation("Contacts that may be the same, as the latest search found them", answer=PairList, lists=True)
async def list_pairs(call: Call) -> Answer:
    at = _position(call.cursor)
    found = await wiring.relationships.duplicates.pairs().found(call.account_id)
    if found is None:
        return Answer(PairList(search=None, data=[], page=Page(next=None)))
    shown = await shown_pairs(
        found,
        at,
        call.limit,
        pairs=wiring.relationships.duplicates.pairs(),
        contacts=wiring.relationships.contacts(),
    )
    search = SearchOut(contacts=found.contacts, sure=found.sure, likely=found.likely, found_at=found.found_at)
    following = at + call.limit
    cursor = str(following) if following < found.pairs else None
    return Answer(PairList(search=search, data=[_out(pair) for pair in shown], page=Page(next=cursor)))


def _position(cursor: str | None) -> int:
    if cursor is None:
        return 0
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) < 6):  # noqa: PLR2004
        raise InvalidInput([Fault("cursor", "invalid_cursor", "is not a cursor that a page gave")])
    return int(cursor)


def _out(pair: Shown) -> PairOut:
    return PairOut(tier=pair.tier, reasons=pair.reasons, contacts=[_brief(pair.first), _brief(pair.second)])


def _brief(contact: Contact) -> DuplicateOut:
    return DuplicateOut(id=contact.id, name=contact.content.name, version=contact.version)


async def two_of(account_id: str, one: str, other: str) -> tuple[Contact, Contact]:
    """Two contacts of the account, or 404."""
    found = await wiring.relationships.contacts().find(account_id, [one, other])
    by_id = {contact.id: contact for contact in found}
    if one == other or by_id.keys() != {one, other}:
        raise NotFound
    return by_id[one], by_id[other]


async def _pair(call: Call) -> tuple[str, str]:
    one, other = call.params["contactId"], call.params["otherContactId"]
    if one == other:
        raise InvalidInput([Fault("otherContactId", "same_contact", N_("is the contact itself"))])
    await two_of(call.account_id, one, other)
    return one, other


@operation(
    "Say that two contacts are not the same: they are not shown as a pair any more", conflicts=(InvalidInput,)
)
async def put_difference(call: Call) -> Answer:
    await wiring.relationships.duplicates.pairs().tell_apart(call.account_id, *await _pair(call))
    return Answer()


@operation("Take it back that two contacts are not the same", conflicts=(InvalidInput,))
async def delete_difference(call: Call) -> Answer:
    await wiring.relationships.duplicates.pairs().untell(call.account_id, *await _pair(call))
    return Answer()
