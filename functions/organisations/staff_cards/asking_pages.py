"""`/org/{organisationId}/cards/{cardId}/ask`: asking for another value of a locked field of one's card."""

import secrets
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final, NamedTuple

import azure.functions as func
from pydantic.alias_generators import to_camel

import wiring.cards
import wiring.organisations.templates
from domain.base.errors import Fault, InvalidInput, KeyReused, NotFound
from domain.base.limits import LimitReached
from domain.cards.card import Card
from domain.cards.content import CardContent
from domain.organisations.change_requests.requests import NewRequest, ask, field_called
from domain.organisations.organisation import Acting, Creating
from domain.organisations.staff_cards.own import fields_with, is_own, template_of
from functions.cards.form import FIELDS, arranged, content_of, sentences, values_of
from functions.cards.form import texts_in as texts_of_card
from functions.framework.callers import SignedIn
from functions.framework.clock import now
from functions.framework.forms import Values, by_label, vet
from functions.framework.forms import sentences as said
from functions.framework.my_pages import creation_key
from functions.framework.replies import redirect
from functions.framework.texts import N_, _
from functions.organisations.acting import opened, org_page, sent
from functions.organisations.staff_cards.form import can_be_typed, not_chosen, parts_of_form, place_of
from functions.organisations.templates.before_after import said_in

_LABELS: Final = {"/reason": N_("Why")}


def texts_in(form: Mapping[str, str]) -> dict[str, str]:
    reason = form.get("reason", "").strip()
    return texts_of_card(form) | by_label([(_("Why"), reason)] if reason else [])


class _Asking(NamedTuple):
    """Who asks for what on which card; `field` as forms name it."""

    person: SignedIn
    by: Acting
    card: Card
    field: str


async def show(req: func.HttpRequest) -> func.HttpResponse:
    person, by = await opened(req, "see")
    card = await _own_card(req, by)
    asking = _Asking(person, by, card, await _locked_field(card, req.params.get("field", "")))
    return await _page(req, asking, values_of(card.draft), {"key": secrets.token_urlsafe(16)})


async def send(req: func.HttpRequest) -> func.HttpResponse:
    """Send the request once, however often the form is sent."""
    person, by, form = await sent(req, "see")
    card = await _own_card(req, by)
    field = await _locked_field(card, form.get("field", ""))
    asking, form = _Asking(person, by, card, field), arranged(form, form.get("then", ""))
    values = {**values_of(card.draft), field: content_of(form)[field]}
    if form.get("then", "send") != "send":
        return await _page(req, asking, values, form)
    try:
        new = _request_of(field, values, form.get("reason", ""))
        creating = Creating(creation_key(form), now())
        await ask(by, card.id, new, creating, wiring.organisations.templates.request_ports())
    except InvalidInput as refusal:
        reasons = [fault for fault in refusal.faults if fault.field == "/reason"]
        faults = sentences(refusal.faults, values) | said(reasons, _LABELS)
    except KeyReused:
        faults = {"/reason": _("This form has sent a request already. Send it again to send one more")}
        form = {**form, "key": secrets.token_urlsafe(16)}
    except LimitReached as refusal:
        faults = {"/reason": _(refusal.detail)}
    else:
        return redirect(f"{place_of(by, card)}?done=asked")
    return await _page(req, asking, values, form, faults)


async def _own_card(req: func.HttpRequest, by: Acting) -> Card:
    card = await wiring.cards.store().get(by.organisation.id, req.route_params["cardId"])
    if card is None or not is_own(by, card):
        raise NotFound
    return card


async def _locked_field(card: Card, name: str) -> str:
    """The name in the form of a field that the organisation decides: the first one, if none is named."""
    template = await template_of(card, templates=wiring.organisations.templates.store())
    locked = [to_camel(each) for each in fields_with(template, "locked") if can_be_typed(each)]
    name = name or next(iter(locked), "")
    field = field_called(name)
    if field is None or name not in locked:
        raise NotFound
    return name


def _request_of(field: str, values: Values, reason: str) -> NewRequest:
    """The request, with the faults of the value at their places in the form."""
    faults: list[Fault] = []
    try:
        vet(CardContent, {"name": values["name"], field: values[field]})
    except InvalidInput as refusal:
        faults += refusal.faults
    try:
        new = vet(NewRequest, {"field": field, "value": values[field], "reason": reason})
    except InvalidInput as refusal:
        faults += refusal.faults
    if faults:
        raise InvalidInput(faults)
    return new


async def _page(
    req: func.HttpRequest,
    asking: _Asking,
    values: Values,
    form: Mapping[str, str],
    faults: Mapping[str, str] | None = None,
) -> func.HttpResponse:
    person, by, card, field = asking
    parts = await parts_of_form(req, card, f"{place_of(by, card)}/ask", values, form)
    name = field_called(field) or field
    return org_page(
        "organisations/cards/ask.html",
        person,
        by,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK,
        **parts,
        name=field,
        now_says=said_in(name, getattr(card.draft, name)) or _("nothing"),
        narrowed=not_chosen(FIELDS),
        reason=form.get("reason", ""),
        key=form.get("key", ""),
        faults=faults or {},
    )
