"""What a release of a template's draft would change, before it is released: on how many cards, and what.

Long work counts it over all cards. The count is stored with the card that was counted last, so that a worker
that dies counts none twice.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Final, NamedTuple, Protocol

from pydantic import Field

from domain.base.errors import Conflict, NotFound
from domain.base.ids import ID_BYTES, ID_PREFIXES, make_id
from domain.base.model import Closed, Model
from domain.base.texts import N_
from domain.cards.card import Card
from domain.cards.content import CardContent
from domain.operations.slices import Slice
from domain.operations.work import Progress, Work, WorkQueue, WorkStore, new_work, start_work
from domain.organisations.brand.brand import BrandStore
from domain.organisations.organisation import Acting, Member, Organisation
from domain.organisations.staff_cards.applying import Cards, Organisations, Templates
from domain.organisations.staff_cards.branding import in_brand
from domain.organisations.staff_cards.following import said
from domain.organisations.templates.staff_content import changed_fields
from domain.organisations.templates.templates import Release, Template

COUNTING: Final = "template-effect"
_PAGE: Final = 50
_MOST_EXAMPLES: Final = 20


class NotCounted(Conflict):
    code = "effect_not_counted"
    title = N_("The effect of this draft has not been counted yet")


class Example(Closed):
    """A card that changes, and its fields that do."""

    card_id: str
    fields: list[str]


class Effect(Model):
    """Effect of one version of a draft. `after` is the card that was counted last. `template_id` is that of
    the template or, of what was proposed for one, that of the proposal.

    `fields` says of how many cards a field changes, `problems` of how many it cannot say what is wanted.
    """

    org_id: str
    template_id: str
    version: int
    cards: int = 0
    changed: int = 0
    fields: dict[str, int] = Field(default={})
    problems: dict[str, int] = Field(default={})
    examples: list[Example] = Field(default=[])
    after: str = ""
    over: bool = False
    counted_at: datetime
    etag: str | None = Field(default=None, exclude=True)


class EffectStore(Protocol):
    async def get(self, org_id: str, template_id: str) -> Effect | None: ...
    async def put(self, effect: Effect) -> None:
        """Store an effect in place of an earlier one of its template."""
        ...


class EffectPorts(NamedTuple):
    templates: Templates
    cards: Cards
    organisations: Organisations
    effects: EffectStore
    brands: BrandStore


def as_released(template: Template) -> Release:
    """The release that the draft would be."""
    return Release(
        template_id=template.id,
        org_id=template.org_id,
        number=template.number + 1,
        content=template.draft,
        released_by="",
        released_at=template.updated_at,
    )


async def start_counting(template: Template, now: datetime, *, works: WorkStore, queue: WorkQueue) -> Work:
    """Count the effect of this draft. Repeating it begins nothing more."""
    text = f"{COUNTING} {template.org_id} {template.id} {template.version}"
    work_id = make_id(ID_PREFIXES["work"], hashlib.sha256(text.encode()).digest()[:ID_BYTES])
    work = new_work(COUNTING, template.org_id, work_id, now)
    cursor = f"{template.id} {template.version}"
    return await start_work(work.model_copy(update={"cursor": cursor}), works=works, queue=queue)


class EffectJob:
    """The cursor is the template and its version; where the count is, is stored with the count."""

    def __init__(self, ports: EffectPorts) -> None:
        self._ports = ports

    async def slice(self, work: Work, bound: Slice) -> Progress:
        template_id, version = work.cursor.split(" ")
        org_id, ports = work.owner_id, self._ports
        template = await ports.templates.get(org_id, template_id)
        organisation = await ports.organisations.get(org_id)
        if template is None or organisation is None or template.version != int(version):
            return Progress(work.cursor, 0, over=True)
        return await count_on(
            work, bound, Draft(template.id, template.version, as_released(template)), organisation, ports
        )

    async def discard(self, work: Work) -> None:
        """The next draft replaces what was counted."""


class Draft(NamedTuple):
    """What may be released, and the id and the version under which its effect is stored."""

    id: str
    version: int
    release: Release


async def count_on(
    work: Work, bound: Slice, draft: Draft, organisation: Organisation, ports: EffectPorts
) -> Progress:
    """Count the effect of a draft from where it was left, until the bound."""
    org_id = organisation.id
    release = in_brand(draft.release, await ports.brands.get(org_id))
    effect = await ports.effects.get(org_id, draft.id)
    if effect is None or effect.version != draft.version:
        effect = Effect(
            org_id=org_id, template_id=draft.id, version=draft.version, counted_at=work.created_at
        )
    total = work.total
    if total is None:
        total = await ports.cards.count_of_template(org_id, release.template_id)
    while not (bound.is_over or effect.over):
        cards = await ports.cards.of_template(org_id, release.template_id, _PAGE, effect.after)
        members = await ports.organisations.find_members(org_id, members_of(cards))
        effect = counted(effect, cards, members, release, organisation)
        bound.spend(max(1, len(cards)))
    await ports.effects.put(effect)
    return Progress(work.cursor, effect.cards - work.done, over=effect.over, total=total)


def members_of(cards: Iterable[Card]) -> list[str]:
    return [card.staff.member_id for card in cards if card.staff]


def counted(
    effect: Effect, cards: list[Card], members: list[Member], release: Release, organisation: Organisation
) -> Effect:
    """The effect with these cards in it; without any it is complete."""
    if not cards:
        return effect.model_copy(update={"over": True})
    known = {member.id: member for member in members}
    fields, problems, examples = Counter(effect.fields), Counter(effect.problems), [*effect.examples]
    changed = effect.changed
    for card in cards:
        member = card.staff and known.get(card.staff.member_id)
        if card.staff is None or not member:
            continue
        content, staff = said(member, release, organisation, card.staff)
        problems.update(staff.problems)
        if different := changed_fields(card.draft, content.looking(card.draft.look)):
            changed += 1
            fields.update(different)
            if len(examples) < _MOST_EXAMPLES:
                examples.append(Example(card_id=card.id, fields=different))
    return effect.model_copy(
        update={
            "cards": effect.cards + len(cards),
            "changed": changed,
            "fields": dict(fields),
            "problems": dict(problems),
            "examples": examples,
            "after": cards[-1].id,
        }
    )


async def read_effect(by: Acting, template: Template, *, effects: EffectStore) -> Effect:
    """The effect of the draft as it is now, as far as it is counted."""
    effect = await effects.get(by.organisation.id, template.id)
    if effect is None or effect.version != template.version:
        raise NotCounted
    return effect


class BeforeAfter(NamedTuple):
    before: CardContent
    after: CardContent
    fields: list[str]
    problems: list[str]


async def effect_on(by: Acting, template: Template, card_id: str, *, ports: EffectPorts) -> BeforeAfter:
    """What one card says now, and what it would say by the draft."""
    card = await ports.cards.get(template.org_id, card_id)
    if card is None or card.staff is None or card.staff.template_id != template.id:
        raise NotFound
    members = await ports.organisations.find_members(template.org_id, [card.staff.member_id])
    if not members:
        raise NotFound
    release = in_brand(as_released(template), await ports.brands.get(template.org_id))
    content, staff = said(members[0], release, by.organisation, card.staff)
    after = content.looking(card.draft.look)
    return BeforeAfter(card.draft, after, changed_fields(card.draft, after), staff.problems)
