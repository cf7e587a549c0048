"""`/api/v1/organisations/{organisationId}/staff-cards`: cards that belong to an organisation."""

from datetime import datetime

import wiring.cards
import wiring.organisations.templates
import wiring.site
from domain.base.errors import HandleLookalike, HandleTaken, NotFound
from domain.base.model import Closed
from domain.cards.card import Card, CardVersion
from domain.cards.content import CardContent
from domain.organisations.roles import NotAllowed
from domain.organisations.staff_cards.making import (
    NewStaffCard,
    NotInForce,
    edit_staff_card,
    make_staff_card,
)
from domain.organisations.staff_cards.own import read_staff_card
from domain.organisations.staff_cards.successors import CONTACTS_RULE, ContactsRule
from functions.framework.operations import Answer, Call, Page, operation
from functions.organisations.acting import acting_in


class StaffCardOut(Closed):
    """A card of a member. `problems` names fields that do not say what the template wants.

    `contacts` says what becomes of contacts that the person makes by it: `keep`, they stay with the person.
    """

    id: str
    member_id: str
    template_id: str
    number: int
    handle: str
    url: str
    content: CardContent
    problems: list[str]
    paused: bool
    contacts: ContactsRule = CONTACTS_RULE
    updated_at: datetime


class StaffCardList(Closed):
    data: list[StaffCardOut]
    page: Page


def _out(card: Card) -> StaffCardOut:
    if card.staff is None:
        raise NotFound
    return StaffCardOut(
        id=card.id,
        member_id=card.staff.member_id,
        template_id=card.staff.template_id,
        number=card.staff.number,
        handle=card.handle,
        url=f"{wiring.site.origin()}/c/{card.handle}",
        content=card.draft,
        problems=card.staff.problems,
        paused=card.paused,
        updated_at=card.updated_at,
    )


@operation(
    "The staff cards of an organisation, newest first",
    answer=StaffCardList,
    lists=True,
    conflicts=(NotAllowed,),
)
async def list_cards(call: Call) -> Answer:
    by = await acting_in(call, "change_staff_cards")
    found, following = await wiring.cards.store().list(by.organisation.id, call.limit, call.cursor)
    return Answer(StaffCardList(data=[_out(card) for card in found if card.staff], page=Page(next=following)))


@operation(
    "Make and show the card of a member, by a template; repeating it changes nothing",
    body=NewStaffCard,
    answer=StaffCardOut,
    creates=True,
    conflicts=(HandleTaken, HandleLookalike, NotAllowed, NotInForce),
)
async def post_card(call: Call[NewStaffCard]) -> Answer:
    by = await acting_in(call, "change_staff_cards")
    card = await make_staff_card(by, call.body, call.now, wiring.organisations.templates.staff_ports())
    place = f"organisations/{by.organisation.id}/staff-cards/{card.id}"
    return Answer(_out(card), card.version, location=place)


@operation("One staff card", answer=StaffCardOut, conflicts=(NotAllowed,))
async def get_card(call: Call) -> Answer:
    by = await acting_in(call, "see")
    card = await read_staff_card(by, call.params["cardId"], cards=wiring.cards.store())
    return Answer(_out(card), card.version)


@operation(
    "Change what is the person's to change on a card, and show it",
    body=CardContent,
    answer=StaffCardOut,
    versioned=True,
    conflicts=(NotAllowed,),
)
async def put_card(call: Call[CardContent]) -> Answer:
    by = await acting_in(call, "see")
    card = await read_staff_card(by, call.params["cardId"], cards=wiring.cards.store())
    of = CardVersion(card.account_id, card.id, call.version)
    ports = wiring.organisations.templates.staff_ports()
    changed = await edit_staff_card(by, of, call.body, now=call.now, ports=ports)
    return Answer(_out(changed), changed.version)
