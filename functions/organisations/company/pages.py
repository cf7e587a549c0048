"""`/org/{organisationId}/company`: the company page: made, edited, published, renamed."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

import azure.functions as func

import wiring.accounts
import wiring.cards
import wiring.organisations.brand
import wiring.organisations.company
import wiring.publishing
import wiring.site
from domain.base.errors import Fault, HandleLookalike, HandleTaken, InvalidInput, StaleVersion
from domain.cards.card import Card
from domain.cards.content import CardContent
from domain.cards.create import CardHandle
from domain.cards.handle_check import free_handle
from domain.organisations.company.page import (
    MakingPage,
    NewCompanyPage,
    company_card_id,
    edit_page,
    make_page,
    page_version,
    read_page,
)
from domain.organisations.organisation import Acting
from domain.publishing.publication import (
    MAX_RENAMES,
    Change,
    LeadsElsewhere,
    NothingToChange,
    TooManyRenames,
    change_publication,
    rename_card,
)
from functions.cards.filling.offers import audiences_for, phone_country_for, with_networks
from functions.cards.form import (
    FIELDS,
    NETWORK_CHOICES,
    differences,
    rows_in,
    sentences,
    values_of,
)
from functions.cards.form import arranged as rows_arranged
from functions.cards.frame import SAVING
from functions.framework.callers import SignedIn
from functions.framework.clock import new_suffix, now
from functions.framework.filters import countries, languages
from functions.framework.forms import Values, vet
from functions.framework.my_pages import done_in, version_in
from functions.framework.replies import redirect
from functions.framework.texts import N_, _
from functions.organisations.acting import opened, org_page, sent
from functions.organisations.company.form import NOT_TYPED, taken, typed_in

_DONE: Final = {
    "made": N_("The company page is made. Fill in what people should see, then publish it."),
    "saved": N_("The draft is saved. What the public sees has not changed."),
    "published": N_("The company page is live."),
    "unpublished": N_("The company page is no longer public."),
    "paused": N_(
        "The company page is paused. Its link says only that no card is shown, until you resume it."
    ),
    "resumed": N_("The company page can be seen again."),
    "undone": N_("What was published before is public again. The draft has not changed."),
    "renamed": N_("The company page has its new name. The old link leads to the new one."),
    "not-ready": N_(
        "The company page is not published: one of the pictures of the brand is not there any more."
    ),
}
_CHANGES: Final[dict[str, tuple[Change, str]]] = {
    "publish": ("publish", "published"),
    "unpublish": ("unpublish", "unpublished"),
    "pause": ("pause", "paused"),
    "resume": ("resume", "resumed"),
    "undo": ("undo", "undone"),
}


async def _card_of(by: Acting) -> Card | None:
    org_id = by.organisation.id
    return await wiring.cards.store().get(org_id, company_card_id(org_id))


async def show(req: func.HttpRequest) -> func.HttpResponse:
    person, by = await opened(req, "change_company_page")
    card = await _card_of(by)
    if card is None:
        free = await free_handle(by.organisation.name, new_suffix(), wiring.cards.handles(), person=False)
        return _new_page(person, by, free, {})
    return await _page(req, person, by, card, values_of(card.draft), done=done_in(req, _DONE))


def _new_page(
    person: SignedIn,
    by: Acting,
    handle: str,
    faults: Mapping[str, str],
    status: HTTPStatus = HTTPStatus.OK,
) -> func.HttpResponse:
    return org_page(
        "organisations/company/new.html",
        person,
        by,
        status=status,
        handle=handle,
        faults=faults,
        origin=wiring.site.origin(),
    )


async def make(req: func.HttpRequest) -> func.HttpResponse:
    """Make the company page. Sending the form again changes nothing."""
    person, by, form = await sent(req, "change_company_page")
    typed = form.get("handle", "").strip()
    try:
        new = vet(NewCompanyPage, {"handle": typed or None})
        making = MakingPage(new_suffix(), now())
        await make_page(by, new, making, wiring.organisations.company.ports())
    except InvalidInput as refusal:
        faults = sentences(refusal.faults)
        return _new_page(person, by, typed, faults, HTTPStatus.UNPROCESSABLE_ENTITY)
    except (HandleTaken, HandleLookalike) as refusal:
        return _new_page(person, by, typed, {"/handle": _(refusal.title)}, HTTPStatus.CONFLICT)
    return redirect(f"/org/{by.organisation.id}/company?done=made")


async def save(req: func.HttpRequest) -> func.HttpResponse:
    """Save the draft, and publish it if that was the button. Other buttons change only the form."""
    person, by, form = await sent(req, "change_company_page")
    card = await read_page(by, cards=wiring.cards.store())
    form = rows_arranged(form, then := form.get("then", "save"))
    brand = await wiring.organisations.brand.store().get(by.organisation.id)
    values = taken(then, typed_in(form, card), brand.content)
    if then not in SAVING:
        return await _page(req, person, by, card, values, form=form, unsaved=True)
    finished = "published" if then == "publish" else "saved"
    try:
        content = vet(CardContent, values)
        ports = wiring.organisations.company.ports()
        card = await edit_page(by, content, version_in(form), now(), ports)
        if then == "publish":
            of = page_version(by, card.version)
            await change_publication(of, "publish", now=now(), ports=wiring.publishing.ports())
    except InvalidInput as refusal:
        form["version"] = str(card.version)
        faults = sentences(refusal.faults, values)
        return await _page(req, person, by, card, values, form=form, faults=faults)
    except StaleVersion:
        stored = values_of(card.draft)
        newer = differences(values | {name: stored[name] for name in NOT_TYPED}, card.draft)
        if not newer and (then == "save" or card.published == card.draft):
            return redirect(f"/org/{by.organisation.id}/company?done={finished}")
        form = {**form, "version": str(card.version)}
        return await _page(req, person, by, card, values, form=form, newer=newer)
    return redirect(f"/org/{by.organisation.id}/company?done={finished}")


async def _page(
    req: func.HttpRequest,
    person: SignedIn,
    by: Acting,
    card: Card,
    values: Values,
    *,
    form: dict[str, str] | None = None,
    faults: dict[str, str] | None = None,
    newer: dict[str, str] | None = None,
    **also: Any,
) -> func.HttpResponse:
    form, org_id = form or {}, by.organisation.id
    brand = await wiring.organisations.brand.store().get(org_id)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK
    return org_page(
        "organisations/company/edit.html",
        person,
        by,
        status=HTTPStatus.PRECONDITION_FAILED if newer is not None else status,
        card=card,
        values=with_networks(values, form),
        version=form.get("version", card.version),
        faults=faults or {},
        newer=newer,
        rows=rows_in(form, form.get("then", "")),
        changed=form.get("then", "").partition(" ")[2].partition(" ")[0],
        phone_country=phone_country_for(req, form, values, [values["officeAddress"] or {}]),
        countries=countries().items(),
        languages=languages(),
        fields=FIELDS,
        networks=[(key, _(name)) for key, name in NETWORK_CHOICES],
        audiences=(await audiences_for(org_id, values)).items(),
        brand=brand.content,
        origin=wiring.site.origin(),
        handle=also.pop("handle", card.handle),
        renames_left=MAX_RENAMES - len(card.former_handles),
        at_card=f"/org/{org_id}/company",
        images={},
        coming={},
        image_problems={},
        **{"done": None, "unsaved": False, **also},
    )


async def publication(req: func.HttpRequest) -> func.HttpResponse:
    _person, by, form = await sent(req, "change_company_page")
    if form.get("change") not in _CHANGES:
        raise InvalidInput([Fault("/change", "invalid_choice", N_("is not one of the choices"))])
    wanted, done = _CHANGES[form["change"]]
    of = page_version(by, version_in(form))
    try:
        await change_publication(of, wanted, now=now(), ports=wiring.publishing.ports())
    except InvalidInput:
        done = "not-ready"
    except (NothingToChange, LeadsElsewhere):
        done = ""  # the page says how it is
    return redirect(f"/org/{by.organisation.id}/company?done={done}")


async def rename(req: func.HttpRequest) -> func.HttpResponse:
    person, by, form = await sent(req, "change_company_page")
    card = await read_page(by, cards=wiring.cards.store())
    typed = form.get("handle", "").strip()
    try:
        wanted = vet(CardHandle, {"handle": typed}).handle
        of = page_version(by, version_in(form))
        ports, limiter = wiring.publishing.ports(), wiring.accounts.limiter()
        await rename_card(of, wanted, now=now(), ports=ports, limiter=limiter)
    except InvalidInput as refusal:
        faults = sentences(refusal.faults)
    except (HandleTaken, HandleLookalike, TooManyRenames, LeadsElsewhere) as refusal:
        faults = {"/handle": _(refusal.title)}
    else:
        return redirect(f"/org/{by.organisation.id}/company?done=renamed")
    return await _page(req, person, by, card, values_of(card.draft), faults=faults, handle=typed)
