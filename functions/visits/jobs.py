"""Queue function of visits, which adds them to the counts of their cards."""

import asyncio
import logging
from collections.abc import Sequence

import azure.functions as func

import wiring.visits
from domain.visits.counting import Increment, fold
from domain.visits.messages import read_message
from functions.framework.clock import now
from functions.visits.batching import Gathering
from functions.visits.shipping import shipping

log = logging.getLogger("izwop.counting")
# Long enough for the host to deliver a batch of messages, short beside the age of a count.
GATHERING_SECONDS = 0.05
# About as many as one write to the store takes.
MOST_FOLDED = 90


async def _fold(_: tuple[str, str], increments: Sequence[Increment]) -> None:
    await fold(increments, today=now().date(), traffic=wiring.visits.traffic())


_folding = Gathering[tuple[str, str], Increment](_fold, pause=GATHERING_SECONDS, most=MOST_FOLDED)


async def fold_visits(message: func.QueueMessage) -> None:
    """Count the visits of a message together with those of messages beside it.

    Returns once all of them are stored, after which the host deletes the message; raises otherwise.
    """
    shipping().start()
    increments = read_message(message.get_body())
    # A set: increments of one group share its task. Shielded, because others wait for the group as well.
    groups = {_folding.add((each.subject_id, each.month), each) for each in increments}
    await asyncio.gather(*map(asyncio.shield, groups))
