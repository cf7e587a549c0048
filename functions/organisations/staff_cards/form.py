"""The form of a staff card, or of some of its fields, made of the parts of a person's own card."""

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

import azure.functions as func
from pydantic.alias_generators import to_camel

from domain.cards.card import Card
from domain.cards.content import FIELDS, LIST_FIELDS, SINGLE_FIELDS, CardContent
from domain.organisations.organisation import Acting
from domain.organisations.staff_cards.own import fields_with, only_changing
from domain.organisations.templates.rules import WIDTH, TemplateContent
from functions.cards.filling.offers import audiences_for, in_address_books, phone_country_for, with_networks
from functions.cards.form import FIELDS as FORM_FIELDS
from functions.cards.form import NETWORK_CHOICES, readable, rows_in
from functions.framework.filters import countries, languages
from functions.framework.forms import Values, vet
from functions.framework.texts import _
from functions.organisations.templates.before_after import text_of

# Pictures of a staff card are those that it has already.
_NOT_TYPED: Final = frozenset(field for field, about in FIELDS.items() if about.kind == "picture")


class Locked(NamedTuple):
    """A field that the organisation decides, and what it says. `typed`: another value can be asked for."""

    name: str
    label: str
    said: str
    typed: bool


def _theirs(template: TemplateContent) -> list[str]:
    """Fields that are the person's to type."""
    return [field for field in fields_with(template, "optional", "required") if can_be_typed(field)]


def typed_fields(template: TemplateContent) -> list[str]:
    """Fields of the form, as the form names them."""
    return [to_camel(field) for field in _theirs(template)]


def can_be_typed(field: str) -> bool:
    return field not in _NOT_TYPED


def locked_fields(template: TemplateContent, content: CardContent) -> list[Locked]:
    return [
        Locked(to_camel(field), label_of_field(field), text_of(content, field), can_be_typed(field))
        for field in fields_with(template, "locked")
    ]


def label_of_field(field: str) -> str:
    return _(FIELDS[field].label)


def wanted_of(values: Values, template: TemplateContent, shown: CardContent) -> CardContent:
    """The content that a form wants; what is not in the form stays as it is shown."""
    names = typed_fields(template)
    typed = {name: values[name] for name in names}
    audiences = {name: audience for name, audience in values["audiences"].items() if name in names}
    wanted = vet(CardContent, {"name": shown.name, **typed, "audiences": audiences})
    return only_changing(_theirs(template), shown, wanted)


def readable_within(values: Values, template: TemplateContent, shown: CardContent) -> CardContent:
    """What a form says as far as it is valid, for a preview."""
    wanted = readable({**values, "name": values["name"] or shown.name}, shown)
    return only_changing(_theirs(template), shown, wanted)


def narrowed(template: TemplateContent, offered: Mapping[str, str]) -> dict[str, list[tuple[str, str]]]:
    """Audiences to choose from, by field: none that is wider than the template lets."""
    return {
        to_camel(field): [
            (key, text)
            for key, text in offered.items()
            if WIDTH[key] <= WIDTH[getattr(template.rules, field).widest]
        ]
        for field in (*SINGLE_FIELDS, *LIST_FIELDS)
    }


def not_chosen(fields: Iterable[str] = FORM_FIELDS) -> dict[str, list[tuple[str, str]]]:
    """Where the form does not ask who sees a value."""
    return {field: [] for field in fields}


async def parts_of_form(
    req: func.HttpRequest, card: Card, at: str, values: Values, form: Mapping[str, str]
) -> dict[str, Any]:
    """What the parts of the form need, whichever of its fields are shown. `at` is where the form is sent."""
    then = form.get("then", "")
    return {
        "card": card,
        "at_card": at,
        "values": with_networks(values, form),
        "called": in_address_books(values),
        "phone_country": phone_country_for(req, form, values, [values["officeAddress"] or {}]),
        "rows": rows_in(form, then),
        "changed": then.partition(" ")[2].partition(" ")[0],
        "images": {},
        "image_problems": {},
        "coming": {},
        "countries": countries().items(),
        "languages": languages(),
        "fields": FORM_FIELDS,
        "networks": [(key, _(name)) for key, name in NETWORK_CHOICES],
        "audiences": list((await audiences_for(card.person_id, values)).items()),
    }


def place_of(by: Acting, card: Card) -> str:
    """Address of the page of a staff card."""
    return f"/org/{by.organisation.id}/cards/{card.id}"
