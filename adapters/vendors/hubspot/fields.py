"""Fields of HubSpot's records, by its own definitions."""

from collections.abc import Mapping
from typing import Final

from adapters.vendors.hubspot.api import Row
from domain.integrations.connectors import ObjectName, Type, VendorField

LONGEST: Final = 65_536
# Our fields, by the properties that they are mapped to unless somebody chooses otherwise.
OURS: Final[Mapping[ObjectName, Mapping[str, str]]] = {
    "person": {
        "firstname": "first_name",
        "lastname": "last_name",
        "email": "email",
        "phone": "phone",
        "mobilephone": "mobile",
        "jobtitle": "title",
        "company": "company",
        "website": "website",
        "address": "street",
        "city": "city",
        "state": "region",
        "zip": "postal_code",
        "country": "country",
    },
    "company": {
        "name": "name",
        "domain": "domain",
        "phone": "phone",
        "city": "city",
        "country": "country",
        "website": "website",
    },
}
_TYPES: Final[Mapping[str, Type]] = {
    "string": "text", "phone_number": "phone", "number": "number", "date": "date", "datetime": "date",
    "enumeration": "choice", "bool": "yes_no",
}  # fmt: skip
# Texts that hold something special: HubSpot's definitions do not say so.
_SPECIAL: Final[Mapping[str, Type]] = {
    "email": "email", "phone": "phone", "mobilephone": "phone", "website": "url", "hs_linkedin_url": "url",
}  # fmt: skip


def field_of(definition: Row, of: ObjectName) -> VendorField | None:
    """A property as a field; None for one that nobody sees, or of a type that is no text."""
    kind, name = str(definition.get("type")), str(definition.get("name"))
    if definition.get("hidden") or definition.get("archived") or kind not in _TYPES:
        return None
    several = definition.get("fieldType") == "checkbox"
    fixed = definition.get("modificationMetadata") or {}
    special = _SPECIAL.get(name, "phone" if definition.get("fieldType") == "phonenumber" else None)
    is_choice = kind == "enumeration" and not several
    options = (definition.get("options") or ()) if is_choice else ()
    return VendorField(
        name,
        str(definition.get("label") or name),
        # Of several choices at once the value is a list in text.
        "text" if several else special or _TYPES[kind],
        ours=OURS[of].get(name),
        read_only=bool(fixed.get("readOnlyValue") or definition.get("calculated")),
        longest=LONGEST if kind == "string" else None,
        choices=tuple(str(each.get("value")) for each in options),
    )
