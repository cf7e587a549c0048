"""Whom a run of invitations is for: everybody, a team, or the people of an import."""

from datetime import datetime, timedelta
from typing import Final, NamedTuple

from domain.base.errors import Fault, InvalidInput
from domain.base.texts import N_
from domain.organisations.imports.imports import KEPT, PAGE_ROWS, Import, ImportStore
from domain.organisations.imports.report import rows_of
from domain.organisations.invitation_runs.run import People, Run, RunStore, Whom
from domain.organisations.organisation import OrganisationStore
from domain.organisations.teams.team import TeamStore

# People of a step: as many as are invited in one batch of the store.
PAGE: Final = 50
_PARTS: Final = PAGE_ROWS // PAGE
# What an import says of its people expires. A run takes less than this.
_IN_TIME: Final = timedelta(days=1)


def is_known(found: Import, now: datetime) -> bool:
    """Whether the people of an import can be invited together: it is done, and they are still known."""
    written = found.written_at
    return found.stage == "done" and written is not None and now < written + KEPT - _IN_TIME


class WhomPorts(NamedTuple):
    runs: RunStore
    organisations: OrganisationStore
    teams: TeamStore
    imports: ImportStore

    async def refuse_unknown(self, org_id: str, whom: Whom, now: datetime) -> None:
        if whom.team_id is not None and whom.import_id is not None:
            raise InvalidInput([Fault("/importId", "one_of", N_("cannot be chosen together with a team"))])
        if whom.team_id is not None and whom.team_id not in (await self.teams.get(org_id)).names():
            raise InvalidInput([Fault("/teamId", "invalid_choice", N_("is not one of the choices"))])
        if whom.import_id is None:
            return
        found = await self.imports.get(org_id, whom.import_id)
        if found is None or found.stage != "done":
            raise InvalidInput([Fault("/importId", "invalid_choice", N_("is not one of the choices"))])
        if not is_known(found, now):
            late = N_("is too old: its people are no longer known. Choose everybody")
            raise InvalidInput([Fault("/importId", "expired", late)])

    async def number_of(self, run: Run) -> int:
        """How many people are looked at."""
        if run.whom.team_id is not None:
            return await self.teams.size(run.org_id, run.whom.team_id)
        if run.whom.import_id is None:
            return await self.organisations.count_members(run.org_id)
        found = await self.imports.get(run.org_id, run.whom.import_id)
        return 0 if found is None else found.rows

    async def people(self, run: Run, after: str) -> People:
        if run.whom.import_id is not None:
            return await self._imported(run, int(after or 0))
        found = await self.runs.members(run.org_id, run.whom.team_id, PAGE, after)
        return People(found, 0, found[-1].id if len(found) == PAGE else None)

    async def _imported(self, run: Run, start: int) -> People:
        """The people of a part of a page of the report of an import."""
        of = await self.imports.get(run.org_id, run.whom.import_id or "")
        if of is None:
            return People([], 0, None)
        page, place = divmod(start, _PARTS)
        rows = await rows_of(of, page, imports=self.imports)
        ids = [row.member_id for row in rows[place * PAGE : (place + 1) * PAGE] if row.member_id]
        members = await self.imports.members(run.org_id, ids)
        following = str(start + 1) if start + 1 < _PARTS * of.pages else None
        return People(members, len(ids) - len(members), following)
