"""`/api/v1/contact-merges`: two contacts become one, and can be two again for a week."""

import hashlib
from datetime import datetime
from typing import Annotated

from pydantic import Field

import wiring.operations
import wiring.relationships
import wiring.relationships.duplicates
from domain.base.errors import KeyReused, NotFound
from domain.base.ids import ID_BYTES, ID_PREFIXES, make_id
from domain.base.model import Closed
from domain.relationships.contact import ContactId
from domain.relationships.duplicates.bulk import start_run, start_undo
from domain.relationships.duplicates.merge import (
    Merge,
    MergeOver,
    Merging,
    Wanted,
    merge_contacts,
    read_merge,
    undo_merge,
    undoable,
)
from domain.relationships.duplicates.merging import Choice
from functions.framework.clock import new_id
from functions.framework.operations import Answer, Call, Page, operation
from functions.operations.api import WorkOut, work_out

Version = Annotated[int, Field(strict=True, ge=1, description="The number in the ETag of the contact.")]


class MergeIn(Closed):
    """Which contact is kept and which goes into it. Lists are united; of single values the kept
    contact's stay. `take` names those that are taken from the other contact instead. What gives way
    is in the history.
    """

    keep_id: ContactId
    keep_version: Version
    drop_id: ContactId
    drop_version: Version
    take: list[Choice] = Field([], max_length=10)


class MergeOut(Closed):
    """A merge. Until `undoableUntil` it can be taken back; `lost` are fields that were changed since."""

    id: str
    kept_id: str
    gone_id: str
    take: list[Choice]
    lost: list[str]
    undoable_until: datetime
    created_at: datetime


class MergeList(Closed):
    data: list[MergeOut]
    page: Page


def _out(merge: Merge, lost: list[str]) -> MergeOut:
    return MergeOut(
        id=merge.id,
        kept_id=merge.kept_id,
        gone_id=merge.gone_id,
        take=merge.take,
        lost=lost,
        undoable_until=merge.until,
        created_at=merge.created_at,
    )


def merge_id_of(owner_id: str, key: str | None) -> str:
    """Id of the merge under an Idempotency-Key, so that its repetition finds it."""
    if key is None:
        return new_id(ID_PREFIXES["merge"])
    digest = hashlib.sha256(f"merge {owner_id} {key}".encode()).digest()
    return make_id(ID_PREFIXES["merge"], digest[:ID_BYTES])


@operation(
    "Merge a contact into another one; it can be taken back for a week",
    body=MergeIn,
    answer=MergeOut,
    creates=True,
    conflicts=(KeyReused,),
)
async def post_merge(call: Call[MergeIn]) -> Answer:
    wanted = Wanted(
        call.body.keep_id,
        call.body.drop_id,
        tuple(call.body.take),
        call.body.keep_version,
        call.body.drop_version,
    )
    merge = await merge_contacts(
        Merging(call.account_id, merge_id_of(call.account_id, call.key), call.now),
        wanted,
        merges=wiring.relationships.duplicates.merges(),
        mover=wiring.relationships.duplicates.moves(),
    )
    return Answer(_out(merge, []), merge.version, location=f"contact-merges/{merge.id}")


@operation(
    "Merges that can be taken back, newest first",
    answer=MergeList,
    lists=True,
)
async def list_merges(call: Call) -> Answer:
    found, following = await wiring.relationships.duplicates.merges().page(
        call.account_id, call.limit, call.cursor
    )
    there = await undoable(found, call.now, contacts=wiring.relationships.contacts())
    data = [_out(merge, []) for merge in there]
    return Answer(MergeList(data=data, page=Page(next=following)))


@operation(
    "One merge that can be taken back; its ETag is that of the kept contact as it is now",
    answer=MergeOut,
    conflicts=(MergeOver,),
)
async def get_merge(call: Call) -> Answer:
    found = await read_merge(
        call.account_id,
        call.params["mergeId"],
        now=call.now,
        merges=wiring.relationships.duplicates.merges(),
    )
    return Answer(_out(found.merge, found.lost), found.kept.version)


@operation(
    "Take a merge back: both contacts are as they were; what was changed in the kept one since is dropped",
    versioned=True,
    conflicts=(MergeOver,),
)
async def delete_merge(call: Call) -> Answer:
    await undo_merge(
        call.account_id,
        call.params["mergeId"],
        call.version,
        now=call.now,
        merges=wiring.relationships.duplicates.merges(),
        mover=wiring.relationships.duplicates.moves(),
        tags=wiring.relationships.tags(),
    )
    return Answer()


@operation(
    "Merge all sure pairs of the latest search, or answer the run under way; 404 before the first search",
    answer=WorkOut,
    creates=True,
    conflicts=(NotFound,),
)
async def post_run(call: Call) -> Answer:
    work = await start_run(
        call.account_id,
        key=call.key,
        now=call.now,
        works=wiring.operations.works(),
        queue=wiring.operations.work_queue(),
        pairs=wiring.relationships.duplicates.pairs(),
    )
    return Answer(work_out(work), work.version, location=f"work/{work.id}")


@operation(
    "Take back all merges of a run that has ended; one whose contact was changed since stays",
    answer=WorkOut,
    creates=True,
)
async def post_undo(call: Call) -> Answer:
    work = await start_undo(
        call.account_id,
        call.params["workId"],
        now=call.now,
        works=wiring.operations.works(),
        queue=wiring.operations.work_queue(),
    )
    return Answer(work_out(work), work.version, location=f"work/{work.id}")
