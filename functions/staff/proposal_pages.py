"""`/staff/organisations/{organisationId}/proposals`: a designer's proposals for the templates."""

import secrets
from collections.abc import Mapping
from functools import partial
from http import HTTPStatus
from typing import Any, Final

import azure.functions as func

import wiring.organisations.brand
import wiring.organisations.design
import wiring.organisations.templates
from domain.base.errors import Conflict, InvalidInput, KeyReused, NotFound, StaleVersion
from domain.base.limits import LimitReached
from domain.organisations.design.access import note_look
from domain.organisations.design.designing import (
    Beginning,
    DraftVersion,
    NotADraft,
    Proposing,
    begin,
    change,
    propose,
    read_draft,
    take_back,
)
from domain.organisations.design.proposals import Proposal
from domain.organisations.templates.expressions import FILTERS, NAMES
from domain.organisations.templates.rules import PRESETS, Preset, TemplateContent, preset
from domain.organisations.templates.templates import NothingToRelease
from functions.cards.form import AUDIENCES
from functions.framework.forms import by_label, vet
from functions.framework.my_pages import creation_key, done_in, version_in
from functions.framework.replies import redirect
from functions.framework.texts import N_, _
from functions.organisations.design.pages import moment_now
from functions.organisations.design.shown import specimen
from functions.organisations.templates.form import MODES, form_of, offered, sentences, shown_fields, values_in
from functions.organisations.templates.pages import PRESET_TEXTS
from functions.staff.acting import Work, access_of, opened, sent, work_page

_DONE: Final = {
    "begun": N_("The proposal is begun. The organisation does not see it yet."),
    "saved": N_("Saved. The organisation does not see it yet."),
    "proposed": N_("Proposed. The organisation sees it now, with what it would change."),
    "taken": N_("Taken back. The organisation does not see it any more."),
}
_STALE: Final = N_("It was changed somewhere else meanwhile. Save again to replace that with what is below")


def texts_in(form: Mapping[str, str]) -> dict[str, str]:
    typed = [
        (_("Name of the template"), form.get("name", "")),
        (_("Message"), form.get("says", "")),
    ]
    return by_label([(label, text.strip()) for label, text in typed if text.strip()])


async def show_new(req: func.HttpRequest) -> func.HttpResponse:
    work = await opened(req)
    return _new_page(work, {"name": "", "preset": "standard"}, secrets.token_urlsafe(16), {})


async def make(req: func.HttpRequest) -> func.HttpResponse:
    """Begin a proposal of a new template once, however often the form is sent."""
    work, form = await sent(req)
    key = form.get("key", "")
    try:
        name: Preset = next((each for each in PRESETS if each == form.get("preset")), "standard")
        content = vet(TemplateContent, {"name": form.get("name", ""), "rules": preset(name).model_dump()})
        made = await _begun(req, work, Beginning(content, None, creation_key(form)))
    except InvalidInput as refusal:
        faults = sentences(refusal.faults)
    except KeyReused:
        faults = {"/name": _("This form has begun a proposal already. Send it again to begin one more")}
        key = secrets.token_urlsafe(16)
    except LimitReached as refusal:
        faults = {"/name": _(refusal.detail)}
    else:
        return redirect(f"{_at(made)}?done=begun")
    return _new_page(work, form, key, faults)


def _new_page(work: Work, typed: Mapping[str, str], key: str, faults: Mapping[str, str]) -> func.HttpResponse:
    return work_page(
        "staff/new.html",
        work,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK,
        typed=typed,
        presets=[(each, _(name), _(hint)) for each, (name, hint) in PRESET_TEXTS.items()],
        key=key,
        faults=faults,
    )


async def make_of_template(req: func.HttpRequest) -> func.HttpResponse:
    """Begin a proposal with what a template says. Another press with the same version finds the first one."""
    work, form = await sent(req)
    found = await wiring.organisations.templates.store().get(
        work.by.organisation.id, req.route_params["templateId"]
    )
    if found is None:
        raise NotFound
    key = creation_key({"key": f"{found.id} {form.get('key', '')}"})
    made = await _begun(req, work, Beginning(found.draft, found.id, key))
    return redirect(f"{_at(made)}?done=begun")


async def _begun(req: func.HttpRequest, work: Work, new: Beginning) -> Proposal:
    access = partial(access_of, req, work.person)
    return await begin(access, new, moment=moment_now(), ports=wiring.organisations.design.proposing())


def _at(proposal: Proposal) -> str:
    return f"/staff/organisations/{proposal.org_id}/proposals/{proposal.id}"


async def _found(req: func.HttpRequest, work: Work) -> Proposal:
    ports = wiring.organisations.design.proposing()
    return await read_draft(work.by, req.route_params["proposalId"], ports=ports)


async def show(req: func.HttpRequest) -> func.HttpResponse:
    work = await opened(req)
    found = await _found(req, work)
    await note_look(
        work.by,
        "proposal_seen",
        moment_now(),
        designs=wiring.organisations.design.store(),
        about=found.content.name,
        template_id=found.template_id,
        proposal_id=found.id,
    )
    return await _page(work, found, form_of(found.content), done=done_in(req, _DONE))


async def save(req: func.HttpRequest) -> func.HttpResponse:
    work, form = await sent(req)
    found, status = await _found(req, work), HTTPStatus.UNPROCESSABLE_ENTITY
    look = found.content.look
    try:
        content = vet(TemplateContent, values_in(form, look.model_dump() if look else None))
        of = DraftVersion(found.id, version_in(form))
        access, ports = partial(access_of, req, work.person), wiring.organisations.design.proposing()
        await change(access, of, content, moment=moment_now(), ports=ports)
    except InvalidInput as refusal:
        faults = sentences(refusal.faults)
    except StaleVersion:
        faults, status = {"/name": _(_STALE)}, HTTPStatus.PRECONDITION_FAILED
    except NotADraft as refusal:
        faults, status = {"/name": _(refusal.detail)}, HTTPStatus.CONFLICT
    else:
        return redirect(f"{_at(found)}?done=saved")
    return await _page(work, found, form, status=status, faults=faults)


async def show_to_client(req: func.HttpRequest) -> func.HttpResponse:
    work, form = await sent(req)
    found = await _found(req, work)
    access, ports = partial(access_of, req, work.person), wiring.organisations.design.proposing()
    try:
        new = vet(Proposing, {"says": form.get("says", "").strip() or None})
        of = DraftVersion(found.id, version_in(form))
        await propose(access, of, new, moment=moment_now(), ports=ports)
    except InvalidInput as refusal:
        return await _told(work, found, form, _(refusal.faults[0].detail), HTTPStatus.UNPROCESSABLE_ENTITY)
    except NothingToRelease:
        told = _("The template says this already. Change the proposal first.")
        return await _told(work, found, form, told, HTTPStatus.CONFLICT)
    except NotADraft as refusal:
        return await _told(work, found, form, _(refusal.detail), HTTPStatus.CONFLICT)
    return redirect(f"{_at(found)}?done=proposed")


async def take(req: func.HttpRequest) -> func.HttpResponse:
    work, form = await sent(req)
    found = await _found(req, work)
    of = DraftVersion(found.id, version_in(form))
    access, ports = partial(access_of, req, work.person), wiring.organisations.design.proposing()
    try:
        await take_back(access, of, moment=moment_now(), ports=ports)
    except Conflict as refusal:
        return await _told(work, found, form, _(refusal.detail), HTTPStatus.CONFLICT)
    return redirect(f"{_at(found)}?done=taken")


async def _told(
    work: Work, found: Proposal, form: Mapping[str, str], told: str, status: HTTPStatus
) -> func.HttpResponse:
    return await _page(
        work, found, form_of(found.content), says=form.get("says", ""), told=told, status=status
    )


async def _page(work: Work, found: Proposal, typed: Mapping[str, str], **values: Any) -> func.HttpResponse:
    brand = await wiring.organisations.brand.store().get(found.org_id)
    return work_page(
        "staff/proposal.html",
        work,
        **{"faults": {}, "done": None, "told": None, "says": found.says, **values},
        proposal=found,
        typed={"look": "", **typed},
        fields=shown_fields(typed),
        **offered(brand.content),
        modes=MODES.items(),
        audiences=AUDIENCES.items(),
        data_names=NAMES,
        filters=tuple(FILTERS),
        specimen=await specimen(found.org_id, found.content),
    )
