"""Counting visits: the note that a door makes, the function that folds notes, and what owners read."""

import asyncio
import logging
from collections.abc import Sequence

import azure.functions as func

import wiring.visits
from domain.visits.counting import Visit, VisitMessage, fold
from functions.framework.clock import now
from functions.visits.batching import Gathering

log = logging.getLogger("izwop.counting")
# Long enough for a batch of messages to be handed out, short enough that nobody notices.
GATHERING_SECONDS = 0.05
# As many as one write to the store takes.
MOST_FOLDED = 90


async def _fold(_: tuple[str, str], visits: Sequence[Visit]) -> None:
    await fold(visits, today=now().date(), traffic=wiring.visits.traffic())


_folding = Gathering[tuple[str, str], Visit](_fold, pause=GATHERING_SECONDS, most=MOST_FOLDED)


async def fold_visits(message: func.QueueMessage) -> None:
    """Count the visits of a message together with those of messages beside it.

    Returns, and so lets the host delete the message, once the store has all of them; raises when it has not.
    """
    visits = VisitMessage.model_validate_json(message.get_body()).visits
    # A set: visits of one group share its task. Shielded, because others wait for the group as well.
    groups = {_folding.add(visit.month, visit) for visit in visits}
    await asyncio.gather(*map(asyncio.shield, groups))
