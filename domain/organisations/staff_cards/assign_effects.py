"""What a draft of who follows which template would change, before it is in force: counted by long work."""

import hashlib
from collections import Counter
from datetime import datetime
from typing import Final, NamedTuple, Protocol

from pydantic import Field

from domain.base.errors import StaleVersion
from domain.base.ids import ID_BYTES, ID_PREFIXES, make_id
from domain.base.model import Model
from domain.operations.slices import Slice
from domain.operations.work import Progress, Work, WorkQueue, WorkStore, new_work, start_work
from domain.organisations.organisation import Acting, Member, MemberFilter
from domain.organisations.staff_cards.assigned import Cards, People, cards_of
from domain.organisations.staff_cards.effects import NotCounted
from domain.organisations.teams.team import Teams, TeamStore
from domain.organisations.templates.assigning import (
    AssignmentContent,
    Assignments,
    AssignmentStore,
    template_for,
)

COUNTING: Final = "assignment-effect"
_PAGE: Final = 50


class AssignEffect(Model):
    """Effect of one version of a draft. `after` is the member who was counted last.

    `changed` cards get another template: `templates` says how many get which. Of those that keep theirs,
    `unassigned` have one that the draft gives their people no longer, as it gives them none.
    """

    org_id: str
    version: int
    people: int = 0
    cards: int = 0
    changed: int = 0
    templates: dict[str, int] = Field(default={})
    unassigned: int = 0
    after: str = ""
    over: bool = False
    counted_at: datetime
    etag: str | None = Field(default=None, exclude=True)


class AssignEffectStore(Protocol):
    async def get_effect(self, org_id: str) -> AssignEffect | None: ...
    async def put_effect(self, effect: AssignEffect) -> None:
        """Store an effect in place of an earlier one."""
        ...


class AssignEffectPorts(NamedTuple):
    people: People
    teams: TeamStore
    assignments: AssignmentStore
    cards: Cards
    effects: AssignEffectStore


async def start_counting(
    by: Acting, version: int, now: datetime, *, store: AssignmentStore, works: WorkStore, queue: WorkQueue
) -> Work:
    """Count the effect of this draft. Repeating it begins nothing more."""
    assignments = await store.get(by.organisation.id)
    if assignments.version != version:
        raise StaleVersion
    digest = hashlib.sha256(f"{COUNTING} {assignments.org_id} {version}".encode()).digest()
    work = new_work(COUNTING, assignments.org_id, make_id(ID_PREFIXES["work"], digest[:ID_BYTES]), now)
    return await start_work(work.model_copy(update={"cursor": str(version)}), works=works, queue=queue)


async def read_effect(assignments: Assignments, *, effects: AssignEffectStore) -> AssignEffect:
    """The effect of the draft as it is now, as far as it is counted."""
    effect = await effects.get_effect(assignments.org_id)
    if effect is None or effect.version != assignments.version:
        raise NotCounted
    return effect


class AssignEffectJob:
    """The cursor is the version of the draft; where the count is, is stored with the count."""

    def __init__(self, ports: AssignEffectPorts) -> None:
        self._ports = ports

    async def slice(self, work: Work, bound: Slice) -> Progress:
        org_id, version, ports = work.owner_id, int(work.cursor), self._ports
        organisation, assignments = await ports.people.get(org_id), await ports.assignments.get(org_id)
        if organisation is None or organisation.erasing or assignments.version != version:
            return Progress(work.cursor, 0, over=True)
        teams, effect = await ports.teams.get(org_id), await ports.effects.get_effect(org_id)
        if effect is None or effect.version != version:
            effect = AssignEffect(org_id=org_id, version=version, counted_at=work.created_at)
        while not (bound.is_over or effect.over):
            people, following = await ports.people.members(
                org_id, MemberFilter(), _PAGE, effect.after or None
            )
            cards = await cards_of(org_id, [each.id for each in people], ports.cards)
            templates = {member: card.staff.template_id for member, card in cards.items() if card.staff}
            effect = counted(effect, people, templates, teams, assignments.draft)
            effect = effect.model_copy(update={"over": following is None})
            bound.spend(max(1, len(people)))
        await ports.effects.put_effect(effect)
        return Progress(work.cursor, effect.people - work.done, over=effect.over)

    async def discard(self, work: Work) -> None:
        """The next draft replaces what was counted."""


def counted(
    effect: AssignEffect,
    people: list[Member],
    templates: dict[str, str],
    teams: Teams,
    draft: AssignmentContent,
) -> AssignEffect:
    """The effect with these people in it; `templates` are those that their cards follow now."""
    moved, unassigned = Counter(effect.templates), effect.unassigned
    for member in people:
        now = templates.get(member.id)
        wanted = template_for(member, teams, draft)
        if now is None:
            continue
        if wanted is None:
            unassigned += 1
        elif wanted != now:
            moved[wanted] += 1
    return effect.model_copy(
        update={
            "people": effect.people + len(people),
            "cards": effect.cards + len(templates),
            "changed": moved.total(),
            "templates": dict(moved),
            "unassigned": unassigned,
            "after": people[-1].id if people else effect.after,
        }
    )
