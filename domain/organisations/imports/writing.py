"""Writing of the rows of an import as long work.

What a row does is worked out anew, by who is there now. People are stored in batches, each with the journal
of what it did: so a page that is done again, after a worker died, does what is left of it and nothing twice.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from domain.base.errors import NotFound, StaleVersion, Unavailable
from domain.base.limits import MOST_PEOPLE, MOST_TEAMS_OF_A_PERSON, LimitReached
from domain.base.texts import N_
from domain.operations.slices import Slice
from domain.operations.work import Failure, Progress, Work
from domain.organisations.imports.checking import CheckCursor, CheckPorts, given_for, open_import, said_on
from domain.organisations.imports.imports import (
    CHANGED,
    FAULTY,
    NEW,
    Batch,
    Before,
    Import,
    ImportStore,
    ImportVersion,
    Journal,
    SettleAll,
    Together,
    Written,
    import_at,
    orders_of,
)
from domain.organisations.imports.planning import Given, Plan, faulty, plan_rows
from domain.organisations.imports.report import Row, read_rows, report_piece, reported
from domain.organisations.imports.rows import RowFault, Said
from domain.organisations.organisation import (
    Acting,
    KnownAlready,
    Member,
    OrganisationStore,
)
from domain.organisations.staff_cards.making import in_force, in_force_if_any
from domain.organisations.staff_cards.making_many import Make, Releases

_TRIES: Final = 5
# Operations of a batch of the store, without that for the journal; and those of a row: the person, what they
# are known by, and the order that follows a change of somebody who was known before.
_MOST_OPERATIONS: Final = 99
_OF_NEW, _OF_KNOWN = 3, 6


# Brings the cards of people in line with who they are now, and makes those of new people if that is chosen.
InLine = Callable[[str, list[str], datetime], Awaitable[object]]


class WritePorts(NamedTuple):
    check: CheckPorts
    settle_all: SettleAll
    together: Together
    releases: Releases
    make: Make
    in_line: InLine

    @property
    def imports(self) -> ImportStore:
        return self.check.imports


async def start_writing(
    by: Acting,
    of: ImportVersion,
    template_id: str | None,
    *,
    now: datetime,
    imports: ImportStore,
    organisations: OrganisationStore,
    releases: Releases,
) -> Import:
    """Write what was checked; with a template also the cards of these people."""
    found = await import_at(by, of, imports, "ready")
    new = found.count(NEW)
    if new and await organisations.count_members(found.org_id) + new > MOST_PEOPLE:
        raise LimitReached(
            N_("This organisation has %(most)s people, and may not have more.", most=MOST_PEOPLE)
        )
    if template_id is not None:
        await in_force(found.org_id, template_id, **releases._asdict())
    return await imports.save(found.changed(now, stage="writing", template_id=template_id))


class WriteJob:
    def __init__(self, ports: WritePorts) -> None:
        self._ports = ports

    async def slice(self, work: Work, bound: Slice) -> Progress:
        check = self._ports.check
        found = await open_import(work, "writing", imports=check.imports, organisations=check.organisations)
        if found is None:
            return Progress(work.cursor, 0, over=True)
        cursor, failures = CheckCursor.of(work), list[Failure]()
        given = await given_for(found, work, check)
        room = MOST_PEOPLE - await check.organisations.count_members(found.org_id)
        while cursor.page < found.pages and not bound.is_over:
            said = await said_on(found, cursor.page, check)
            if said is None or given is None:
                # What the file says has expired while the work was paused: what is written stays.
                cursor = CheckCursor(page=found.pages, effects=cursor.effects.ljust(found.rows, FAULTY))
                break
            plans = await self._page(cursor.page, said, given, max(0, room))
            effects, rows = reported(plans)
            await check.imports.put(found, [(report_piece(cursor.page), rows)])
            failures += [Failure(item=str(row.number), code=row.faults[0].code) for row in rows if row.faults]
            room -= effects.count(NEW)
            bound.spend(len(rows))
            cursor = CheckCursor(page=cursor.page + 1, effects=cursor.effects + effects)
        over = cursor.page == found.pages
        if over:
            told = {"stage": "done", "effects": cursor.effects, "written_at": work.updated_at}
            await check.imports.save(found.changed(work.updated_at, **told))
        return Progress(
            cursor.model_dump_json(), len(cursor.effects) - work.done, over=over, total=found.rows,
            failures=tuple(failures),
        )  # fmt: skip

    async def discard(self, work: Work) -> None:
        """Take back what was written so far, as long work of its own."""
        found = await self._ports.imports.get(work.owner_id, work.key or "")
        if found is not None and found.stage == "writing":
            effects = CheckCursor.of(work).effects.ljust(found.rows, FAULTY)
            undoing = found.changed(work.updated_at, stage="undoing", effects=effects)
            await self._ports.imports.save(undoing)

    async def _page(self, page: int, said: Sequence[Said], given: Given, room: int) -> list[Plan]:
        """Store the people of a page; what became of each row."""
        imports, of = self._ports.imports, given.of
        earlier = {row.number: row for row in read_rows(await imports.read(of, report_piece(page)) or [])}
        done, refused = dict[int, Plan](), dict[int, Plan]()
        for attempt in range(_TRIES):
            written = [row for journal in await imports.journals_of(of, page) for row in journal.rows]
            for row in written:
                done.setdefault(row.row, _as_written(row, earlier.get(row.row)))
            left = [each for each in said if each.number not in done and each.number not in refused]
            plans = await plan_rows(left, given, imports)
            plans = _within(plans, room - sum(row.before is None for row in written))
            waiting = [plan for plan in plans if plan.writes]
            done |= {plan.number: plan for plan in plans if not plan.writes}
            if not waiting:
                break
            for group in await self._stored(page, _groups(waiting), given):
                done |= {plan.number: plan for plan in group.done}
                # By then it was planned anew, and is refused all the same.
                refused |= {plan.number: plan for plan in group.refused if attempt}
        all_plans = [*done.values(), *refused.values()]
        missing = {each.number for each in said} - {plan.number for plan in all_plans}
        if missing:
            raise Unavailable
        return await self._with_cards(of, sorted(all_plans, key=lambda plan: plan.number), given.now)

    async def _stored(self, page: int, groups: list[list[Plan]], given: Given) -> list["_Stored"]:
        """Store groups: several at once, but one after the other where they change numbers of teams."""
        apart = [group for group in groups if not any(map(_more_teams, group))]
        found = await self._ports.together([self._store(page, group, given) for group in apart])
        in_a_row = [group for group in groups if any(map(_more_teams, group))]
        return [*found, *[await self._store(page, group, given) for group in in_a_row]]

    async def _store(self, page: int, group: list[Plan], given: Given) -> "_Stored":
        """Store a group. If it is refused, none of it is stored, and it is planned anew."""
        new = [plan.after for plan in group if plan.after and not plan.before]
        known = [plan for plan in group if plan.before]
        people = [plan.after for plan in known if plan.after]
        imports, org_id = self._ports.imports, given.of.org_id
        carded = await imports.with_cards(org_id, [each.id for each in people]) if people else set[str]()
        # By another team somebody may get a template, and so a card.
        carded |= {plan.after.id for plan in known if plan.after and _more_teams(plan)}
        orders = orders_of(people, carded, given.now)
        rows = [_written(plan) for plan in group]
        journal = Journal(org_id=org_id, import_id=given.of.id, page=page, first=group[0].number, rows=rows)
        try:
            await imports.write(Batch(journal, new, people, (), orders))
        except KnownAlready as refusal:
            plan = known[refusal.place]
            return _Stored([], [faulty(plan.number, plan.name, [RowFault("", refusal.kind)])])
        except StaleVersion:
            return _Stored([], [])
        await self._ports.settle_all(orders)
        return _Stored(group, [])

    async def _with_cards(self, of: Import, plans: list[Plan], now: datetime) -> list[Plan]:
        """Make the cards of the people of a page, if that is wanted; tell of those that cannot be made."""
        if of.template_id is None:
            new = [plan.whom for plan in plans if plan.effect == NEW and plan.whom]
            if new:
                await self._ports.in_line(of.org_id, new, now)
            return plans
        ids = [whom for plan in plans if (whom := plan.whom) is not None]
        people = await self._ports.imports.members(of.org_id, ids)
        failed = await self._make(of.org_id, of.template_id, people)
        told = [RowFault("", "no_card")]
        return [plan._replace(faults=told) if plan.whom in failed else plan for plan in plans]

    async def _make(self, org_id: str, template_id: str, people: Sequence[Member]) -> set[str]:
        """Ids of those whose card cannot be made. Repeating it is safe."""
        organisation = await self._ports.check.organisations.get(org_id)
        release = await in_force_if_any(org_id, template_id, **self._ports.releases._asdict())
        if organisation is None or release is None:
            return {each.id for each in people}
        return {failed.item for failed in await self._ports.make(list(people), release, organisation)}


class _Stored(NamedTuple):
    """What became of a group: rows that are stored, and rows that somebody else has made impossible."""

    done: list[Plan]
    refused: list[Plan]


def _more_teams(plan: Plan) -> set[str]:
    return set(plan.after.teams if plan.after else ()) - set(plan.before.teams if plan.before else ())


def _groups(plans: Sequence[Plan]) -> list[list[Plan]]:
    """Rows that fit into one batch of the store, with the numbers of people of their teams."""
    groups, teams, spent = list[list[Plan]](), set[str](), 0
    for plan in plans:
        more, cost = _more_teams(plan), _OF_KNOWN if plan.before else _OF_NEW
        if not groups or not _fits(spent + cost, len(teams | more)):
            groups.append([])
            teams, spent = set(), 0
        groups[-1].append(plan)
        teams |= more
        spent += cost
    return groups


def _fits(operations: int, teams: int) -> bool:
    return teams <= MOST_TEAMS_OF_A_PERSON and operations + teams <= _MOST_OPERATIONS


def _within(plans: list[Plan], room: int) -> list[Plan]:
    """The plans without new people beyond the most that an organisation may have."""
    seen, found = Counter[str](), list[Plan]()
    for plan in plans:
        seen[plan.effect] += 1
        beyond = plan.effect == NEW and seen[NEW] > room
        found.append(faulty(plan.number, plan.name, [RowFault("", "limit_reached")]) if beyond else plan)
    return found


def _written(plan: Plan) -> Written:
    after, before = plan.after, plan.before
    if after is None:
        raise NotFound
    if before is None or before.ended is not None:
        return Written(
            row=plan.number, member_id=after.id, version=after.version, ended=before.ended if before else None
        )
    return Written(row=plan.number, member_id=after.id, version=after.version, before=as_before(before))


def as_before(member: Member) -> Before:
    return Before(
        name=member.name,
        email=member.email,
        external_id=member.external_id,
        details=member.details.model_dump(),
        teams=member.teams,
    )


def _as_written(row: Written, checked: Row | None) -> Plan:
    """What a worker that died had done, as its journal says."""
    effect = NEW if row.before is None else CHANGED
    name, fields = (checked.name, checked.fields) if checked else ("", [])
    return Plan(row.row, effect, name, fields, [], member_id=row.member_id)
