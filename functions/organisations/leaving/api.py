"""`/api/v1/organisations/{organisationId}/leaving` and `/leavers`: who follows those who leave."""

from datetime import datetime

import wiring.cards
import wiring.organisations.leaving
import wiring.organisations.templates
import wiring.site
from domain.base.errors import InvalidInput, NotFound
from domain.base.model import Closed
from domain.cards.card import Card, CardVersion, StaffSuccessor
from domain.organisations.organisation import Acting
from domain.organisations.roles import NotAllowed
from domain.organisations.staff_cards.successors import (
    CONTACTS_RULE,
    ContactsRule,
    LeavingRule,
    change_rule,
    change_successor,
    read_leaver,
)
from functions.framework.operations import Answer, Call, Page, operation
from functions.organisations.acting import acting_in


class LeavingInput(Closed):
    """Where the links of the staff cards of those lead who leave from now on."""

    successor: StaffSuccessor


class LeavingOut(Closed):
    """`contacts` says what becomes of contacts that a person makes by their staff card: `keep`, they stay
    with the person. The organisation never sees them, and private notes always go with the person.
    """

    successor: StaffSuccessor
    contacts: ContactsRule


class LeaverOut(Closed):
    """The staff card of somebody who has left. `leadsTo` is where its links lead now, if anywhere."""

    card_id: str
    member_id: str
    name: str
    url: str
    left_at: datetime
    successor: StaffSuccessor
    leads_to: str | None


class LeaverList(Closed):
    data: list[LeaverOut]
    page: Page


def leaver_out(card: Card) -> LeaverOut:
    if card.staff is None or card.staff.left_at is None:
        raise NotFound
    led = card.ending.successor if card.ending else None
    return LeaverOut(
        card_id=card.id,
        member_id=card.staff.member_id,
        name=card.draft.name,
        url=address_of(card.handle),
        left_at=card.staff.left_at,
        successor=card.staff.successor or StaffSuccessor(),
        leads_to=address_of(led) if led else None,
    )


def address_of(handle: str) -> str:
    return f"{wiring.site.origin()}/c/{handle}"


async def choose(by: Acting, of: CardVersion, wanted: StaffSuccessor, now: datetime) -> Card:
    """Name another successor, and let the links lead there at once."""
    ports = wiring.organisations.leaving.choosing()
    card = await change_successor(by, of, wanted, now=now, ports=ports)
    await wiring.organisations.leaving.follow_card(card.account_id, card.id)
    return await read_leaver(by, card.id, cards=wiring.cards.store())


def _out(rule: LeavingRule) -> Answer:
    return Answer(LeavingOut(successor=rule.successor, contacts=CONTACTS_RULE), rule.version)


@operation("What becomes of the card and of the contacts of somebody who leaves", answer=LeavingOut)
async def get_rule(call: Call) -> Answer:
    by = await acting_in(call, "see")
    return _out(await wiring.organisations.leaving.rules().get(by.organisation.id))


@operation(
    "Change where the links of those lead who leave from now on",
    body=LeavingInput,
    answer=LeavingOut,
    versioned=True,
    conflicts=(NotAllowed,),
)
async def put_rule(call: Call[LeavingInput]) -> Answer:
    by, ports = await acting_in(call, "change_settings"), wiring.organisations.leaving.choosing()
    try:
        rule = await change_rule(by, call.body.successor, version=call.version, ports=ports)
    except InvalidInput as refusal:
        raise InvalidInput(
            [fault._replace(field=f"/successor{fault.field}") for fault in refusal.faults]
        ) from None
    return _out(rule)


@operation(
    "The staff cards of people who have left, the latest first",
    answer=LeaverList,
    lists=True,
    conflicts=(NotAllowed,),
)
async def list_leavers(call: Call) -> Answer:
    by = await acting_in(call, "remove_people")
    store = wiring.organisations.templates.staff_cards()
    found, following = await store.left(by.organisation.id, call.limit, call.cursor)
    return Answer(LeaverList(data=[leaver_out(card) for card in found], page=Page(next=following)))


@operation(
    "Where the links of the card of somebody who has left lead", answer=LeaverOut, conflicts=(NotAllowed,)
)
async def get_successor(call: Call) -> Answer:
    by = await acting_in(call, "remove_people")
    card = await read_leaver(by, call.params["cardId"], cards=wiring.cards.store())
    return Answer(leaver_out(card), card.version)


@operation(
    "Name another successor for the card of somebody who has left",
    body=StaffSuccessor,
    answer=LeaverOut,
    versioned=True,
    conflicts=(NotAllowed,),
)
async def put_successor(call: Call[StaffSuccessor]) -> Answer:
    by = await acting_in(call, "remove_people")
    of = CardVersion(by.organisation.id, call.params["cardId"], call.version)
    card = await choose(by, of, call.body, call.now)
    return Answer(leaver_out(card), card.version)
