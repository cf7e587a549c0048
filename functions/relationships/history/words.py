"""Labels of a contact's fields, by the name that its content gives them."""

from typing import Final

from pydantic.alias_generators import to_camel

from functions.framework.texts import N_, _
from functions.relationships.form import LABELS

NAMES: Final = LABELS | {
    "/archived": N_("Archived"),
    "/dropId": N_("The other contact"),
    "/keepId": N_("The contact that is kept"),
    "/entityId": N_("Company or organisation"),
}


def label_of_field(name: str) -> str:
    return _(NAMES[f"/{to_camel(name)}"])
