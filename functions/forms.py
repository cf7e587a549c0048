"""Forms: from fields of a page to what the domain reads, and from its faults back to the fields.

A field is named by the JSON Pointer of its value without the first slash, with hyphens between the parts:
`emails-0-address` is `/emails/0/address` of a card's content.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from pydantic import BaseModel, ValidationError
from pydantic.alias_generators import to_camel

from domain.content import SINGLE_FIELDS, CardContent
from domain.errors import Fault, InvalidInput
from functions.display import countries, phone_text
from functions.http import faults_of

_LINES: Final = ("name", "title", "organisation", "website", "companyText", "videoLink", "mapLink")
_ADDRESS: Final = ("street", "city", "region", "postalCode", "country")
# The parts of a row; a row says nothing while every part but its kind is blank.
_ROWS: Final = {
    "emails": ("kind", "address"),
    "phones": ("kind", "number"),
    "socialLinks": ("url",),
    "productLinks": ("label", "url"),
}
_MOST_ROWS: Final = 20
_LINKS: Final = frozenset({"website", "videoLink", "mapLink", "url"})
_LABELS: Final = {
    "/name": "Name",
    "/title": "Title",
    "/organisation": "Organisation",
    "/emails": "E-mail",
    "/phones": "Phone",
    "/website": "Website",
    "/socialLinks": "Social link",
    "/companyText": "About the company",
    "/videoLink": "Video link",
    "/officeAddress/street": "Street",
    "/officeAddress/city": "City",
    "/officeAddress/region": "Region",
    "/officeAddress/postalCode": "Postal code",
    "/officeAddress/country": "Country",
    "/mapLink": "Map link",
    "/productLinks": "Product or service",
    "/handle": "Handle",
    "/profileId": "Profile",
    "/profileName": "Profile",
    "/profiles": "Profile name",
}
_NOT_WRITTEN: Final = frozenset({"csrf", "key", "version", "then", "profileId"})
# A site as people type it: no scheme, a dot in its name.
_BARE_SITE = re.compile(r"[^\s:/?#@]+\.[^\s:/?#@.]{2,}(?=[:/?#]|$)")

Values = dict[str, Any]


def content_of(form: Mapping[str, str]) -> Values:
    """A card's content as the form has it, empty rows left out; nothing is vetted here."""
    values: Values = {name: _value(form, name, name) or None for name in _LINES}
    values["name"] = form.get("name", "")
    address = {part: form.get(f"officeAddress-{part}", "").strip() or None for part in _ADDRESS}
    values["officeAddress"] = address if any(address.values()) else None
    for rows, parts in _ROWS.items():
        values[rows] = list(_rows(form, rows, parts))
    values["audiences"] = dict.fromkeys(map(to_camel, SINGLE_FIELDS), "public")
    return values


def _rows(form: Mapping[str, str], rows: str, parts: tuple[str, ...]) -> list[Values]:
    found = []
    for index in range(_MOST_ROWS):
        row = {part: _value(form, f"{rows}-{index}-{part}", part) for part in parts}
        if any(value.strip() for part, value in row.items() if part != "kind"):
            found.append(row | {"audience": "public"})
    return found


def _value(form: Mapping[str, str], field: str, part: str) -> str:
    typed = form.get(field, "").strip()
    return f"https://{typed}" if part in _LINKS and _BARE_SITE.match(typed) else typed


def vet[M: BaseModel](model: type[M], values: Values, *, field: str | None = None) -> M:
    """The values as `model`, or every fault they have; with `field`, all of them are faults of that one."""
    try:
        return model.model_validate(values)
    except ValidationError as exc:
        faults = faults_of(exc)
        if field is not None:
            faults = [Fault(field, fault.code, fault.detail) for fault in faults]
        raise InvalidInput(faults) from None


def values_of(content: CardContent) -> Values:
    """Stored content as the form shows it, phone numbers in the groups people read."""
    values: Values = content.model_dump(mode="json", by_alias=True)
    for phone in values["phones"]:
        phone["number"] = phone_text(phone["number"])
    return values


def label_of(pointer: str) -> str:
    """What the page calls the field at a pointer: `/emails/1/address` is `E-mail 2`."""
    match = re.match(r"(/[A-Za-z]+)/([0-9]{1,3})", pointer)
    if match:
        return f"{_LABELS.get(match[1], match[1])} {int(match[2]) + 1}"
    return _LABELS.get(pointer) or _LABELS.get("/" + pointer.split("/")[1], "This form")


def sentences(faults: list[Fault]) -> dict[str, str]:
    """One sentence for each field with a fault, in the order of the faults, by pointer into the content."""
    found: dict[str, str] = {}
    for fault in faults:
        pointer = fault.field.removeprefix("/content")
        found.setdefault(pointer, f"{label_of(pointer)} {fault.detail}")
    return found


def texts_in(form: Mapping[str, str]) -> dict[str, str]:
    """What somebody wrote into a form, by label, so that it can be shown when it cannot be kept."""
    found: dict[str, str] = {}
    for name, text in form.items():
        row, _, part = name.rpartition("-")
        if not text.strip() or name in _NOT_WRITTEN or part == "kind":
            continue
        if name == "officeAddress-country":
            said = countries().get(text, text)
        else:
            said = f"{text} ({form[f'{row}-kind']})" if form.get(f"{row}-kind") else text
        label = label_of("/" + name.replace("-", "/"))
        found[label] = f"{found[label]}\n{said}" if label in found else said
    return found


def differences(typed: Values, stored: CardContent) -> dict[str, str]:
    """The stored value, as text, of every field in which what was typed differs from what is stored."""
    newer = values_of(stored)
    return {
        _LABELS.get(f"/{name}", "Office address"): _as_text(value)
        for name, value in newer.items()
        if _as_text(value) != _as_text(typed.get(name))
    }


def _as_text(value: Any) -> str:
    if isinstance(value, list):
        return "\n".join(_as_text(row) for row in value)
    if isinstance(value, dict):
        return ", ".join(text for part in value.values() if (text := _as_text(part)))
    return str(value or "").replace("\r\n", "\n").strip()
