"""`/api/v1/organisations/{organisationId}/templates/{templateId}/effect`: what a release would change."""

from datetime import datetime

import wiring.operations
import wiring.organisations.templates
from domain.base.errors import StaleVersion
from domain.base.model import Closed
from domain.cards.content import CardContent
from domain.organisations.roles import NotAllowed
from domain.organisations.staff_cards.effects import (
    Effect,
    Example,
    NotCounted,
    effect_on,
    read_effect,
    start_counting,
)
from domain.organisations.templates.templates import read_template
from functions.framework.operations import Answer, Call, operation
from functions.operations.api import WorkOut, work_out
from functions.organisations.acting import acting_in


class EffectOut(Closed):
    """What releasing the draft would change, of the cards that follow the template.

    `fields` says of how many cards a field changes, `problems` of how many it cannot say what is wanted.
    While it is not `over`, more cards are being counted.
    """

    cards: int
    changed: int
    fields: dict[str, int]
    problems: dict[str, int]
    examples: list[Example]
    over: bool
    counted_at: datetime


def effect_out(effect: Effect) -> EffectOut:
    return EffectOut(
        cards=effect.cards,
        changed=effect.changed,
        fields=effect.fields,
        problems=effect.problems,
        examples=effect.examples,
        over=effect.over,
        counted_at=effect.counted_at,
    )


class CardEffectOut(Closed):
    before: CardContent
    after: CardContent
    fields: list[str]
    problems: list[str]


@operation(
    "Begin to count what a release of the draft would change; repeating it begins nothing more",
    answer=WorkOut,
    versioned=True,
    conflicts=(NotAllowed,),
)
async def post_effect(call: Call) -> Answer:
    by = await acting_in(call, "change_templates")
    template = await read_template(
        by, call.params["templateId"], templates=wiring.organisations.templates.store()
    )
    if template.version != call.version:
        raise StaleVersion
    works, queue = wiring.operations.works(), wiring.operations.work_queue()
    work = await start_counting(template, call.now, works=works, queue=queue)
    return Answer(work_out(work), work.version)


@operation(
    "What a release of the draft would change, as far as it is counted",
    answer=EffectOut,
    conflicts=(NotAllowed, NotCounted),
)
async def get_effect(call: Call) -> Answer:
    by = await acting_in(call, "see_templates")
    template = await read_template(
        by, call.params["templateId"], templates=wiring.organisations.templates.store()
    )
    effect = await read_effect(by, template, effects=wiring.organisations.templates.effects())
    return Answer(effect_out(effect))


@operation(
    "What one card says, and what it would say by the draft", answer=CardEffectOut, conflicts=(NotAllowed,)
)
async def get_card_effect(call: Call) -> Answer:
    by = await acting_in(call, "see_templates")
    template = await read_template(
        by, call.params["templateId"], templates=wiring.organisations.templates.store()
    )
    ports = wiring.organisations.templates.counting()
    before, after, fields, problems = await effect_on(by, template, call.params["cardId"], ports=ports)
    return Answer(CardEffectOut(before=before, after=after, fields=fields, problems=problems))
