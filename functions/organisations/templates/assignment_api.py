"""`/api/v1/organisations/{organisationId}/template-assignments`: which template the cards of whom follow."""

from datetime import datetime

import wiring.operations
import wiring.organisations.assignments
import wiring.organisations.teams
import wiring.organisations.templates
from domain.base.model import Closed
from domain.organisations.roles import NotAllowed
from domain.organisations.staff_cards.assign_effects import AssignEffect, read_effect, start_counting
from domain.organisations.staff_cards.effects import NotCounted
from domain.organisations.templates.assigning import (
    AssignmentContent,
    Assignments,
    NothingToAssign,
    change_assignments,
    put_in_force,
)
from functions.framework.operations import Answer, Call, operation
from functions.operations.api import WorkOut, work_out
from functions.organisations.acting import acting_in


class AssignmentsOut(Closed):
    """Which template the cards of whom follow: as it is in force, and as a draft would have it.

    A team's people follow its template, or else that of the nearest team above it, or else the default. Of
    somebody in several teams, the assignment that stands first counts.
    """

    draft: AssignmentContent
    in_force: AssignmentContent
    number: int
    updated_at: datetime | None


class AssignmentEffectOut(Closed):
    """What putting the draft in force would change, of the cards of the organisation.

    `templates` says how many cards would get which template. `unassigned` cards keep theirs, because the
    draft gives their people none. While it is not `over`, more people are being counted.
    """

    people: int
    cards: int
    changed: int
    templates: dict[str, int]
    unassigned: int
    over: bool
    counted_at: datetime


def _out(assignments: Assignments) -> Answer:
    out = AssignmentsOut(
        draft=assignments.draft,
        in_force=assignments.in_force,
        number=assignments.number,
        updated_at=assignments.updated_at,
    )
    return Answer(out, assignments.version)


def _effect_out(effect: AssignEffect) -> AssignmentEffectOut:
    return AssignmentEffectOut(
        people=effect.people,
        cards=effect.cards,
        changed=effect.changed,
        templates=effect.templates,
        unassigned=effect.unassigned,
        over=effect.over,
        counted_at=effect.counted_at,
    )


@operation("Which template the cards of whom follow", answer=AssignmentsOut, conflicts=(NotAllowed,))
async def get_assignments(call: Call) -> Answer:
    by = await acting_in(call, "see_templates")
    return _out(await wiring.organisations.assignments.store().get(by.organisation.id))


@operation(
    "Change the draft of which template the cards of whom follow; cards change when it is put in force",
    body=AssignmentContent,
    answer=AssignmentsOut,
    versioned=True,
    conflicts=(NotAllowed,),
)
async def put_assignments(call: Call[AssignmentContent]) -> Answer:
    by = await acting_in(call, "assign_templates")
    changed = await change_assignments(
        by,
        call.body,
        version=call.version,
        now=call.now,
        store=wiring.organisations.assignments.store(),
        teams=wiring.organisations.teams.store(),
        templates=wiring.organisations.templates.store(),
    )
    return _out(changed)


@operation(
    "Begin to count what putting the draft in force would change; repeating it begins nothing more",
    answer=WorkOut,
    versioned=True,
    conflicts=(NotAllowed,),
)
async def post_effect(call: Call) -> Answer:
    by = await acting_in(call, "assign_templates")
    store, works = wiring.organisations.assignments.store(), wiring.operations.works()
    queue = wiring.operations.work_queue()
    work = await start_counting(by, call.version, call.now, store=store, works=works, queue=queue)
    return Answer(work_out(work), work.version)


@operation(
    "What putting the draft in force would change, as far as it is counted",
    answer=AssignmentEffectOut,
    conflicts=(NotAllowed, NotCounted),
)
async def get_effect(call: Call) -> Answer:
    by = await acting_in(call, "see_templates")
    store = wiring.organisations.assignments.store()
    return Answer(_effect_out(await read_effect(await store.get(by.organisation.id), effects=store)))


@operation(
    "Put the draft in force: long work brings the cards in line",
    answer=AssignmentsOut,
    versioned=True,
    conflicts=(NotAllowed, NothingToAssign),
)
async def put_assignments_in_force(call: Call) -> Answer:
    by = await acting_in(call, "assign_templates")
    store, settle = wiring.organisations.assignments.store(), wiring.organisations.settle
    return _out(await put_in_force(by, version=call.version, now=call.now, store=store, settle=settle))
