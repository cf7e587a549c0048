"""Looking at every row of a file as long work: its faults and its effect. Nothing of it is written."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from domain.base.model import Model
from domain.operations.slices import Slice
from domain.operations.work import Progress, Work
from domain.organisations.imports.imports import Aside, Import, ImportStore
from domain.organisations.imports.planning import Given, Plan, faulty, plan_rows
from domain.organisations.imports.report import report_piece, reported
from domain.organisations.imports.rows import RowFault, Said, TeamNames, keys_of, say
from domain.organisations.imports.uploads import lines_of
from domain.organisations.organisation import OrganisationStore
from domain.organisations.teams.team import TeamStore

# Pieces: rows that mean the person of an earlier one, and the first row of each person who is there.
_TWINS: Final = "twins"
_SEEN: Final = "seen"


class CheckPorts(NamedTuple):
    imports: ImportStore
    organisations: OrganisationStore
    teams: TeamStore
    aside: Aside


class CheckCursor(Model):
    """Pages that are looked at, and the letter of each row of them."""

    page: int = 0
    effects: str = ""

    @classmethod
    def of(cls, work: Work) -> "CheckCursor":
        return cls.model_validate_json(work.cursor) if work.cursor else cls()


async def open_import(
    work: Work, stage: str, *, imports: ImportStore, organisations: OrganisationStore
) -> Import | None:
    """The import that a work is about, if it is at this stage and its organisation is there."""
    found = await imports.get(work.owner_id, work.key or "")
    organisation = await organisations.get(work.owner_id)
    if found is None or found.stage != stage or found.work_id != work.id:
        return None
    return None if organisation is None or organisation.erasing else found


class CheckJob:
    def __init__(self, ports: CheckPorts) -> None:
        self._ports = ports

    async def slice(self, work: Work, bound: Slice) -> Progress:
        ports = self._ports
        found = await open_import(work, "checking", imports=ports.imports, organisations=ports.organisations)
        if found is None:
            return Progress(work.cursor, 0, over=True)
        cursor = CheckCursor.of(work)
        if not work.cursor and not await self._gather_twins(found):
            return await self._expired(work, found)
        given = await given_for(found, work, ports)
        seen = dict[str, int](await ports.imports.read(found, _SEEN) or [])
        while cursor.page < found.pages and not bound.is_over:
            said = await said_on(found, cursor.page, ports)
            if said is None or given is None:
                return await self._expired(work, found)
            plans, twins = _once(await plan_rows(said, given, ports.imports), seen)
            given = given._replace(twins={**given.twins, **twins})
            effects, rows = reported(plans)
            await ports.imports.put(found, [(report_piece(cursor.page), rows)])
            bound.spend(len(rows))
            cursor = CheckCursor(page=cursor.page + 1, effects=cursor.effects + effects)
        if given is not None:
            kept = [(_SEEN, list(seen.items())), (_TWINS, list(given.twins.items()))]
            await ports.imports.put(found, kept)
        over = cursor.page == found.pages
        if over:
            await ports.imports.save(found.changed(work.updated_at, stage="ready", effects=cursor.effects))
        done = len(cursor.effects) - work.done
        return Progress(cursor.model_dump_json(), done, over=over, total=found.rows)

    async def discard(self, work: Work) -> None:
        found = await self._ports.imports.get(work.owner_id, work.key or "")
        if found is not None and found.stage == "checking" and found.work_id == work.id:
            await self._ports.imports.save(found.changed(work.updated_at, stage="cancelled"))
            await self._ports.imports.drop(found)

    async def _expired(self, work: Work, found: Import) -> Progress:
        await self._ports.imports.save(found.changed(work.updated_at, stage="expired"))
        return Progress(work.cursor, 0, over=True)

    async def _gather_twins(self, found: Import) -> bool:
        """Keep which rows mean the person of an earlier one; False if the rows are no longer kept."""
        first, twins = dict[str, int](), list[tuple[int, int]]()
        for page in range(found.pages):
            said = await said_on(found, page, self._ports)
            if said is None:
                return False
            for row in said:
                keys = list(keys_of(row))
                earlier = [first[key] for key in keys if key in first]
                if earlier:
                    twins.append((row.number, min(earlier)))
                for key in keys:
                    first.setdefault(key, row.number)
        await self._ports.imports.put(found, [(_TWINS, twins), (_SEEN, [])])
        return True


def _once(plans: Sequence[Plan], seen: dict[str, int]) -> tuple[list[Plan], dict[int, int]]:
    """The plans, of which one may change a person, and the rows that mean somebody of an earlier one.

    By the identifier in one row and by the address in another, which only the people who are there tell.
    """
    found, twins = list[Plan](), dict[int, int]()
    for plan in plans:
        first = seen.setdefault(plan.whom, plan.number) if plan.before and plan.whom else plan.number
        if first != plan.number:
            twins[plan.number] = first
            told = RowFault("", "same_person", str(first))
            found.append(faulty(plan.number, plan.name, [told]))
        else:
            found.append(plan)
    return found, twins


async def said_on(found: Import, page: int, ports: CheckPorts) -> list[Said] | None:
    """What the rows of a page say; None once they are no longer kept."""
    lines = await lines_of(found, page, ports.imports)
    if lines is None:
        return None

    def all_said() -> Sequence[Said]:
        return [say(line, found.columns, found.fields) for line in lines]

    return list(await ports.aside(all_said))


async def given_for(found: Import, work: Work, ports: CheckPorts) -> Given | None:
    """What the rows are compared with; None once the file is no longer kept."""
    twins = await ports.imports.read(found, _TWINS)
    if twins is None:
        return None
    names = TeamNames(await ports.teams.get(found.org_id))
    return Given(found, names, dict(twins), work.created_at)
