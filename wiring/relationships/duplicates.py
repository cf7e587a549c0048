"""Duplicates of contacts: finding them, merging them, and taking a merge back."""

from typing import TYPE_CHECKING

from wiring import database, once
from wiring.relationships import contacts, keys, tags

if TYPE_CHECKING:
    from adapters.cosmos.relationships.duplicates.merges import CosmosMerges
    from adapters.cosmos.relationships.duplicates.pairs import CosmosDuplicates
    from adapters.cosmos.relationships.histories import CosmosHistories
    from domain.operations.slices import Job
    from domain.relationships.duplicates.forgetting import Forgetting
    from domain.relationships.duplicates.moves import Moves


@once
def histories() -> "CosmosHistories":
    from adapters.cosmos.relationships.histories import CosmosHistories

    return CosmosHistories(database(), keys())


@once
def merges() -> "CosmosMerges":
    from adapters.cosmos.relationships.duplicates.merges import CosmosMerges
    from wiring.relationships import search

    return CosmosMerges(database(), contacts(), keys(), search.order_compaction)


@once
def moves() -> "Moves":
    from domain.relationships.duplicates.moves import Moves
    from wiring.relationships.strength import recount

    return Moves(merges(), recount)


@once
def forgetting() -> "Forgetting":
    from domain.relationships.duplicates.forgetting import Forgetting

    return Forgetting(merges())


@once
def pairs() -> "CosmosDuplicates":
    from adapters.cosmos.relationships.duplicates.pairs import CosmosDuplicates

    return CosmosDuplicates(database(), keys())


@once
def jobs() -> dict[str, "Job"]:
    import asyncio
    from datetime import UTC, datetime

    from domain.relationships.duplicates.bulk import (
        MERGE_SURE,
        UNDO_MERGES,
        Merger,
        MergeSureJob,
        UndoMergesJob,
    )
    from domain.relationships.duplicates.finding import FIND, FindJob

    def now() -> datetime:
        return datetime.now(UTC)

    merger = Merger(merges(), moves(), tags(), now)
    return {
        FIND: FindJob(contacts(), pairs(), asyncio.to_thread, now),
        MERGE_SURE: MergeSureJob(merger, pairs()),
        UNDO_MERGES: UndoMergesJob(merger),
    }
