"""How often a person's cards were seen this week."""

import asyncio
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final, NamedTuple

import wiring.visits
from domain.cards.card import Card
from domain.visits.counting import Period, read_counts

DAYS: Final = 7
MOST_CARDS_COUNTED: Final = 5


class Week(NamedTuple):
    """Counts of one card in the last `DAYS` days, today among them."""

    card: Card
    views: int
    saves: int
    clicks: int


async def weeks_of(cards: Sequence[Card], today: date) -> list[Week]:
    """Counts of the first cards: one point read for each, two in a week that two months share."""
    period = Period.model_validate({"from": today - timedelta(days=DAYS - 1), "to": today})
    return list(await asyncio.gather(*(_week(card, period) for card in cards[:MOST_CARDS_COUNTED])))


async def _week(card: Card, period: Period) -> Week:
    days = (await read_counts(card.id, period, traffic=wiring.visits.traffic())).data
    return Week(
        card,
        sum(day.views for day in days),
        sum(day.saves for day in days),
        sum(number for day in days for number in day.clicks.values()),
    )
