"""Batches of visits: those that one worker noted within a tenth of a second, under one id.

A batch holds the increments of each card's counters. By its id it is counted once, however often delivered.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from domain.base.model import Model
from domain.visits.counting import LINK_KEY, SUBJECT_ID, Increment, Kind, Visit

# Visits in one part of a spool: at most one write to the store, even if all were of one card with a counter
# each. Far more than a worker serves in a tenth of a second.
MOST_VISITS = 800
# A message holds 48 kB: a counter takes at most 52 bytes, its card as much as two counters.
_MOST_WEIGHT = 880
_WEIGHT_OF_A_CARD = 2

_Counter = tuple[
    Annotated[int, Field(ge=1, le=31)],
    Kind,
    Annotated[str, Field(pattern=LINK_KEY)] | None,
    Annotated[int, Field(ge=1)],
]


class CardCounts(Model):
    """Increments of the counters of one card and month: day, kind, link of a click, number."""

    model_config = ConfigDict(extra="forbid")

    subject_id: str = Field(pattern=SUBJECT_ID)
    month: str = Field(pattern="^[0-9]{4}-(0[1-9]|1[0-2])$")
    counts: list[_Counter] = Field(min_length=1, max_length=MOST_VISITS)


class VisitBatch(Model):
    """Queue message of one batch."""

    model_config = ConfigDict(extra="forbid")

    version: Literal[2] = 2
    id: str = Field(pattern="^[a-z]{3}_[a-z2-7]{26}(-[0-9]{1,12})?$")
    cards: list[CardCounts] = Field(min_length=1)

    def increments(self) -> list[Increment]:
        return [
            Increment(
                self.id,
                card.subject_id,
                card.month,
                Counter({(day, kind, link or ""): number for day, kind, link, number in card.counts}),
            )
            for card in self.cards
        ]


def batches(batch_id: str, visits: Mapping[Visit, int]) -> Iterator[VisitBatch]:
    """Messages for the visits of one part, as few as possible.

    The counters of a card and month stay in one message: the batch's id marks them as counted together.
    """
    cards: list[CardCounts] = []
    weight = 0
    for card in _by_card(visits):
        more = _WEIGHT_OF_A_CARD + len(card.counts)
        if cards and weight + more > _MOST_WEIGHT:
            yield VisitBatch(id=batch_id, cards=cards)
            cards, weight = [], 0
        cards.append(card)
        weight += more
    if cards:
        yield VisitBatch(id=batch_id, cards=cards)


def _by_card(visits: Mapping[Visit, int]) -> list[CardCounts]:
    counts: dict[tuple[str, str], list[_Counter]] = {}
    for visit, number in visits.items():
        of_card = counts.setdefault((visit.subject_id, f"{visit.day:%Y-%m}"), [])
        of_card.append((visit.day.day, visit.kind, visit.link, number))
    return [CardCounts(subject_id=card, month=month, counts=of) for (card, month), of in counts.items()]
