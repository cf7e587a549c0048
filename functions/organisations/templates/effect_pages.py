"""`/org/{organisationId}/templates/{templateId}/effect`: what a release would change, and how far it is."""

import asyncio

import azure.functions as func

import wiring.operations
import wiring.organisations.templates
from domain.base.errors import StaleVersion
from domain.cards.content import FIELDS
from domain.operations.work import Work
from domain.organisations.organisation import Acting
from domain.organisations.staff_cards.applying import apply_id
from domain.organisations.staff_cards.effects import (
    Effect,
    NotCounted,
    effect_on,
    read_effect,
    start_counting,
)
from domain.organisations.templates.templates import Template, read_template
from functions.framework.clock import now
from functions.framework.my_pages import version_in
from functions.framework.replies import redirect
from functions.framework.texts import N_
from functions.operations.forms import change_said, do_change
from functions.organisations.acting import opened, org_page, sent
from functions.organisations.templates.before_after import before_after


async def releasing(template: Template) -> Work | None:
    """The work that brings the cards in line with the release in force: one point read."""
    if not template.number:
        return None
    work_id = apply_id(template.org_id, template.id, template.number)
    return await wiring.operations.works().get(template.org_id, work_id)


async def change(req: func.HttpRequest) -> func.HttpResponse:
    """Pause that work, or go on with it. It is not cancelled: half of the cards would say something else."""
    _person, by, form = await sent(req, "release_templates")
    template = await _found(req, by)
    wanted = change_said(form.get("then", ""))
    if template.number and wanted in ("pause", "resume"):
        org_id = template.org_id
        await do_change(org_id, apply_id(org_id, template.id, template.number), wanted)
    return redirect(f"/org/{by.organisation.id}/templates/{template.id}")


async def count_effect(req: func.HttpRequest) -> func.HttpResponse:
    _person, by, form = await sent(req, "change_templates")
    template = await _found(req, by)
    if template.version != version_in(form):
        raise StaleVersion
    works, queue = wiring.operations.works(), wiring.operations.work_queue()
    await start_counting(template, now(), works=works, queue=queue)
    return redirect(f"/org/{by.organisation.id}/templates/{template.id}/effect")


async def show_effect(req: func.HttpRequest) -> func.HttpResponse:
    """What a release would change, with one of the cards before and after."""
    person, by = await opened(req, "see_templates")
    template = await _found(req, by)
    try:
        effect = await read_effect(by, template, effects=wiring.organisations.templates.effects())
    except NotCounted:
        effect = None
    card_id = req.params.get("card") or (effect.examples[0].card_id if effect and effect.examples else "")
    ports = wiring.organisations.templates.counting()
    one = await effect_on(by, template, card_id, ports=ports) if card_id else None
    in_force = await ports.templates.get_release(template.org_id, template.id, template.number)
    return org_page(
        "organisations/templates/effect.html",
        person,
        by,
        tpl=template,
        effect=effect,
        examples=await _names(template.org_id, effect) if effect and effect.over else {},
        differs=in_force is None or in_force.content != template.draft,
        one=one,
        card_id=card_id,
        rows=before_after(one) if one else [],
        labels={field: about.label for field, about in FIELDS.items()} | {"look": N_("Look")},
    )


async def _names(org_id: str, effect: Effect) -> dict[str, str]:
    """Whose the example cards are: a point read for each of at most twenty."""
    cards = wiring.organisations.templates.counting().cards
    found = await asyncio.gather(*(cards.get(org_id, each.card_id) for each in effect.examples))
    return {card.id: card.draft.name for card in found if card}


async def _found(req: func.HttpRequest, by: Acting) -> Template:
    templates = wiring.organisations.templates.store()
    return await read_template(by, req.route_params["templateId"], templates=templates)
