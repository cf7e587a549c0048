"""`/org/{organisationId}/requests`: requests that wait for an answer, and each with its answer."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

import azure.functions as func
from pydantic.alias_generators import to_camel

import wiring.cards
import wiring.organisations.templates
from domain.base.errors import Conflict, InvalidInput, NotFound, StaleVersion
from domain.cards.card import Card
from domain.cards.content import CardContent, Entry
from domain.organisations.change_requests.requests import (
    Answer,
    ChangeRequest,
    Decision,
    RequestVersion,
    decide,
    put_aside,
    read_request,
    withdraw,
)
from domain.organisations.organisation import Acting
from domain.organisations.roles import may
from domain.organisations.templates.staff_content import value_of
from functions.cards.form import FIELDS as FORM_FIELDS
from functions.cards.form import arranged, content_of, sentences, values_of
from functions.cards.form import texts_in as texts_of_card
from functions.framework.callers import SignedIn
from functions.framework.clock import now
from functions.framework.forms import Values, by_label, vet
from functions.framework.forms import sentences as said
from functions.framework.my_pages import done_in, version_in
from functions.framework.replies import redirect
from functions.framework.texts import N_, _, ngettext
from functions.organisations.acting import opened, org_page, sent
from functions.organisations.change_requests.answering import MOST_AT_ONCE, answer_all
from functions.organisations.change_requests.shown import shown_request, shown_requests
from functions.organisations.staff_cards.form import can_be_typed, not_chosen, parts_of_form

_DONE: Final = {
    "approved": N_("Approved. The card says it now, and who asked finds your answer."),
    "declined": N_("Declined. Who asked finds your answer."),
}
_PICK: Final = "pick-"
_STATES: Final[tuple[Decision, ...]] = ("approved", "declined")


def texts_in(form: Mapping[str, str]) -> dict[str, str]:
    says = form.get("says", "").strip()
    return texts_of_card(form) | by_label([(_("Your answer"), says)] if says else [])


async def show(req: func.HttpRequest) -> func.HttpResponse:
    """A page of the requests that wait: two queries, whatever their number."""
    person, by = await opened(req, "decide_requests")
    return await _list_page(person, by, req.params.get("after") or None, done=done_in(req, _DONE))


async def answer_chosen(req: func.HttpRequest) -> func.HttpResponse:
    """Approve or decline those that are chosen, each as it was read."""
    person, by, form = await sent(req, "decide_requests")
    versions = [(name.removeprefix(_PICK), text) for name, text in form.items() if name.startswith(_PICK)]
    state = next((each for each in _STATES if each == form.get("then")), None)
    if state is None or not versions:
        return await _list_page(person, by, None, faults={"/requests": _("Choose at least one request")})
    chosen = [(request_id, version_in({"version": text})) for request_id, text in versions[:MOST_AT_ONCE]]
    done = await answer_all(by, chosen, state, now())
    answered = sum(code is None for _id, code in done)
    told = (
        ngettext("One request is approved.", "%(num)s requests are approved.", answered)
        if state == "approved"
        else ngettext("One request is declined.", "%(num)s requests are declined.", answered)
    )
    left = len(done) - answered
    missed = ngettext(
        "One was not answered: it was answered, changed or withdrawn meanwhile.",
        "%(num)s were not answered: they were answered, changed or withdrawn meanwhile.",
        left,
    )
    return await _list_page(
        person, by, None, done=told if answered else None, missed=missed if left else None
    )


async def _list_page(
    person: SignedIn,
    by: Acting,
    after: str | None,
    *,
    done: str | None = None,
    missed: str | None = None,
    faults: Mapping[str, str] | None = None,
) -> func.HttpResponse:
    org_id, store = by.organisation.id, wiring.organisations.templates.change_requests()
    found, following = await store.waiting(org_id, MOST_AT_ONCE, after)
    ids = sorted({each.card_id for each in found})
    cards = await wiring.organisations.templates.staff_cards().find(org_id, ids) if ids else []
    return org_page(
        "organisations/requests/requests.html",
        person,
        by,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK,
        requests=shown_requests(found, cards),
        following=following,
        done=done,
        missed=missed,
        faults=faults or {},
    )


async def show_one(req: func.HttpRequest) -> func.HttpResponse:
    """A request: for who made it, and for those who decide, with the form of the answer."""
    person, by = await opened(req, "see")
    found, card = await _found(req, by)
    return await _one_page(req, person, by, (found, card), {})


async def answer(req: func.HttpRequest) -> func.HttpResponse:
    """Approve one request, with another value if the form says one, or decline it."""
    person, by, form = await sent(req, "decide_requests")
    found, card = of = await _found(req, by)
    form = arranged(form, form.get("then", ""))
    state = next((each for each in _STATES if each == form.get("then")), None)
    if state is None:
        return await _one_page(req, person, by, of, form)
    try:
        wanted = vet(Answer, {"state": state, "says": form.get("says", "").strip() or None})
        if state == "approved" and card is not None and can_be_typed(found.field):
            wanted = wanted.model_copy(update={"value": _another_value(found, form)})
        version = RequestVersion(by, found.id, version_in(form))
        ports = wiring.organisations.templates.request_ports()
        await decide(version, wanted, now=now(), ports=ports)
    except InvalidInput as refusal:
        faults = sentences(refusal.faults) | _said(refusal)
        return await _one_page(req, person, by, of, form, faults=faults)
    except NotFound:
        told = {"/says": _("This person has left the organisation. You can only decline")}
        return await _one_page(req, person, by, of, form, faults=told, status=HTTPStatus.CONFLICT)
    except (Conflict, StaleVersion) as refusal:
        told = {"/says": _(refusal.title)}
        return await _one_page(req, person, by, await _found(req, by), form, faults=told, status=409)
    return redirect(f"/org/{by.organisation.id}/requests?done={state}")


def _said(refusal: InvalidInput) -> dict[str, str]:
    return said([fault for fault in refusal.faults if fault.field == "/says"], {"/says": N_("Your answer")})


def _another_value(found: ChangeRequest, form: Mapping[str, str]) -> object:
    """What the form says, where it is not what was asked for."""
    name = to_camel(found.field)
    value = content_of(form)[name]
    whole = vet(CardContent, {"name": "x", name: value})
    typed, asked = getattr(whole, found.field), value_of(found.field, found.value)
    return None if _bare(typed) == _bare(asked) else value


def _bare(value: Any) -> Any:
    """A value without whom it is shown to, which the template says."""
    rows = isinstance(value, list) and all(isinstance(each, Entry) for each in value)
    return [each.model_copy(update={"audience": "private"}) for each in value] if rows else value


async def withdraw_one(req: func.HttpRequest) -> func.HttpResponse:
    _person, by, form = await sent(req, "see")
    of = RequestVersion(by, req.route_params["requestId"], version_in(form))
    gone = await withdraw(of, now=now(), ports=wiring.organisations.templates.request_ports())
    return redirect(f"/org/{by.organisation.id}/cards/{gone.card_id}?done=withdrawn")


async def see_answer(req: func.HttpRequest) -> func.HttpResponse:
    """Put an answer aside, so that it does not wait under today any more."""
    _person, by, form = await sent(req, "see")
    of = RequestVersion(by, req.route_params["requestId"], version_in(form))
    await put_aside(of, now=now(), ports=wiring.organisations.templates.request_ports())
    return redirect("/my")


async def _found(req: func.HttpRequest, by: Acting) -> tuple[ChangeRequest, Card | None]:
    requests = wiring.organisations.templates.change_requests()
    found = await read_request(by, req.route_params["requestId"], requests=requests)
    return found, await wiring.cards.store().get(found.org_id, found.card_id)


async def _one_page(
    req: func.HttpRequest,
    person: SignedIn,
    by: Acting,
    of: tuple[ChangeRequest, Card | None],
    form: Mapping[str, str],
    *,
    faults: Mapping[str, str] | None = None,
    status: int | None = None,
) -> func.HttpResponse:
    found, card = of
    at = f"/org/{by.organisation.id}/requests/{found.id}"
    name = to_camel(found.field)
    decides = may(by.member.role, "decide_requests") and found.state == "waiting" and card is not None
    parts = await parts_of_form(req, card, f"{at}/answer", _values(found, card, form), form) if card else {}
    return org_page(
        "organisations/requests/request.html",
        person,
        by,
        status=status or (HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK),
        **parts,
        shown=shown_request(found, card),
        name=name,
        typed=can_be_typed(found.field),
        decides=decides,
        is_own=found.member_id == by.member.id,
        narrowed=not_chosen(FORM_FIELDS),
        says=form.get("says", ""),
        version=form.get("version", found.version),
        faults=faults or {},
    )


def _values(found: ChangeRequest, card: Card, form: Mapping[str, str]) -> Values:
    """The values of the form: what was asked for, or what was typed in its place."""
    name = to_camel(found.field)
    if form:
        return {**values_of(card.draft), name: content_of(form)[name]}
    asked = card.draft.model_copy(update={found.field: value_of(found.field, found.value)})
    return values_of(asked)
