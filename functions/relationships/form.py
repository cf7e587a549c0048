"""The form of a contact: from its fields to domain input, and from the domain's faults back to the fields.

A field is named as in the form of a card: by the JSON Pointer of its value, with hyphens.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from domain.base.errors import Fault
from domain.base.fields import phone_text
from domain.cards.mending import mended_link, mended_phone
from domain.relationships.contact import MOST_IMPORTANCE, MOST_VALUES, ContactContent
from functions.cards.filters import kind_name
from functions.cards.form import PHONE_COUNTRY, FormField, fields_of
from functions.framework import forms
from functions.framework.filters import countries
from functions.framework.forms import Values, by_label, label_of
from functions.framework.texts import N_, _

FIELDS: Final = fields_of(ContactContent)
KINDS: Final = (
    ("person", N_("A person"), ""),
    ("entity", N_("A company or institution"), ""),
)
_TEXTS: Final = tuple(name for name, field in FIELDS.items() if field.kind == "line")
_WITH_PARTS: Final = tuple(name for name, field in FIELDS.items() if field.kind == "parts")
_ROWS: Final = tuple(name for name, field in FIELDS.items() if field.kind == "rows")
_LABELLED: Final = ("tags", "groups")
# The field that every row has.
_MARKS: Final = {name: f"{name}-{{}}-{'kind' if 'kind' in FIELDS[name].parts else 'label'}" for name in _ROWS}
LABELS: Final = {
    "/kind": N_("Kind"),
    **{f"/{name}": field.label for name, field in FIELDS.items()},
    **{f"/{name}/{part}": of.label for name in _WITH_PARTS for part, of in FIELDS[name].parts.items()},
    "/tags": N_("Tags"),
    "/groups": N_("Groups"),
    "/importance": N_("Importance"),
}


def content_of(form: Mapping[str, str]) -> Values:
    """Contact content of a form without its empty rows, not yet vetted."""
    kind = form.get("kind", "person")
    values: Values = {name: form.get(name, "").strip() or None for name in _TEXTS}
    values |= {"kind": kind, "name": form.get("name", "")}
    values |= {name: forms.parts_in(form, name, FIELDS[name].parts) for name in _WITH_PARTS}
    if kind == "entity":
        values["nameParts"] = None
    values |= {name: list(_rows(form, name)) for name in _ROWS}
    for name in _LABELLED:
        values[name] = [label for part in form.get(name, "").split(",") if (label := part.strip())]
    importance = form.get("importance", "0")
    known = importance in map(str, range(MOST_IMPORTANCE + 1))
    values["importance"] = int(importance) if known else importance
    values["archived"] = form.get("archived") == "1"
    return values


def _rows(form: Mapping[str, str], name: str) -> Iterator[Values]:
    parts, country = FIELDS[name].parts, form.get(PHONE_COUNTRY, "")
    for index in range(MOST_VALUES):
        row = {
            part: _value(form.get(f"{name}-{index}-{part}", ""), of, country) for part, of in parts.items()
        }
        if any(value for part, value in row.items() if parts[part].kind != "choice"):
            yield {part: value or (None if parts[part].optional else "") for part, value in row.items()}


def _value(typed: str, field: FormField, country: str) -> str:
    typed = typed.strip()
    if field.kind == "phone":
        return mended_phone(typed, country)
    # A contact's page may still be without https; a card's may not.
    if field.kind == "link" and typed and not typed.lower().startswith("http://"):
        return mended_link(typed, country)
    return typed


def arranged(form: Mapping[str, str]) -> dict[str, str]:
    """The form after its button, if that only arranges the form."""
    return forms.arranged(form, _MARKS, form.get("then", ""), MOST_VALUES)


def rows_in(form: Mapping[str, str]) -> dict[str, int]:
    """Number of rows of each list in the form, with the one that its button adds."""
    return forms.rows_in(form, _MARKS, form.get("then", ""), MOST_VALUES)


def values_of(content: ContactContent) -> Values:
    """Form values of stored content, with phone numbers in their country's groups."""
    values: Values = content.model_dump(mode="json", by_alias=True)
    for phone in values["phones"]:
        phone["number"] = phone_text(phone["number"])
    return values


def sentences(faults: list[Fault]) -> dict[str, str]:
    """One sentence for each field with a fault, by its pointer; a list of labels is one field."""
    told = []
    for fault in faults:
        name = fault.field.split("/")[1] if "/" in fault.field else ""
        told.append(fault._replace(field=f"/{name}") if name in _LABELLED else fault)
    return forms.sentences(told, LABELS)


def texts_in(form: Mapping[str, str]) -> dict[str, str]:
    """Typed texts of the form, by label, to show them again when they cannot be saved."""
    return by_label(_written(form))


def _written(form: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name, text in form.items():
        first, *rest = name.split("-")
        field = FIELDS.get(first)
        for part in rest:
            if field and not part.isdecimal():
                field = field.parts.get(part)
        known = first in _LABELLED or (field and field.kind not in ("choice", "rows", "parts"))
        if known and text.strip():
            said = countries().get(text, text) if field and field.kind == "country" else text
            yield label_of("/" + name.replace("-", "/"), LABELS), said


def differences(typed: Values, stored: ContactContent) -> dict[str, str]:
    """Stored values, as text, of the fields whose typed values differ."""
    newer = values_of(stored)
    return {
        _(LABELS[f"/{name}"]): _as_text(newer[name])
        for name in (*FIELDS, "kind", *_LABELLED, "importance")
        if _as_text(newer[name]) != _as_text(typed.get(name))
    }


def _as_text(value: Any) -> str:
    if isinstance(value, list):
        return "\n".join(_as_text(row) for row in value)
    if isinstance(value, dict):
        # Where a value came from is not typed.
        parts = sorted((name, part) for name, part in value.items() if name not in ("source", "since"))
        return ", ".join(text for name, part in parts if (text := _said(name, part)))
    return str(value or "").replace("\r\n", "\n").strip()


def _said(name: str, part: Any) -> str:
    return kind_name(part) if name == "kind" and isinstance(part, str) else _as_text(part)
