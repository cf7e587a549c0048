"""`/org/{organisationId}/cards/{cardId}`: a staff card, edited within its template."""

import asyncio
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

import azure.functions as func

import wiring.cards
import wiring.organisations.templates
from domain.base.errors import InvalidInput, StaleVersion
from domain.cards.card import Card, CardVersion
from domain.organisations.organisation import Acting
from domain.organisations.staff_cards.making import edit_staff_card
from domain.organisations.staff_cards.own import is_own, own_staff_card, read_staff_card, template_of
from domain.organisations.templates.rules import TemplateContent
from functions.cards.filling.offers import viewers_for
from functions.cards.form import arranged, content_of, differences, sentences, texts_in, values_of
from functions.cards.frame import card_url
from functions.cards.preview_pages import preview_page, typed_in
from functions.framework.callers import SignedIn
from functions.framework.clock import now
from functions.framework.forms import Values
from functions.framework.my_pages import done_in, version_in
from functions.framework.replies import redirect
from functions.framework.texts import N_
from functions.organisations.acting import opened, org_page, sent
from functions.organisations.change_requests.shown import shown_requests
from functions.organisations.previews import preview_place
from functions.organisations.staff_cards.form import (
    label_of_field,
    locked_fields,
    narrowed,
    parts_of_form,
    place_of,
    readable_within,
    typed_fields,
    wanted_of,
)

__all__ = ["texts_in"]

_DONE: Final = {
    "made": N_("The card is made, and can be seen."),
    "saved": N_("Saved. Everybody sees it in a moment."),
    "asked": N_("Your request is sent. You find the answer here."),
    "withdrawn": N_("The request is withdrawn."),
    "put-aside": N_("Done."),
}
_MOST_REQUESTS: Final = 10


async def show_own(req: func.HttpRequest) -> func.HttpResponse:
    """The card that the person has in this organisation."""
    person, by = await opened(req, "see")
    card = await own_staff_card(by, cards=wiring.cards.store())
    if card is not None:
        return redirect(place_of(by, card))
    return org_page("organisations/cards/none.html", person, by)


async def show(req: func.HttpRequest) -> func.HttpResponse:
    person, by = await opened(req, "see")
    card, template = await _found(req, by)
    return await _edit_page(
        req, person, by, (card, template), values_of(card.draft), done=done_in(req, _DONE)
    )


async def save(req: func.HttpRequest) -> func.HttpResponse:
    """Save what is the person's on the card. Other buttons only change the form: they add or move a row."""
    person, by, form = await sent(req, "see")
    card, template = of = await _found(req, by)
    form = arranged(form, form.get("then", ""))
    values = content_of(form)
    try:
        wanted = wanted_of(values, template, card.draft)
        if form.get("then", "save") != "save":
            return await _edit_page(req, person, by, of, values, form=form, unsaved=True)
        ports = wiring.organisations.templates.staff_ports()
        version = CardVersion(card.account_id, card.id, version_in(form))
        await edit_staff_card(by, version, wanted, now=now(), ports=ports)
    except InvalidInput as refusal:
        faults = {} if form.get("then", "save") != "save" else sentences(refusal.faults, values)
        return await _edit_page(req, person, by, of, values, form=form, faults=faults, unsaved=not faults)
    except StaleVersion:
        newer = differences(_as_sent(values, of), card.draft)
        if newer:
            form = {**form, "version": str(card.version)}
            return await _edit_page(req, person, by, of, values, form=form, newer=newer)
    return redirect(f"{place_of(by, card)}?done=saved")


def _as_sent(values: Values, of: tuple[Card, TemplateContent]) -> Values:
    """The typed values, with those that are not typed as they are stored."""
    card, template = of
    stored, theirs = values_of(card.draft), set(typed_fields(template))
    rest = {name: value for name, value in stored.items() if name not in theirs}
    audiences = {
        name: values["audiences"][name] if name in theirs else audience
        for name, audience in stored["audiences"].items()
    }
    return {**values, **rest, "audiences": audiences}


async def show_preview(req: func.HttpRequest) -> func.HttpResponse:
    """The card as it is shown to a viewer (`as`)."""
    _person, by = await opened(req, "see")
    card, _template = await _found(req, by)
    return await preview_page(req, card, preview_place(by.organisation.id, f"cards/{card.id}"))


async def show_typed(req: func.HttpRequest) -> func.HttpResponse:
    """Preview of what is typed and not saved, as far as it is valid."""
    person, by, form = await sent(req, "see")
    card, template = await _found(req, by)
    draft = readable_within(content_of(form), template, card.draft)
    typed = card.model_copy(update={"draft": draft})
    return await preview_page(
        req, typed, preview_place(by.organisation.id, f"cards/{card.id}"), **typed_in(req, form, person)
    )


async def _found(req: func.HttpRequest, by: Acting) -> tuple[Card, TemplateContent]:
    card = await read_staff_card(by, req.route_params["cardId"], cards=wiring.cards.store())
    return card, await template_of(card, templates=wiring.organisations.templates.store())


def _status(faults: Mapping[str, str] | None, newer: Mapping[str, str] | None) -> HTTPStatus:
    if newer is not None:
        return HTTPStatus.PRECONDITION_FAILED
    return HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK


async def _edit_page(
    req: func.HttpRequest,
    person: SignedIn,
    by: Acting,
    of: tuple[Card, TemplateContent],
    values: Values,
    *,
    form: Mapping[str, str] | None = None,
    faults: Mapping[str, str] | None = None,
    newer: Mapping[str, str] | None = None,
    **also: Any,
) -> func.HttpResponse:
    (card, template), form = of, form or {}
    requests = wiring.organisations.templates.change_requests()
    asked, parts = await asyncio.gather(
        requests.of_card(card.account_id, card.id, _MOST_REQUESTS),
        parts_of_form(req, card, place_of(by, card), values, form),
    )
    return org_page(
        "organisations/cards/staff_card.html",
        person,
        by,
        status=_status(faults, newer),
        **parts,
        url=card_url(card),
        own_card=is_own(by, card),
        typed=typed_fields(template),
        locked=locked_fields(template, card.draft),
        narrowed=narrowed(template, dict(parts["audiences"])),
        viewers=(await viewers_for(card.person_id, values)).items(),
        lacking=[label_of_field(field) for field in (card.staff.problems if card.staff else [])],
        requests=shown_requests(asked),
        version=form.get("version", card.version),
        faults=faults or {},
        newer=newer,
        **{"done": None, "unsaved": False, **also},
    )
