"""The questions of an exchange form: what they are called, how they are typed, and what their answers say."""

from collections.abc import Mapping
from typing import Final, NamedTuple

import azure.functions as func

from domain.base.countries import country_in
from domain.base.errors import Fault, InvalidInput
from domain.base.fields import phone_text
from domain.base.texts import N_
from domain.cards.exchange_form import QUESTIONS, Ask, ExchangeForm
from domain.cards.mending import mended_phone
from domain.exchange.details import Details, answers, missing
from functions.framework.forms import Values, sentences, vet

# A field that people neither see nor reach; programs that fill in every field do.
HONEYPOT: Final = "homepage"
LABELS: Final = {
    "/name": N_("Name"),
    "/email": N_("E-mail"),
    "/phone": N_("Phone"),
    "/organisation": N_("Company or organisation"),
    "/title": N_("Title"),
    "/message": N_("Message"),
    "/consent": N_("Your consent"),
}


class Question(NamedTuple):
    """A question as a page shows it: `kind` is the type of its input, `complete` what a browser fills in."""

    at: str
    label: str
    ask: Ask
    kind: str
    complete: str


_KINDS: Final = {
    "email": ("email", "email"),
    "phone": ("tel", "tel"),
    "organisation": ("text", "organization"),
    "title": ("text", "organization-title"),
    "message": ("lines", "off"),
}


def questions_of(form: ExchangeForm) -> list[Question]:
    """The name, and what else the form asks."""
    asked = [
        Question(f"/{name}", LABELS[f"/{name}"], form.asks(name), *_KINDS[name])
        for name in QUESTIONS
        if form.asks(name) != "off"
    ]
    return [Question("/name", LABELS["/name"], "required", "text", "name"), *asked]


def details_in(
    req: func.HttpRequest, typed: Mapping[str, str], form: ExchangeForm, *, consents: bool
) -> Details:
    """The vetted answers, or every fault of them at once."""
    values = _values(req, typed)
    faults = missing(values, form)
    if consents and not typed.get("consent"):
        faults.append(Fault("/consent", "required", N_("is needed: without it nothing is passed on")))
    try:
        details = vet(Details, values)
    except InvalidInput as refusal:
        raise InvalidInput(refusal.faults + faults) from None
    if faults:
        raise InvalidInput(faults)
    return answers(details, form)


def _values(req: func.HttpRequest, typed: Mapping[str, str]) -> Values:
    values: Values = {name: typed.get(name, "").strip() or None for name in QUESTIONS}
    values["name"] = typed.get("name", "")
    if values["phone"]:
        values["phone"] = mended_phone(values["phone"], country_in(req.headers.get("accept-language", "")))
    return values


def sentences_of(faults: list[Fault]) -> dict[str, str]:
    return sentences(faults, LABELS)


def typed_from(details: Details) -> dict[str, str]:
    """What the form of stored details holds."""
    values = {name: getattr(details, name) or "" for name in ("name", *QUESTIONS)}
    return values | {"phone": shown_phone(values["phone"])}


def shown_phone(number: str) -> str:
    return phone_text(number) if number.startswith("+") else number
