"""`/api/v1/cards/{cardId}/counts`: the counts of one card."""

import azure.functions as func

import wiring
from domain.cards.card import read_card
from domain.visits.counting import Counts, Period, read_counts
from functions.framework.operations import Answer, Call, operation

bp = func.Blueprint()


@operation(
    bp,
    "GET",
    "cards/{cardId}/counts",
    "Views, saves and link clicks of a card on each day of a period",
    query=Period,
    answer=Counts,
)
async def get_counts(call: Call) -> Answer:
    services = wiring.services()
    card = await read_card(call.account_id, call.params["cardId"], cards=services.cards)
    return Answer(await read_counts(card.id, call.query, traffic=services.traffic))
