"""`/org/{organisationId}/templates`: templates, their drafts, what a release would change, and releases."""

import secrets
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

import azure.functions as func

import wiring.organisations.brand
import wiring.organisations.templates
from domain.base.errors import InvalidInput, KeyReused, StaleVersion
from domain.base.limits import LimitReached
from domain.organisations.organisation import Acting, Creating
from domain.organisations.roles import may
from domain.organisations.templates.expressions import FILTERS, NAMES
from domain.organisations.templates.rules import PRESETS, Preset, TemplateContent, preset
from domain.organisations.templates.templates import (
    NothingToRelease,
    Template,
    TemplateVersion,
    change_template,
    make_template,
    read_template,
    release_template,
    take_up,
)
from domain.visibility.view import OWNER
from functions.cards.form import AUDIENCES
from functions.cards.preview_pages import drawn_preview
from functions.framework.callers import CSRF_FIELD, SignedIn
from functions.framework.clock import now
from functions.framework.forms import by_label, vet
from functions.framework.my_pages import creation_key, done_in, version_in
from functions.framework.replies import redirect
from functions.framework.texts import N_, _
from functions.organisations.acting import opened, org_page, sent
from functions.organisations.previews import preview_place
from functions.organisations.templates.effect_pages import releasing
from functions.organisations.templates.form import (
    MODES,
    form_of,
    offered,
    sentences,
    shown_fields,
    values_in,
)
from functions.organisations.templates.trying import FIND, LONGEST, WHO, card_of_trial, trying

# What each preset is called, and what it means.
PRESET_TEXTS: Final[dict[Preset, tuple[str, str]]] = {
    "relaxed": (N_("Relaxed"), N_("People decide themselves.")),
    "standard": (
        N_("Standard"),
        N_("The organisation says who somebody is and how to reach them at work. The rest is theirs."),
    ),
    "strict": (N_("Strict"), N_("The organisation decides everything but the photo.")),
}
_DONE: Final = {
    "made": N_("The template is made. No card follows it before you release it."),
    "saved": N_("Saved. No card has changed yet."),
    "released": N_("The template is in force. Its cards are being changed."),
    "taken": N_("The draft says again what that release said."),
}


def texts_in(form: Mapping[str, str]) -> dict[str, str]:
    name = form.get("name", "").strip()
    return by_label([(_("Name of the template"), name)] if name else [])


async def show(req: func.HttpRequest) -> func.HttpResponse:
    """All templates: one query of at most fifty documents."""
    person, by = await opened(req, "see_templates")
    found = await wiring.organisations.templates.store().all(by.organisation.id)
    return org_page("organisations/templates/templates.html", person, by, templates=found)


async def show_new(req: func.HttpRequest) -> func.HttpResponse:
    person, by = await opened(req, "change_templates")
    return _new_page(person, by, {"name": "", "preset": "standard"}, secrets.token_urlsafe(16), {})


async def make(req: func.HttpRequest) -> func.HttpResponse:
    """Make the template of this form once, however often the form is sent."""
    person, by, form = await sent(req, "change_templates")
    key = form.get("key", "")
    try:
        name: Preset = next((each for each in PRESETS if each == form.get("preset")), "standard")
        content = vet(TemplateContent, {"name": form.get("name", ""), "rules": preset(name).model_dump()})
        creating = Creating(creation_key(form), now())
        made = await make_template(
            by,
            content,
            creating,
            templates=wiring.organisations.templates.store(),
            brands=wiring.organisations.brand.store(),
        )
    except InvalidInput as refusal:
        faults = sentences(refusal.faults)
    except KeyReused:
        faults = {"/name": _("This form has made a template already. Send it again to make one more")}
        key = secrets.token_urlsafe(16)
    except LimitReached as refusal:
        faults = {"/name": _(refusal.detail)}
    else:
        return redirect(f"/org/{by.organisation.id}/templates/{made.id}?done=made")
    return _new_page(person, by, form, key, faults)


def _new_page(
    person: SignedIn, by: Acting, typed: Mapping[str, str], key: str, faults: Mapping[str, str]
) -> func.HttpResponse:
    return org_page(
        "organisations/templates/new.html",
        person,
        by,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK,
        typed=typed,
        presets=[(key, _(name), _(hint)) for key, (name, hint) in PRESET_TEXTS.items()],
        key=key,
        faults=faults,
    )


async def _found(req: func.HttpRequest, by: Acting) -> Template:
    return await read_template(
        by, req.route_params["templateId"], templates=wiring.organisations.templates.store()
    )


async def show_one(req: func.HttpRequest) -> func.HttpResponse:
    person, by = await opened(req, "see_templates")
    template = await _found(req, by)
    return await _edit_page(person, by, template, form_of(template.draft), done=done_in(req, _DONE))


async def save(req: func.HttpRequest) -> func.HttpResponse:
    """Save the draft. Other buttons look only, and show what is typed as it is."""
    person, by, form = await sent(req, "change_templates")
    template, status = await _found(req, by), HTTPStatus.UNPROCESSABLE_ENTITY
    look = template.draft.look
    if form.get("then", "save") != "save":
        live = req.headers.get("hx-request") == "true"
        return await _edit_page(person, by, template, form, live=live, unsaved=True)
    try:
        content = vet(TemplateContent, values_in(form, look.model_dump() if look else None))
        of = TemplateVersion(by, template.id, version_in(form))
        await change_template(
            of,
            content,
            now=now(),
            templates=wiring.organisations.templates.store(),
            brands=wiring.organisations.brand.store(),
        )
    except InvalidInput as refusal:
        faults = sentences(refusal.faults)
    except StaleVersion:
        faults = {
            "/name": _(
                "It was changed somewhere else meanwhile. Save again to replace that with what is below"
            )
        }
        form, status = {**form, "version": str(template.version)}, HTTPStatus.PRECONDITION_FAILED
    else:
        return redirect(f"/org/{by.organisation.id}/templates/{template.id}?done=saved")
    return await _edit_page(person, by, template, form, status=status, faults=faults, unsaved=True)


async def show_typed(req: func.HttpRequest) -> func.HttpResponse:
    """A card by what is typed and not saved, as far as it is valid, for the one who is chosen."""
    person, by, form = await sent(req, "see_templates")
    template = await _found(req, by)
    who = req.params.get(WHO)
    form = form if who is None else {**form, WHO: who, FIND: ""}
    tried = await trying(by, form, _look_of(template))
    card = card_of_trial(tried.tried, by, template)
    framed = req.params.get("framed") == "1"
    return await drawn_preview(
        card,
        OWNER,
        preview_place(by.organisation.id, f"templates/{template.id}"),
        framed=framed,
        instead=_("What the card would say of"),
        typed={} if framed else {**form, CSRF_FIELD: person.csrf},
        viewer=tried.tried.member_id or "",
        viewers=dict(tried.people),
    )


def _look_of(template: Template) -> dict[str, Any] | None:
    return template.draft.look.model_dump() if template.draft.look else None


async def _edit_page(
    person: SignedIn, by: Acting, template: Template, typed: Mapping[str, str], **values: Any
) -> func.HttpResponse:
    """The form, with what it says of the one whom it is tried on. `live`: only parts of it are taken."""
    brand = await wiring.organisations.brand.store().get(by.organisation.id)
    tried = await trying(by, typed, _look_of(template))
    if values.get("unsaved") and not values.get("faults") and not values.get("live"):
        values["faults"] = tried.faults
    return org_page(
        "organisations/templates/edit.html",
        person,
        by,
        **{"faults": {}, "done": None, "live": False, "unsaved": False, **values},
        tpl=template,
        work=None if values.get("live") else await releasing(template),
        typed={"look": "", **typed},
        fields=shown_fields(typed),
        **offered(brand.content),
        modes=MODES.items(),
        audiences=AUDIENCES.items(),
        data_names=NAMES,
        filters=tuple(FILTERS),
        trial=tried,
        find=typed.get(FIND, ""),
        longest=LONGEST,
    )


async def release(req: func.HttpRequest) -> func.HttpResponse:
    person, by, form = await sent(req, "release_templates")
    of = TemplateVersion(by, req.route_params["templateId"], version_in(form))
    store, settle = wiring.organisations.templates.store(), wiring.organisations.settle
    try:
        await release_template(of, now=now(), templates=store, settle=settle)
    except NothingToRelease as refusal:
        template = await _found(req, by)
        return await _edit_page(
            person, by, template, form_of(template.draft), status=409, faults={"/name": _(refusal.detail)}
        )
    return redirect(f"/org/{by.organisation.id}/templates/{of.template_id}?done=released")


async def releases(req: func.HttpRequest) -> func.HttpResponse:
    person, by = await opened(req, "see_templates")
    template = await _found(req, by)
    store = wiring.organisations.templates.store()
    found, following = await store.releases(template.org_id, template.id, 20, req.params.get("after"))
    return org_page(
        "organisations/templates/releases.html",
        person,
        by,
        tpl=template,
        releases=found,
        following=following,
        can_change=may(by.member.role, "change_templates"),
    )


async def take(req: func.HttpRequest) -> func.HttpResponse:
    _person, by, form = await sent(req, "change_templates")
    of = TemplateVersion(by, req.route_params["templateId"], version_in(form))
    number = form.get("number", "")
    store = wiring.organisations.templates.store()
    await take_up(of, int(number) if number.isdecimal() else 0, now=now(), templates=store)
    return redirect(f"/org/{by.organisation.id}/templates/{of.template_id}?done=taken")
