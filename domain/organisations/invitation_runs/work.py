"""The long work of a run of invitations: counting those who would be invited, and inviting them.

An invitation names the run that sent it. So a step that is done again, after a worker died, finds whom it has
invited, and nobody is invited or counted twice. A person is invited to the role that they are known with.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple, Protocol

from pydantic import Field

from domain.base.errors import Unavailable
from domain.base.limits import MOST_INVITATIONS, RUN_INVITATIONS, TooManyRequests
from domain.base.model import Model
from domain.operations.slices import Slice
from domain.operations.work import Progress, Work
from domain.organisations.invitation_runs.run import (
    MOST_NAMED,
    Counts,
    LeftOut,
    People,
    Run,
    RunStore,
    Stage,
    Why,
)
from domain.organisations.invitations.invitation import Invitation, Round, folded
from domain.organisations.invitations.inviting import (
    Inviting,
    Sending,
    invitations_to,
    made_for,
    mails_order,
)
from domain.organisations.organisation import Member, OrganisationStore
from domain.organisations.roles import INVITED_ROLES, InvitedRole

_TRIES: Final = 5
_LIMIT: Final[Why] = "limit"


class PeopleOf(Protocol):
    async def number_of(self, run: Run) -> int: ...
    async def people(self, run: Run, after: str) -> People: ...


class RunPorts(NamedTuple):
    runs: RunStore
    organisations: OrganisationStore
    people: PeopleOf
    inviting: Inviting


class RunCursor(Model):
    """Where the next people begin, and what became of those before."""

    after: str = ""
    counts: Counts = Field(default_factory=Counts)
    left_out: list[LeftOut] = Field(default=[])

    @staticmethod
    def of(work: Work) -> "RunCursor":
        return RunCursor.model_validate_json(work.cursor) if work.cursor else RunCursor()

    def with_more(self, found: "Judged", gone: int, after: str) -> "RunCursor":
        more = Counter[str](found.left_out.values())
        more.update(chosen=len(found.chosen), gone=gone)
        counts = {name: number + more[name] for name, number in self.counts.model_dump().items()}
        named = [LeftOut(member_id=each, why=why) for each, why in found.left_out.items() if why != "joined"]
        return RunCursor(after=after, counts=Counts(**counts), left_out=[*self.left_out, *named][:MOST_NAMED])


class Judged(NamedTuple):
    """Members who are, or were, invited by this run, and why the others are not, by their ids."""

    chosen: list[Member]
    left_out: dict[str, Why]


class _Step(NamedTuple):
    """What is known of some people: who is invited already by this run, and who is still to be."""

    sent: list[Member]
    wanted: list[Member]
    left_out: dict[str, Why]
    known: dict[str, Invitation]


async def _look(run: Run, members: Sequence[Member], now: datetime, ports: RunPorts) -> _Step:
    addresses = [each.email for each in members]
    known = await invitations_to(run.org_id, addresses, ports.inviting) if addresses else {}
    step = _Step([], [], {}, known)
    for each in members:
        there = known.get(folded(each.email))
        if there is not None and there.run == run.id:
            step.sent.append(each)
        elif each.has_joined:
            step.left_out[each.id] = "joined"
        elif there is not None and there.is_open(now):
            step.left_out[each.id] = "invited"
        else:
            step.wanted.append(each)
    return step


class _RunJob:
    """What counting and inviting have in common: going through the people, one step after the other."""

    stage: Stage
    next_stage: Stage

    def __init__(self, ports: RunPorts) -> None:
        self._ports = ports

    async def slice(self, work: Work, bound: Slice) -> Progress:
        run, cursor = await self._open(work), RunCursor.of(work)
        if run is None:
            return Progress(work.cursor, 0, over=True)
        if await self._is_closed(run):
            # Nobody could join. Who takes the organisation back begins a run anew.
            await self._give_up(run, work)
            return Progress(work.cursor, 0, over=True)
        total = work.total or await self._ports.people.number_of(run)
        following: str | None = cursor.after
        room = await self._room(run, work.updated_at)
        while following is not None and not bound.is_over:
            people = await self._ports.people.people(run, following)
            judged = await self._step(run, people.members, work.updated_at, room)
            room -= len(judged.chosen)
            bound.spend(max(1, len(people.members)))
            following = people.following
            cursor = cursor.with_more(judged, people.gone, following or cursor.after)
        if following is None:
            await self._end(run, cursor, self.next_stage, work.updated_at)
        done = cursor.counts.people - work.done
        return Progress(cursor.model_dump_json(), done, over=following is None, total=total)

    async def _open(self, work: Work) -> Run | None:
        """The run of a work, if it is at this stage."""
        run = await self._ports.runs.get(work.owner_id, work.key or "")
        return run if run and run.stage == self.stage and run.work_id == work.id else None

    async def _is_closed(self, run: Run) -> bool:
        organisation = await self._ports.organisations.get(run.org_id)
        return organisation is None or organisation.closed

    async def _end(self, run: Run, cursor: RunCursor, stage: Stage, at: datetime) -> None:
        told = {"stage": stage, "counts": cursor.counts, "left_out": cursor.left_out}
        await self._ports.runs.save(run.changed(at, **told))

    async def discard(self, work: Work) -> None:
        """Who was invited so far stays invited."""
        run = await self._open(work)
        if run is not None:
            await self._give_up(run, work)

    async def _give_up(self, run: Run, work: Work) -> None:
        """End the run with those who were invited so far; who was only counted was not."""
        cursor = RunCursor.of(work) if run.stage == "sending" else RunCursor()
        await self._end(run, cursor, "cancelled", work.updated_at)

    async def _room(self, run: Run, now: datetime) -> int:
        """How many more invitations may wait."""
        waiting = await self._ports.inviting.invitations.count_waiting(run.org_id, now)
        return MOST_INVITATIONS - waiting

    async def _step(self, run: Run, members: Sequence[Member], now: datetime, room: int) -> Judged:
        raise NotImplementedError


class CountJob(_RunJob):
    stage, next_stage = "counting", "ready"

    async def _step(
        self,
        run: Run,
        members: Sequence[Member],
        now: datetime,
        room: int,  # noqa: ARG002 - nobody is invited
    ) -> Judged:
        step = await _look(run, members, now, self._ports)
        return Judged([*step.sent, *step.wanted], step.left_out)


class SendJob(_RunJob):
    stage, next_stage = "sending", "done"

    async def _step(self, run: Run, members: Sequence[Member], now: datetime, room: int) -> Judged:
        """Invite those of these people who are to be, in one batch with the order of their mails."""
        admitted = False
        for _ in range(_TRIES):
            step = await _look(run, members, now, self._ports)
            fit, late = step.wanted[: max(0, room)], step.wanted[max(0, room) :]
            if fit and not admitted and not await self._admits(run.org_id, len(fit), now):
                fit, late = [], step.wanted
            admitted = True
            if not fit or await self._invite(run, fit, step.known, now):
                left_out = step.left_out | dict.fromkeys((each.id for each in late), _LIMIT)
                return Judged([*step.sent, *fit], left_out)
            # Somebody else has invited one of them at this moment.
        raise Unavailable

    async def _admits(self, org_id: str, number: int, now: datetime) -> bool:
        """Whether so many more may be sent today."""
        try:
            await self._ports.inviting.limiter.take(RUN_INVITATIONS, org_id, now, number)
        except TooManyRequests:
            return False
        return True

    async def _invite(
        self, run: Run, people: Sequence[Member], known: Mapping[str, Invitation], now: datetime
    ) -> bool:
        ports, wanted = self._ports.inviting, {each.email: _role_of(each) for each in people}
        how = Sending(run.org_id, now, run.language, run.invited_by, run.id)
        made = made_for(wanted, known, how, ports.keys[0])
        text = " ".join([run.id, *(f"{each.id} {each.generation}" for each in made)])
        key = hashlib.sha256(text.encode()).hexdigest()
        sent = Round(key=key, org_id=run.org_id, request=run.id, invitations=[each.id for each in made])
        order = mails_order(run.org_id, key, now)
        if not await ports.invitations.create(sent, made, order, run=run.id):
            return False
        await ports.settle(order)
        return True


def _role_of(member: Member) -> InvitedRole:
    """The role that the person is known with. Nobody comes in as an owner."""
    return next((role for role in INVITED_ROLES if role == member.role), "member")
