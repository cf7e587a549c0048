"""The form of the company page, which is that of a card without what is the brand's or a person's."""

from collections.abc import Mapping
from typing import Final

from pydantic.alias_generators import to_camel

from domain.cards.card import Card
from domain.organisations.brand.brand import BrandContent
from domain.organisations.company.page import OF_BRAND
from functions.cards.form import FIELDS, content_of, values_of
from functions.framework.forms import Values

TYPED: Final = (
    "name", "languages", "emails", "phones", "website", "socialLinks", "productLinks", "officeAddress",
    "mapLink",
)  # fmt: skip
NOT_TYPED: Final = tuple(name for name in FIELDS if name not in TYPED)
_OF_BRAND: Final = frozenset(map(to_camel, OF_BRAND))


def typed_in(form: Mapping[str, str], card: Card) -> Values:
    """What was typed, and of what the form does not ask what the draft has."""
    typed, stored = content_of(form), values_of(card.draft)
    audiences = {name: (typed if name in TYPED else stored)["audiences"][name] for name in typed["audiences"]}
    values = {name: (typed if name in TYPED else stored)[name] for name in FIELDS}
    # Taken from the brand as it is when the page is saved.
    return values | dict.fromkeys(_OF_BRAND) | {"audiences": audiences}


def taken(then: str, values: Values, brand: BrandContent) -> Values:
    """The values after a button that takes something of the brand, such as `take link Shop`."""
    what, _, name = then.partition(" ")
    kind, _, name = name.partition(" ")
    if what != "take":
        return values
    link = brand.link(name) if kind == "link" else None
    address = brand.address(name) if kind == "address" else None
    if link is not None:
        row = {"label": link.name, "url": link.url, "audience": "public"}
        return values | {"productLinks": [*values["productLinks"], row]}
    if address is not None:
        audiences = values["audiences"] | {"officeAddress": "public"}
        return values | {
            "officeAddress": address.model_dump(mode="json", by_alias=True),
            "audiences": audiences,
        }
    return values
