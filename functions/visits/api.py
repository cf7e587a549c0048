"""`/api/v1/cards/{cardId}/counts`: the counts of one card."""

import wiring.cards
import wiring.visits
from domain.cards.card import read_card
from domain.visits.counting import Counts, Period, read_counts
from functions.framework.operations import Answer, Call, operation


@operation(
    "Views, saves and link clicks of a card on each day of a period",
    query=Period,
    answer=Counts,
)
async def get_counts(call: Call[None, Period]) -> Answer:
    card = await read_card(call.account_id, call.params["cardId"], cards=wiring.cards.store())
    return Answer(await read_counts(card.id, call.query, traffic=wiring.visits.traffic()))
