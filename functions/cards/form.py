"""Forms of cards: from form fields to domain input, and from the domain's faults back to the fields.

A field is named by the JSON Pointer of its value without the first slash, with hyphens between the parts:
`emails-0-address` is `/emails/0/address` of a card's content.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, NamedTuple, get_args

from pydantic import BaseModel
from pydantic.alias_generators import to_camel

from domain.base.errors import Fault, InvalidInput
from domain.base.fields import phone_text
from domain.cards.content import SINGLE_FIELDS, CardContent
from domain.cards.described import Audience, Kind, described, model_in
from domain.cards.mending import mended_link, mended_phone, mended_profile
from domain.cards.networks import NETWORKS
from functions.cards.filters import kind_name
from functions.framework import forms
from functions.framework.filters import countries, language
from functions.framework.forms import Values, by_label, label_of, vet
from functions.framework.texts import N_, _


class FormField(NamedTuple):
    """Field of a form. `parts` are the fields of one row or of the value, by name."""

    label: str
    kind: Kind
    proposed: Audience | None
    optional: bool
    most: int
    keys: tuple[str, ...]
    parts: "Mapping[str, FormField]"
    also: tuple[str, ...] = ()

    @property
    def choices(self) -> list[tuple[str, str]]:
        """The keys of a choice with their names in the language of the page."""
        return [(key, kind_name(key)) for key in self.keys]


def fields_of(model: type[BaseModel]) -> dict[str, FormField]:
    """The described fields of a model as a form shows them, by their names in the form."""
    found: dict[str, FormField] = {}
    for name, about in described(model).items():
        field = model.model_fields[name]
        choices = get_args(field.annotation) if about.kind == "choice" else ()
        found[to_camel(name)] = FormField(
            label=about.label,
            kind=about.kind,
            proposed=about.proposed,
            optional=field.default is None,
            most=next((note.max_length for note in field.metadata if hasattr(note, "max_length")), 1),
            keys=choices,
            parts=fields_of(model_in(field.annotation)) if about.kind in ("rows", "parts") else {},
            also=about.also,
        )
    return found


FIELDS: Final = fields_of(CardContent)
# What the form asks beside the content: the network of a social link, where only the name there is typed,
# and the country of telephone numbers without a country code.
NETWORK: Final = "network"
PHONE_COUNTRY: Final = "phoneCountry"
NETWORK_CHOICES: Final = (("", N_("Another site")), *((each.name, each.name) for each in NETWORKS))


def _named(*kinds: Kind) -> tuple[str, ...]:
    return tuple(name for name, field in FIELDS.items() if field.kind in kinds)


PICTURES: Final = _named("picture")
_TEXTS: Final = _named("line", "lines", "link")
_WITH_PARTS: Final = _named("parts")
# A row is empty while every part but its kind is blank.
_ROWS: Final = _named("rows")
_LISTS: Final = _named("languages", "rows")
_SINGLE: Final = tuple(map(to_camel, SINGLE_FIELDS))
_MOST_ROWS: Final = 20
# The field that every row has.
_ROW_MARKS: Final = {name: f"{name}-{{}}-audience" for name in _ROWS}
_MARKS: Final = {name: f"{name}-{{}}" for name in _LISTS} | _ROW_MARKS
AUDIENCES: Final[dict[str, str]] = {
    "public": N_("Everyone"),
    "signed_in": N_("People signed in"),
    "connections": N_("My connections"),
    "private": N_("Not on your card"),
}
# Labels of the fields of card forms, by JSON Pointer, not yet translated.
LABELS: Final = {
    **{f"/{name}": field.label for name, field in FIELDS.items()},
    **{f"/{name}/{part}": of.label for name in _WITH_PARTS for part, of in FIELDS[name].parts.items()},
    "/audiences": N_("Who sees it"),
    "/handle": N_("Handle"),
    "/profileId": N_("Profile"),
    "/profileName": N_("Profile"),
}
_NOT_WRITTEN: Final = frozenset({"choice", "picture", "rows", "parts"})
# Names of values that forms hold as codes.
_SAID: Final[dict[Kind, Callable[[str], str]]] = {
    "country": lambda code: countries().get(code, code),
    "languages": language,
}
_NO_NUMBER: Final = N_(
    "is not a number of the country that is chosen: choose another, or begin with + and its code"
)
_NO_PAGE: Final = N_("needs the network and your name there, or the whole address of your page")
_TYPED_BESIDE: Final = frozenset({"handle", "profileName"})


def content_of(form: Mapping[str, str], *, new: bool = False) -> Values:
    """Card content of a form without its empty rows, not yet vetted."""
    values: Values = {name: _value(form, name, FIELDS[name]) or None for name in _TEXTS}
    values["name"] = form.get("name", "")
    values |= {name: forms.parts_in(form, name, FIELDS[name].parts) for name in _WITH_PARTS}
    values |= {name: form.get(name) or None for name in PICTURES}
    values["languages"] = _languages(form)
    for rows in _ROWS:
        values[rows] = list(_rows(form, rows, unsaid="public" if new else "private"))
    # A value sent without an audience is private. Proposed audiences are for empty fields, and for the form
    # of a new card, which names its audience in words.
    values["audiences"] = {
        name: form.get(f"audiences-{name}")
        or (FIELDS[name].proposed if new or not values[name] else "private")
        for name in _SINGLE
    }
    return values


def _languages(form: Mapping[str, str]) -> list[str]:
    chosen = (form.get(f"languages-{index}", "").strip() for index in range(_MOST_ROWS))
    return list(dict.fromkeys(filter(None, chosen)))


def _rows(form: Mapping[str, str], rows: str, *, unsaid: str) -> Iterator[Values]:
    parts = FIELDS[rows].parts
    for index in range(_MOST_ROWS):
        row: Values = {part: _value(form, f"{rows}-{index}-{part}", of) for part, of in parts.items()}
        if any(value for part, value in row.items() if parts[part].kind != "choice"):
            absent = {part: None for part, of in parts.items() if of.optional and not row[part]}
            yield row | absent | {"audience": form.get(f"{rows}-{index}-audience") or unsaid}


def arranged(form: Mapping[str, str], order: str) -> dict[str, str]:
    """The form after a button that only arranges it: `up phones 1`, `remove phones 0`, `drop photo`."""
    what, _, target = order.partition(" ")
    if what == "drop" and target in PICTURES:
        return {**form, target: ""}
    return forms.arranged(form, _ROW_MARKS, order, _MOST_ROWS)


def rows_in(form: Mapping[str, str], order: str = "") -> dict[str, int]:
    """Number of rows of each list in the form, plus one where a button such as `add phones` was pressed."""
    return forms.rows_in(form, _MARKS, order, _MOST_ROWS)


def _value(form: Mapping[str, str], name: str, field: FormField) -> str:
    typed, country = form.get(name, "").strip(), form.get(PHONE_COUNTRY, "")
    if not typed:
        return ""
    if field.kind == "phone":
        return mended_phone(typed, country)
    if field.kind == "link" and name.startswith("socialLinks-"):
        return mended_profile(typed, form.get(f"{name.rpartition('-')[0]}-{NETWORK}", ""), country)
    return mended_link(typed, country, field.also) if field.kind == "link" else typed


def networks_in(form: Mapping[str, str]) -> dict[str, str]:
    """The networks that the form chose, by what it says of each social link."""
    link = FIELDS["socialLinks"].parts["url"]
    rows = (f"socialLinks-{index}" for index in range(_MOST_ROWS))
    return {
        _value(form, f"{row}-url", link): form[f"{row}-{NETWORK}"]
        for row in rows
        if f"{row}-{NETWORK}" in form
    }


def sentences(faults: list[Fault], values: Values | None = None) -> dict[str, str]:
    """One sentence for each field with a fault, by pointer into the content, of which `values` were typed."""
    inside = [fault._replace(field=fault.field.removeprefix("/content")) for fault in faults]
    return forms.sentences([_in_a_form(fault, values or {}) for fault in inside], LABELS)


def _in_a_form(fault: Fault, values: Values) -> Fault:
    """The fault with what helps in a form, which can mend more than the API."""
    _, field, *at = fault.field.split("/")
    typed = values[field][int(at[0])].get(at[1]) if values and field in _ROWS and len(at) > 1 else None
    if field == "phones" and fault.code == "invalid_phone" and not str(typed).startswith("+"):
        return fault._replace(detail=_NO_NUMBER)
    if field == "socialLinks" and fault.code == "invalid_url":
        return fault._replace(detail=_NO_PAGE)
    return fault


def texts_in(form: Mapping[str, str]) -> dict[str, str]:
    """Typed texts of a card form, by label, to show them again when they cannot be saved."""
    return by_label(_written(form))


def _written(form: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name, text in form.items():
        field = _field_at(name)
        if not text.strip() or (field is None and name not in _TYPED_BESIDE):
            continue
        kind = (
            form.get(f"{name.rpartition('-')[0]}-kind", "")
            if field and field.kind in ("email", "phone")
            else ""
        )
        said = _SAID[field.kind](text) if field and field.kind in _SAID else text
        yield label_of("/" + name.replace("-", "/"), LABELS), f"{said} ({kind_name(kind)})" if kind else said


def _field_at(name: str) -> FormField | None:
    """Text field of this name in the form; None for an unknown name or another kind of field."""
    first, *rest = name.split("-")
    field = FIELDS.get(first)
    for part in rest:
        if field and not part.isdecimal():
            field = field.parts.get(part)
    return None if field is None or field.kind in _NOT_WRITTEN else field


def values_of(content: CardContent) -> Values:
    """Form values of stored content, with phone numbers in their country's groups."""
    values: Values = content.model_dump(mode="json", by_alias=True)
    for phone in values["phones"]:
        phone["number"] = phone_text(phone["number"])
    return values


def readable(content: Values, given: CardContent) -> CardContent:
    """Valid part of the content. Faulty values are left out; a faulty name is replaced by that of `given`."""
    values = dict(content)
    try:
        return vet(CardContent, values)
    except InvalidInput as refusal:
        wrong: set[tuple[str, str]] = set()
        for fault in refusal.faults:
            _, field, *rest = fault.field.split("/")
            wrong.add((field, rest[0] if rest and field in _LISTS else ""))
    for field in {field for field, _ in wrong}:
        if field in _LISTS and (field, "") not in wrong:
            rows = enumerate(values[field])
            values[field] = [row for index, row in rows if (field, str(index)) not in wrong]
        else:
            values[field] = {"name": given.name, "audiences": {}}.get(field, [] if field in _LISTS else None)
    return vet(CardContent, values)


def differences(typed: Values, stored: CardContent) -> dict[str, str]:
    """Stored values, as text, of the fields whose typed values differ."""
    newer = values_of(stored)
    found = {
        _(FIELDS[name].label): _as_text(value)
        for name, value in newer.items()
        if name in FIELDS and name not in PICTURES and _as_text(value) != _as_text(typed.get(name))
    }
    for name in PICTURES:
        if newer[name] != typed.get(name):
            found[_(FIELDS[name].label)] = _("Another picture") if newer[name] else ""
    shown = [
        f"{_(FIELDS[name].label)}: {_(AUDIENCES[audience])}"
        for name, audience in newer["audiences"].items()
        if audience != typed["audiences"].get(name)
    ]
    return found | ({_(LABELS["/audiences"]): "\n".join(shown)} if shown else {})


def _as_text(value: Any) -> str:
    if isinstance(value, list):
        return "\n".join(_as_text(row) for row in value)
    if isinstance(value, dict):
        # One order for typed and stored rows, with the audience last.
        parts = sorted(value.items(), key=lambda part: (part[0] == "audience", part[0]))
        return ", ".join(text for _name, part in parts if (text := _as_text(part)))
    text = str(value or "").replace("\r\n", "\n").strip()
    return _(AUDIENCES[text]) if text in AUDIENCES else text
