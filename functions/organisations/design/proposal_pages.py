"""`/org/{organisationId}/proposals/{proposalId}`: what a designer proposes, its effect, and the answer."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

import azure.functions as func

import wiring.operations
import wiring.organisations.design
import wiring.organisations.templates
from domain.base.errors import InvalidInput, NotFound, StaleVersion
from domain.base.limits import LimitReached
from domain.cards.content import FIELDS
from domain.organisations.design.effects import effect_of_one, read_effect, start_counting
from domain.organisations.design.proposals import (
    AlreadyAnswered,
    Declining,
    Proposal,
    ProposalVersion,
    TemplateChanged,
    approve,
    decline,
    read_proposal,
)
from domain.organisations.organisation import Acting
from domain.organisations.staff_cards.effects import BeforeAfter, Effect, NotCounted
from domain.organisations.templates.rules import TemplateContent
from domain.organisations.templates.templates import Template
from functions.framework.callers import SignedIn
from functions.framework.clock import now
from functions.framework.forms import by_label, label_of, sentences, vet
from functions.framework.my_pages import version_in
from functions.framework.replies import redirect
from functions.framework.texts import N_, _
from functions.organisations.acting import opened, org_page, sent
from functions.organisations.design.pages import moment_now
from functions.organisations.design.shown import rule_rows, specimen
from functions.organisations.templates.before_after import before_after

_LABELS: Final = {"/reason": N_("Why do you decline it?")}


def texts_in(form: Mapping[str, str]) -> dict[str, str]:
    reason = form.get("reason", "").strip()
    return by_label([(label_of("/reason", _LABELS), reason)] if reason else [])


async def show(req: func.HttpRequest) -> func.HttpResponse:
    person, by = await opened(req, "see_templates")
    found, card_id = await _found(req, by), req.params.get("card") or ""
    return await _page(person, by, found, card_id=card_id, counting="counting" in req.params)


async def count(req: func.HttpRequest) -> func.HttpResponse:
    _person, by, form = await sent(req, "see_templates")
    proposal = await _found(req, by)
    if proposal.version != version_in(form):
        raise StaleVersion
    works, queue = wiring.operations.works(), wiring.operations.work_queue()
    await start_counting(proposal, now(), works=works, queue=queue)
    return redirect(f"/org/{by.organisation.id}/proposals/{proposal.id}?counting=1")


async def accept(req: func.HttpRequest) -> func.HttpResponse:
    person, by, form = await sent(req, "release_templates")
    of = ProposalVersion(by, req.route_params["proposalId"], version_in(form))
    try:
        await approve(of, moment=moment_now(), ports=wiring.organisations.design.proposing())
    except (TemplateChanged, LimitReached) as refusal:
        told = _(refusal.detail)
        return await _page(person, by, await _found(req, by), told=told, status=HTTPStatus.CONFLICT)
    except AlreadyAnswered:
        return redirect(f"/org/{by.organisation.id}/design?done=changed")
    return redirect(f"/org/{by.organisation.id}/design?done=approved")


async def refuse(req: func.HttpRequest) -> func.HttpResponse:
    person, by, form = await sent(req, "release_templates")
    of = ProposalVersion(by, req.route_params["proposalId"], version_in(form))
    try:
        answer = vet(Declining, {"reason": form.get("reason", "")})
        ports = wiring.organisations.design.proposing()
        await decline(of, answer, moment=moment_now(), ports=ports)
    except InvalidInput as refusal:
        faults = sentences(refusal.faults, _LABELS)
        return await _page(
            person,
            by,
            await _found(req, by),
            reason=form.get("reason", ""),
            faults=faults,
            status=HTTPStatus.UNPROCESSABLE_ENTITY,
        )
    except AlreadyAnswered:
        return redirect(f"/org/{by.organisation.id}/design?done=changed")
    return redirect(f"/org/{by.organisation.id}/design?done=declined")


async def _found(req: func.HttpRequest, by: Acting) -> Proposal:
    proposals = wiring.organisations.design.proposals()
    return await read_proposal(by, req.route_params["proposalId"], proposals=proposals)


async def _page(
    person: SignedIn, by: Acting, proposal: Proposal, *, card_id: str = "", **values: Any
) -> func.HttpResponse:
    templates = wiring.organisations.templates.store()
    template = await templates.get(proposal.org_id, proposal.template_id or "")
    in_force = template and await templates.get_release(template.org_id, template.id, template.number)
    try:
        effect = await read_effect(proposal, effects=wiring.organisations.templates.effects())
    except NotCounted:
        effect = None
    card_id = card_id or (effect.examples[0].card_id if effect and effect.examples else "")
    one = await _one(by, proposal, template, card_id, effect)
    return org_page(
        "organisations/design/proposal.html",
        person,
        by,
        **{"faults": {}, "reason": "", "told": None, "counting": False, **values},
        proposal=proposal,
        rules=_rules(proposal, in_force.content if in_force else None),
        specimen=await specimen(proposal.org_id, proposal.content),
        effect=effect,
        one=one,
        card_id=card_id,
        rows=before_after(one) if one else [],
        labels={field: about.label for field, about in FIELDS.items()} | {"look": N_("Look")},
    )


def _rules(proposal: Proposal, before: TemplateContent | None) -> list[tuple[str, ...]]:
    """What differs from the release in force; of a new template all that it says."""
    if proposal.template_id is not None:
        return list(rule_rows(before, proposal.content))
    return [(label, text) for label, _none, text in rule_rows(None, proposal.content)]


async def _one(
    by: Acting, proposal: Proposal, template: Template | None, card_id: str, effect: Effect | None
) -> BeforeAfter | None:
    """One card before and after, while the proposal waits; one that is gone meanwhile is left out."""
    if template is None or effect is None or not card_id or proposal.state != "waiting":
        return None
    ports = wiring.organisations.templates.counting()
    try:
        return await effect_of_one(by, proposal, template, card_id, ports=ports)
    except NotFound:
        return None
