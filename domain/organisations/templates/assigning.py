"""Which template the cards of whom follow: one list for the organisation, worked on as a draft.

A team's people follow its template; without one, that of the nearest team above it; without any, the default.
Of somebody in several teams, the assignment that stands first in the list counts.
"""

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Final, Protocol

from pydantic import Field

from domain.base.errors import Conflict, Fault, InvalidInput, StaleVersion
from domain.base.ids import ID_BYTES, ID_PREFIXES, make_id
from domain.base.limits import MOST_TEAMS
from domain.base.model import Closed, Model
from domain.base.texts import N_
from domain.operations.orders import Order, new_order
from domain.operations.work import Work, WorkQueue, WorkStore, new_work, start_work
from domain.organisations.organisation import Acting, Member, Settle
from domain.organisations.teams.team import TeamId, Teams, TeamStore
from domain.organisations.templates.templates import Template, TemplateStore

# Order after a change of who follows which template, and the long work that brings the cards in line.
ASSIGNING: Final = "org-assignments"
TemplateId = Annotated[str, Field(max_length=40, pattern="^tpl_[a-z2-7]{26}$")]


class NothingToAssign(Conflict):
    code = "nothing_to_assign"
    title = N_("The draft says what is in force already")


class TeamTemplate(Closed):
    team_id: TeamId
    template_id: TemplateId


class AssignmentContent(Closed):
    """`teams` is in order. With `cardsForNew`, who comes from then on gets a card at once."""

    teams: Annotated[list[TeamTemplate], Field(max_length=MOST_TEAMS)] = Field(default=[])
    default: TemplateId | None = None
    cards_for_new: bool = False


class Assignments(Model):
    """`number` counts how often a draft was put in force. People who came since `new_since` are new."""

    org_id: str
    version: int = 1
    draft: AssignmentContent = Field(default_factory=AssignmentContent)
    in_force: AssignmentContent = Field(default_factory=AssignmentContent)
    number: int = 0
    new_since: datetime | None = None
    updated_at: datetime | None = None
    etag: str | None = Field(default=None, exclude=True)

    def changed(self, at: datetime, **update: object) -> "Assignments":
        return self.model_copy(update={"version": self.version + 1, "updated_at": at, **update})

    def is_new(self, member: Member) -> bool:
        return self.new_since is not None and member.since >= self.new_since


class AssignmentStore(Protocol):
    async def get(self, org_id: str) -> Assignments: ...
    async def save(self, assignments: Assignments, order: Order | None = None) -> Assignments:
        """Store them; `StaleVersion` if somebody else did meanwhile."""
        ...


def template_for(member: Member, teams: Teams, assignments: AssignmentContent) -> str | None:
    """The template that a member's card follows, if any is theirs.

    A deleted team counts until it is taken from its people.
    """
    places = {each.team_id: place for place, each in enumerate(assignments.teams)}
    found = [place for team_id in member.teams if (place := _nearest(team_id, teams, places)) is not None]
    return assignments.teams[min(found)].template_id if found else assignments.default


def _nearest(team_id: str | None, teams: Teams, places: dict[str, int]) -> int | None:
    """The place in the list of this team, or of the nearest one above it."""
    while team_id is not None:
        if team_id in places:
            return places[team_id]
        team = teams.any(team_id)
        team_id = team.parent_id if team else None
    return None


async def change_assignments(
    by: Acting,
    content: AssignmentContent,
    *,
    version: int,
    now: datetime,
    store: AssignmentStore,
    teams: TeamStore,
    templates: TemplateStore,
) -> Assignments:
    """Change the draft. No card changes before it is put in force."""
    org_id = by.organisation.id
    assignments = await store.get(org_id)
    if assignments.version != version:
        raise StaleVersion
    found = {each.id: each for each in await templates.all(org_id)}
    _check(content, await teams.get(org_id), found.get)
    return await store.save(assignments.changed(now, draft=content))


def _check(content: AssignmentContent, teams: Teams, template: Callable[[str], Template | None]) -> None:
    faults, live, seen = list[Fault](), teams.names(), set[str]()
    for place, each in enumerate(content.teams):
        at, usable_at = f"/teams/{place}/teamId", f"/teams/{place}/templateId"
        if each.team_id not in live:
            faults.append(Fault(at, "not_found", N_("is no team of this organisation")))
        elif each.team_id in seen:
            faults.append(Fault(at, "duplicate", N_("is in the list already")))
        seen.add(each.team_id)
        faults += _usable(usable_at, template(each.template_id))
    if content.default:
        faults += _usable("/default", template(content.default))
    if faults:
        raise InvalidInput(faults)


def _usable(at: str, template: Template | None) -> list[Fault]:
    if template is None:
        return [Fault(at, "not_found", N_("is no template of this organisation"))]
    if not template.number:
        return [Fault(at, "template_not_in_force", N_("is a template that is not in force yet"))]
    return []


async def put_in_force(
    by: Acting, *, version: int, now: datetime, store: AssignmentStore, settle: Settle
) -> Assignments:
    """Put the draft in force. Long work brings the cards in line."""
    assignments = await store.get(by.organisation.id)
    if assignments.version != version:
        raise StaleVersion
    draft, before = assignments.draft, assignments.in_force
    if draft == before:
        raise NothingToAssign
    since = assignments.new_since if before.cards_for_new else now
    changed = assignments.changed(
        now,
        in_force=draft,
        number=assignments.number + 1,
        new_since=since if draft.cards_for_new else None,
    )
    order = assigning_order(by.organisation.id, now)
    saved = await store.save(changed, order)
    await settle(order)
    return saved


def assigning_order(org_id: str, now: datetime) -> Order:
    """What follows a change of who follows which template, for all people."""
    return new_order(ASSIGNING, org_id, org_id, now, container="organisations")


async def order_assigning(
    order: Order, *, store: AssignmentStore, works: WorkStore, queue: WorkQueue
) -> None:
    """Start the work over all people, if templates are assigned at all. Safe to repeat."""
    if (await store.get(order.owner_id)).number:
        await start_for_all(order, works=works, queue=queue)


async def start_for_all(order: Order, *, works: WorkStore, queue: WorkQueue) -> None:
    """Start the work over all people: also after a new name of the organisation, which cards may say."""
    work_id = _work_id(f"{order.owner_id} {order.created_at}")
    work = new_work(ASSIGNING, order.owner_id, work_id, order.created_at)
    await start_work(work.model_copy(update={"cursor": "all "}), works=works, queue=queue)


def people_work(people: list[Member]) -> Work:
    """The work that follows a change of teams of these people, to be stored with it."""
    first = people[0]
    # By what was read of them, which is never the same twice.
    before = " ".join(f"{each.id} {each.etag}" for each in people)
    work = new_work(ASSIGNING, first.org_id, _work_id(before), first.updated_at)
    return work.model_copy(update={"cursor": " ".join(["of", *(each.id for each in people)])})


def _work_id(text: str) -> str:
    digest = hashlib.sha256(f"{ASSIGNING} {text}".encode()).digest()
    return make_id(ID_PREFIXES["work"], digest[:ID_BYTES])
