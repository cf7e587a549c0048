"""`/my/cards/{cardId}/exchange`: the form by which people without an account leave details on a card."""

import functools
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Final

import azure.functions as func

import wiring.publishing
from domain.base.errors import Fault, InvalidInput, StaleVersion
from domain.cards.card import Card, CardVersion
from domain.cards.exchange_form import PURPOSES, QUESTIONS, Ask, ExchangeForm, Purpose
from domain.exchange.form import change_form
from functions.cards.frame import card_of
from functions.exchange.consent import consent_for
from functions.exchange.details_form import LABELS
from functions.framework.clock import now
from functions.framework.forms import Values, sentences, vet
from functions.framework.my_pages import done_in, my_page, person_and_form, person_of, version_in
from functions.framework.replies import redirect
from functions.framework.texts import N_, _, language

DONE: Final = {
    "saved": N_("Saved. Your card shows it within seconds."),
    "later": N_("Saved. It is shown once the card is published."),
    "off": N_("Saved. The form is off: nobody can leave details on this card."),
}
_ASKS: Final[dict[Ask, str]] = {
    "off": N_("Not asked"),
    "optional": N_("Asked, may stay empty"),
    "required": N_("Needed"),
}
_PURPOSES: Final[dict[Purpose, str]] = {
    "contact": N_("To keep in touch"),
    "information": N_("To send information about products, services and events"),
    "meeting": N_("To arrange a meeting"),
}
_LABELS: Final = {**LABELS, "/purpose": N_("What you want the details for")}


async def show(req: func.HttpRequest) -> func.HttpResponse:
    person = await person_of(req)
    card = await card_of(req, person)
    render = functools.partial(my_page, "exchange/choices.html", person)
    return choices(render, card, card.exchange_form.model_dump(), done=done_in(req, DONE))


async def change(req: func.HttpRequest) -> func.HttpResponse:
    person, form = await person_and_form(req)
    card = await card_of(req, person)
    render, values = functools.partial(my_page, "exchange/choices.html", person), form_in(form)
    try:
        wanted = vet(ExchangeForm, values)
        of = CardVersion(person.account_id, card.id, version_in(form))
        await change_form(of, wanted, now=now(), ports=wiring.publishing.ports())
    except InvalidInput as refusal:
        return choices(render, card, values, faults=labelled(refusal.faults))
    except StaleVersion:
        return choices(render, card, values, stale=True)
    return redirect(f"/my/cards/{card.id}/exchange?done={done_by(wanted, card)}")


def form_in(form: Mapping[str, str]) -> Values:
    values: Values = {name: form.get(name, "") for name in ("purpose", *QUESTIONS)}
    values["on"] = form.get("on") == "1"
    return values


def labelled(faults: list[Fault]) -> dict[str, str]:
    return sentences(faults, _LABELS)


def done_by(wanted: ExchangeForm, card: Card) -> str:
    return "off" if not wanted.on else "saved" if card.is_live else "later"


def choices(
    render: Callable[..., func.HttpResponse],
    card: Card,
    values: Values,
    *,
    done: str | None = None,
    faults: dict[str, str] | None = None,
    stale: bool = False,
) -> func.HttpResponse:
    """The page of the choices, of a person's card or of a company page."""
    status = HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK
    shown = card.published or card.draft
    purpose: Purpose = values["purpose"] if values["purpose"] in PURPOSES else "contact"
    return render(
        status=HTTPStatus.PRECONDITION_FAILED if stale else status,
        card=card,
        values=values,
        purposes=[(key, _(_PURPOSES[key]), "") for key in PURPOSES],
        asks=[(key, _(label)) for key, label in _ASKS.items()],
        questions=[(f"/{name}", _(LABELS[f"/{name}"])) for name in QUESTIONS],
        consent=consent_for(purpose, shown, language(), "company-" if card.is_entity else ""),
        address=f"/c/{card.handle}/exchange",
        done=done,
        faults=faults or {},
        stale=stale,
    )
