"""`/my/cards/{cardId}/exchange`: the form by which people without an account leave details on a card."""

from http import HTTPStatus
from typing import Final

import azure.functions as func

import wiring.publishing
from domain.base.errors import InvalidInput, StaleVersion
from domain.cards.card import Card, CardVersion
from domain.cards.exchange_form import PURPOSES, QUESTIONS, Ask, ExchangeForm, Purpose
from domain.exchange.form import change_form
from functions.cards.frame import card_of
from functions.exchange.consent import consent_for
from functions.exchange.details_form import LABELS
from functions.framework.callers import SignedIn
from functions.framework.clock import now
from functions.framework.forms import Values, sentences, vet
from functions.framework.my_pages import done_in, my_page, person_and_form, person_of, version_in
from functions.framework.replies import redirect
from functions.framework.texts import N_, _, language

_DONE: Final = {
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
    return _page(person, card, card.exchange_form.model_dump(), done=done_in(req, _DONE))


async def change(req: func.HttpRequest) -> func.HttpResponse:
    person, form = await person_and_form(req)
    card = await card_of(req, person)
    values: Values = {name: form.get(name, "") for name in ("purpose", *QUESTIONS)}
    values["on"] = form.get("on") == "1"
    try:
        wanted = vet(ExchangeForm, values)
        of = CardVersion(person.account_id, card.id, version_in(form))
        await change_form(of, wanted, now=now(), ports=wiring.publishing.ports())
    except InvalidInput as refusal:
        return _page(person, card, values, faults=sentences(refusal.faults, _LABELS))
    except StaleVersion:
        return _page(person, card, values, stale=True)
    done = "off" if not wanted.on else "saved" if card.is_live else "later"
    return redirect(f"/my/cards/{card.id}/exchange?done={done}")


def _page(
    person: SignedIn,
    card: Card,
    values: Values,
    *,
    done: str | None = None,
    faults: dict[str, str] | None = None,
    stale: bool = False,
) -> func.HttpResponse:
    status = HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK
    shown = card.published or card.draft
    purpose: Purpose = values["purpose"] if values["purpose"] in PURPOSES else "contact"
    return my_page(
        "exchange/choices.html",
        person,
        status=HTTPStatus.PRECONDITION_FAILED if stale else status,
        card=card,
        values=values,
        purposes=[(key, _(_PURPOSES[key]), "") for key in PURPOSES],
        asks=[(key, _(label)) for key, label in _ASKS.items()],
        questions=[(f"/{name}", _(LABELS[f"/{name}"])) for name in QUESTIONS],
        consent=consent_for(purpose, shown, language()),
        address=f"/c/{card.handle}/exchange",
        done=done,
        faults=faults or {},
        stale=stale,
    )
