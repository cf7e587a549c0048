"""`/api/v1/organisations/{organisationId}`: visits of its cards, and each person's of their own card."""

import wiring.cards
import wiring.visits
from domain.cards.card import read_card
from domain.organisations.roles import NotAllowed
from domain.visits.counting import Counts, Period, read_counts
from functions.framework.operations import Answer, Call, operation
from functions.organisations.acting import acting_in


@operation(
    "Views, saves and link clicks of one's own staff card on each day of a period; nobody else sees them",
    query=Period,
    answer=Counts,
    conflicts=(NotAllowed,),
)
async def get_own_counts(call: Call[None, Period]) -> Answer:
    by = await acting_in(call, "see")
    card = await read_card(by.organisation.id, call.params["cardId"], cards=wiring.cards.store())
    if card.staff is None or card.staff.member_id != by.member.id:
        raise NotAllowed
    return Answer(await read_counts(card.id, call.query, traffic=wiring.visits.traffic()))
