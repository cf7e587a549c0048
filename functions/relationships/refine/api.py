"""`/api/v1/suggestions`: whom to get in touch with, and why; dismissing one until its reason is another."""

import asyncio
from datetime import date
from typing import get_args

import wiring.relationships.refine
from domain.base.model import Closed
from domain.relationships.refine.dismissals import Dismissing, Kind
from domain.relationships.refine.suggestions import Suggestion, dismiss, suggestions, take_back
from functions.framework.operations import Answer, Call, operation
from functions.relationships.refine.words import why

KINDS: tuple[Kind, ...] = get_args(Kind)


class EventOut(Closed):
    """Where and when the contact was met, and how many others were met there."""

    name: str
    on: date
    others: int


class SuggestionOut(Closed):
    """A contact to get in touch with. `reason` changes when the reason does; a dismissal names it."""

    contact_id: str
    name: str
    kind: Kind
    reason: str
    why: str
    strength: int
    last_on: date | None
    event: EventOut | None


class SuggestionList(Closed):
    data: list[SuggestionOut]


class SuggestionFilter(Closed):
    """Suggestions of one kind only."""

    kind: Kind | None = None


class Dismissed(Closed):
    """Which kind of suggestion was dismissed."""

    kind: Kind


def _out(each: Suggestion) -> SuggestionOut:
    event = each.event
    return SuggestionOut(
        contact_id=each.contact.id,
        name=each.contact.content.name,
        kind=each.kind,
        reason=each.reason,
        why=why(each),
        strength=each.score,
        last_on=each.last,
        event=EventOut(name=event.name, on=event.on, others=event.others) if event else None,
    )


@operation(
    "Whom to get in touch with, and why: at most ten of each kind, the strongest first",
    query=SuggestionFilter,
    answer=SuggestionList,
)
async def list_suggestions(call: Call[None, SuggestionFilter]) -> Answer:
    ports, today = wiring.relationships.refine.suggesting(), call.now.date()
    kinds = (call.query.kind,) if call.query.kind else KINDS
    found = await asyncio.gather(
        *(suggestions(call.account_id, kind, today=today, ports=ports) for kind in kinds)
    )
    return Answer(SuggestionList(data=[_out(each) for some in found for each in some]))


@operation("Do not suggest a contact for this reason any more", body=Dismissing)
async def put_dismissal(call: Call[Dismissing]) -> Answer:
    ports = wiring.relationships.refine.suggesting()
    await dismiss(call.account_id, call.params["contactId"], call.body, now=call.now, ports=ports)
    return Answer()


@operation("Suggest a contact again that was dismissed", query=Dismissed)
async def delete_dismissal(call: Call[None, Dismissed]) -> Answer:
    ports = wiring.relationships.refine.suggesting()
    await take_back(call.account_id, call.params["contactId"], call.query.kind, ports=ports)
    return Answer()
