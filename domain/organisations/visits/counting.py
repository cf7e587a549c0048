"""Counting of an organisation's visits: each night, long work goes through its people once.

A person's card is counted in the team that the person joined first, as it is that night; former days stay
as they were told. Where the count is, is one document. A day is told in one batch with it, so that a worker
that dies, or comes late, counts nobody twice, and nothing after the organisation is erased.
"""

import hashlib
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple, Protocol

from domain.base.ids import ID_BYTES, ID_PREFIXES, make_id
from domain.operations.slices import Slice
from domain.operations.work import Progress, Work, WorkQueue, WorkStore, new_work, start_work
from domain.organisations.organisation import Member, MemberFilter, OrganisationStore
from domain.organisations.staff_cards.making import staff_card_id
from domain.organisations.teams.team import Teams, TeamStore
from domain.organisations.visits.rule import NO_TEAM, OTHERS, Count, told
from domain.organisations.visits.sums import (
    MOST_DAYS_BACK,
    Counting,
    DayCount,
    Numbers,
    VisitSums,
    due_after,
    last_full_day,
)
from domain.visits.counting import Counted

SUMMING: Final = "org-visits"
# People whose cards are looked up at once.
_PAGE: Final = 50
_OF_KIND: Final = ("view", "save", "click")


class DueCountings(Protocol):
    def due(self, now: datetime) -> AsyncIterator[str]:
        """Organisations that have a day to be counted."""
        ...


class CardTraffic(Protocol):
    async def months_of(
        self, subject_ids: Sequence[str], months: Sequence[str]
    ) -> list[Mapping[str, Mapping[Counted, int]]]:
        """Counts of several cards, each by month."""
        ...


class SumPorts(NamedTuple):
    organisations: OrganisationStore
    teams: TeamStore
    traffic: CardTraffic
    sums: VisitSums


async def start_due(
    now: datetime, bound: Slice, *, due: DueCountings, works: WorkStore, queue: WorkQueue
) -> int:
    """Start the count of each organisation that has a day to be counted; return how many."""
    started, day = 0, last_full_day(now)
    async for org_id in due.due(now):
        text = f"{SUMMING} {org_id} {day}"
        work_id = make_id(ID_PREFIXES["work"], hashlib.sha256(text.encode()).digest()[:ID_BYTES])
        work = new_work(SUMMING, org_id, work_id, now).model_copy(update={"cursor": day.isoformat()})
        await start_work(work, works=works, queue=queue)
        started += 1
        bound.spend()
        if bound.is_over:
            break
    return started


class SumJob:
    """The cursor is the last day to count; how far the count is, is stored with it."""

    def __init__(self, ports: SumPorts) -> None:
        self._ports = ports

    async def slice(self, work: Work, bound: Slice) -> Progress:
        org_id, until, done = work.owner_id, date.fromisoformat(work.cursor), 0
        organisation = await self._ports.organisations.get(org_id)
        counting = await self._ports.sums.counting(org_id)
        if counting is None or organisation is None or organisation.erasing:
            return Progress(work.cursor, 0, over=True)
        teams = await self._ports.teams.get(org_id)
        while not bound.is_over:
            if counting.day >= until:
                return Progress(work.cursor, done, over=True)
            current = _current(counting, until)
            people, following = await self._ports.organisations.members(
                org_id, MemberFilter(), min(_PAGE, bound.left), current.after or None
            )
            current = await self._with(current, people, teams)
            bound.spend(max(1, len(people)))
            done += len(people)
            counting = counting.model_copy(update={"current": current})
            if following is None:
                counting = await self._told(counting, current, teams)
        if counting.current:
            await self._ports.sums.save(counting)
        return Progress(work.cursor, done)

    async def discard(self, work: Work) -> None:
        """The next night goes on."""

    async def _with(self, current: DayCount, people: list[Member], teams: Teams) -> DayCount:
        """The count with the cards of these people."""
        cards = [staff_card_id(person.org_id, person.id) for person in people]
        months = [f"{each:%Y-%m}" for each in (current.day, current.day.replace(day=1) - timedelta(days=1))]
        found = await self._ports.traffic.months_of(cards, months)
        counted = [_of_day(current.day, [each[month] for month in months]) for each in found]
        groups, names = dict(current.teams), teams.names()
        for person, counts in zip(people, counted, strict=True):
            team = team_of(person, names)
            so_far = groups.get(team)
            views, saves, clicks = counts
            if so_far:
                views, saves, clicks = (one.plus(more) for one, more in zip(so_far, counts, strict=True))
            groups[team] = (views, saves, clicks)
        after = people[-1].id if people else current.after
        return current.model_copy(update={"teams": groups, "after": after})

    async def _told(self, counting: Counting, current: DayCount, teams: Teams) -> Counting:
        """Tell the counted day, as far as the rule lets. What waits of a team that is gone is lost."""
        numbers, carried = dict[str, list[int]](), list[dict[str, int]]()
        there = {*teams.names(), NO_TEAM, OTHERS}
        for place, waiting in enumerate(counting.carried):
            of_kind = told({team: counts[place] for team, counts in current.teams.items()}, waiting)
            carried.append({team: few for team, few in of_kind.carried.items() if team in there})
            for team, number in of_kind.numbers.items():
                numbers.setdefault(team, [0, 0, 0])[place] = number
        counted = counting.model_copy(
            update={
                "day": current.day,
                "current": None,
                "carried": tuple(carried),
                "due_at": due_after(current.day),
            }
        )
        of_teams = {team: Numbers(*each) for team, each in numbers.items()}
        return await self._ports.sums.tell(counted, of_teams)


def _current(counting: Counting, until: date) -> DayCount:
    """The day that is to be counted next; days too long ago are left out."""
    day = max(counting.day, until - timedelta(days=MOST_DAYS_BACK)) + timedelta(days=1)
    if counting.current and counting.current.day == day:
        return counting.current
    return DayCount(day=day)


def team_of(person: Member, teams: Collection[str]) -> str:
    """The team in which a person's card is counted: of those that are there, the one they joined first."""
    return next((each for each in person.teams if each in teams), NO_TEAM)


def _of_day(day: date, months: list[Mapping[Counted, int]]) -> list[Count]:
    """A card's visits on a day, by kind, of the counts of its month and of the one before."""
    counts = list[Count]()
    for kind in _OF_KIND:
        visited = any(of == kind for month in months for _, of, _ in month)
        on_day = sum(number for (on, of, _), number in months[0].items() if (on, of) == (day.day, kind))
        counts.append(Count(int(visited), on_day))
    return counts
