"""Undo of a whole import as long work: new people are taken out, changed ones are as they were.

Whom somebody has changed since stays, and is told. The journal of each batch is replaced in the batch that
takes it back, so that nothing is taken back twice.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from pydantic import Field

from domain.base.errors import StaleVersion, Unavailable
from domain.base.fields import STORED
from domain.base.model import Model
from domain.operations.slices import Slice
from domain.operations.work import Progress, Work
from domain.organisations.details import Details
from domain.organisations.imports.checking import open_import
from domain.organisations.imports.imports import (
    MOST_STAYED,
    Batch,
    Before,
    Import,
    ImportStore,
    Journal,
    SettleAll,
    Written,
    orders_of,
)
from domain.organisations.organisation import (
    KnownAlready,
    Member,
    OrganisationStore,
)

_JOURNALS: Final = 4
# As many as fit into a batch of the store, with all that they are known by and their teams.
_ROWS: Final = 12
# Each of a batch may be known by what somebody else is by now.
_TRIES: Final = _ROWS + 5


class UndoCursor(Model):
    """The journal that was taken back last, how many rows were, and whom it left."""

    after: str = ""
    rows: int = 0
    undone: int = 0
    stayed: list[str] = Field(default=[])
    stayed_count: int = 0

    @classmethod
    def of(cls, work: Work) -> "UndoCursor":
        return cls.model_validate_json(work.cursor) if work.cursor else cls()

    def past(self, journal: Journal) -> "UndoCursor":
        """The cursor after a journal that was taken back."""
        return UndoCursor(
            after=journal.place,
            rows=self.rows + len(journal.rows),
            undone=self.undone + len(journal.rows) - len(journal.stayed),
            stayed=[*self.stayed, *journal.stayed][:MOST_STAYED],
            stayed_count=self.stayed_count + len(journal.stayed),
        )


class UndoJob:
    def __init__(self, imports: ImportStore, organisations: OrganisationStore, settle_all: SettleAll) -> None:
        self._imports, self._organisations, self._settle_all = imports, organisations, settle_all

    async def slice(self, work: Work, bound: Slice) -> Progress:
        found = await open_import(work, "undoing", imports=self._imports, organisations=self._organisations)
        if found is None:
            return Progress(work.cursor, 0, over=True)
        cursor, over = UndoCursor.of(work), False
        while not bound.is_over:
            journals = await self._imports.journals(found, cursor.after, _JOURNALS)
            for journal in journals:
                cursor = cursor.past(await self._take_back(found, journal, work))
                bound.spend(len(journal.rows))
            over = not journals
            if over:
                await self._end(work, found, cursor)
                break
        total = found.count("n") + found.count("c")
        return Progress(cursor.model_dump_json(), cursor.rows - work.done, over=over, total=total)

    async def discard(self, work: Work) -> None:
        """What was taken back stays so; the rest of the import stays, too."""
        found = await self._imports.get(work.owner_id, work.key or "")
        if found is not None and found.stage == "undoing":
            await self._end(work, found, UndoCursor.of(work))

    async def _end(self, work: Work, found: Import, cursor: UndoCursor) -> None:
        told = cursor.model_dump(include={"undone", "stayed", "stayed_count"})
        await self._imports.save(found.changed(work.updated_at, stage="undone", **told))
        await self._imports.drop(found)

    async def _take_back(self, found: Import, journal: Journal, work: Work) -> Journal:
        while journal.undone < len(journal.rows):
            journal = await self._some(found, journal, work)
        return journal

    async def _some(self, found: Import, journal: Journal, work: Work) -> Journal:
        """Take some rows of a journal back, as many as fit into a batch."""
        left = set[str]()
        for _ in range(_TRIES):
            rows = journal.rows[journal.undone :][:_ROWS]
            members = await self._imports.members(found.org_id, [row.member_id for row in rows])
            batch = _taken_back(journal, rows, {each.id: each for each in members}, left, work.updated_at)
            people = [*batch.saved, *batch.gone]
            carded = await self._imports.with_cards(found.org_id, [each.id for each in people])
            batch = batch._replace(orders=orders_of(people, carded, work.updated_at))
            try:
                taken = await self._imports.take_back(batch)
            except KnownAlready as refusal:
                # Somebody else has by now what this person had before.
                left.add(batch.saved[refusal.place].id)
                continue
            except StaleVersion:
                there = await self._imports.journals_of(found, journal.page)
                journal = next(each for each in there if each.first == journal.first)
                if journal.undone == len(journal.rows):
                    return journal
                continue
            await self._settle_all(batch.orders)
            return taken
        raise Unavailable


def _taken_back(
    journal: Journal, rows: Sequence[Written], there: Mapping[str, Member], left: set[str], now: datetime
) -> Batch:
    """What takes these rows of a journal back, as far as nobody has changed their people since."""
    saved, gone, stayed = list[Member](), list[Member](), list[str]()
    for row in rows:
        member = there.get(row.member_id)
        if member is None:
            continue
        if member.version != row.version or member.id in left:
            stayed.append(member.id)
        elif row.before is None:
            gone.append(member.changed(now, ended=row.ended or "removed"))
        else:
            saved.append(_as_before(member, row.before, now))
    update = {"undone": journal.undone + len(rows), "stayed": [*journal.stayed, *stayed]}
    return Batch(journal.model_copy(update=update), (), saved, gone)


def _as_before(member: Member, before: Before, now: datetime) -> Member:
    return member.changed(
        now,
        name=before.name,
        email=before.email,
        external_id=before.external_id,
        details=Details.model_validate(before.details, context=STORED),
        teams=before.teams,
        administers=[each for each in member.administers if each in before.teams],
    )
