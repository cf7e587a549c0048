"""The form of a template: what a person types for each field, and the template that it says.

A value is typed as one text. Rows are lines: `work: {email}`, `mobile, Press: {mobile?}`, `Our shop: https://…`.
What is of the brand is typed by its name: `brand: Our shop`.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from pydantic.alias_generators import to_camel

from domain.base.errors import Fault
from domain.cards.content import FIELDS, CardContent
from domain.cards.described import Audience, described, model_in
from domain.organisations.brand.brand import BRAND_PICTURES, BrandContent
from domain.organisations.templates.rules import BRANDED, FieldRule, Mode, TemplateContent, Value
from functions.framework.problems import WRONG_TYPE
from functions.framework.texts import N_, _

MODES: Final[dict[Mode, str]] = {
    "off": N_("On no card"),
    "optional": N_("The person decides"),
    "required": N_("The person has to fill it in"),
    "locked": N_("The organisation decides"),
}
# The text of a row, by field; what stands before it is a kind with a label, or a label alone.
_MAIN: Final = {"emails": "address", "phones": "number", "social_links": "url", "product_links": "url"}

_BRAND: Final = f"{BRANDED}: "


class Shown(NamedTuple):
    """A field of the form. `parts` are the parts of its value with their labels."""

    name: str
    label: str
    kind: str
    mode: str
    value: str
    audience: str
    widest: str
    parts: tuple[tuple[str, str, str], ...] = ()


def names_of(field: str) -> str:
    return f"rules-{to_camel(field)}"


def shown_fields(form: Mapping[str, str]) -> list[Shown]:
    """Every field of a card as the form says it."""
    return [
        Shown(
            name=to_camel(field),
            label=about.label,
            kind=about.kind,
            mode=form.get(f"{names_of(field)}-mode", "optional"),
            value=form.get(f"{names_of(field)}-value", ""),
            audience=form.get(f"{names_of(field)}-audience", "public"),
            widest=form.get(f"{names_of(field)}-widest", "public"),
            parts=tuple(
                (part, label, form.get(f"{names_of(field)}-value-{part}", ""))
                for part, label in _parts(field)
            ),
        )
        for field, about in FIELDS.items()
    ]


def _parts(field: str) -> list[tuple[str, str]]:
    if FIELDS[field].kind != "parts":
        return []
    model = model_in(CardContent.model_fields[field].annotation)
    return [(to_camel(part), about.label) for part, about in described(model).items()]


def form_of(content: TemplateContent) -> dict[str, str]:
    """The form that says this template."""
    form = {"name": content.name, "look": "brand" if content.look_of_brand else ""}
    for field in FIELDS:
        rule: FieldRule = getattr(content.rules, field)
        at = names_of(field)
        form |= {f"{at}-mode": rule.mode, f"{at}-audience": rule.audience, f"{at}-widest": rule.widest}
        form |= dict(_texts(field, rule.value, f"{at}-value"))
    return form


def _texts(field: str, value: Value | None, at: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield at, value
    elif isinstance(value, dict) and value.keys() == {BRANDED}:
        yield at, _BRAND + value[BRANDED]
    elif isinstance(value, dict):
        yield from ((f"{at}-{to_camel(part)}", cell) for part, cell in value.items())
    elif value is not None and FIELDS[field].kind == "languages":
        yield at, ", ".join(str(each) for each in value)
    elif value is not None:
        yield at, "\n".join(_line(field, row) for row in value if isinstance(row, dict))


def _line(field: str, row: Mapping[str, str]) -> str:
    if row.keys() == {BRANDED}:
        return _BRAND + row[BRANDED]
    before = ", ".join(row[cell] for cell in ("kind", "label") if row.get(cell))
    text = row.get(_MAIN[field], "")
    return f"{before}: {text}" if before else text


def offered(brand: BrandContent) -> dict[str, Any]:
    """What a template can take from the brand, as the form names it."""
    pictures = {to_camel(field): _BRAND + to_camel(field) for field in BRAND_PICTURES}
    addresses = [(_BRAND + each.name, each.name) for each in brand.addresses]
    texts = [to_camel(field) for field in ("company_text", "video_link") if getattr(brand, field)]
    names = [*texts, *(each.name for each in brand.links)]
    return {
        "brand_pictures": {name: [(typed, _("That of the brand"))] for name, typed in pictures.items()},
        "brand_addresses": addresses,
        "brand_names": [_BRAND + name for name in names],
    }


def values_in(form: Mapping[str, str], look: Mapping[str, Any] | None) -> dict[str, Any]:
    """The input of a template that a form says."""
    rules = {to_camel(field): _rule(field, form) for field in FIELDS}
    of_brand = form.get("look") == "brand"
    return {"name": form.get("name", ""), "rules": rules, "look": look, "lookOfBrand": of_brand}


def _rule(field: str, form: Mapping[str, str]) -> dict[str, Any]:
    at = names_of(field)
    mode = form.get(f"{at}-mode", "optional")
    audience: Audience | str = form.get(f"{at}-audience", "public")
    value = None if mode == "off" else _value(field, form, f"{at}-value")
    return {"mode": mode, "value": value, "audience": audience, "widest": form.get(f"{at}-widest", "public")}


def _value(field: str, form: Mapping[str, str], at: str) -> Any:
    kind = FIELDS[field].kind
    text = form.get(at, "").replace("\r\n", "\n").strip()
    if kind != "rows" and text.startswith(_BRAND):
        return {BRANDED: text.removeprefix(_BRAND).strip()}
    if kind == "parts":
        parts = {part: form.get(f"{at}-{part}", "").strip() for part, _label in _parts(field)}
        return {part: text for part, text in parts.items() if text} or None
    if not text:
        return None
    if kind == "languages":
        return [each.strip() for each in text.split(",") if each.strip()]
    if kind == "rows":
        return [_row(field, line.strip()) for line in text.split("\n") if line.strip()]
    return text


def _row(field: str, line: str) -> dict[str, str]:
    if line.startswith(_BRAND):
        return {BRANDED: line.removeprefix(_BRAND).strip()}
    before, colon, text = line.partition(": ")
    if not colon:
        return {_MAIN[field]: line}
    if field in ("emails", "phones"):
        kind, comma, label = before.partition(",")
        return {"kind": kind.strip(), _MAIN[field]: text.strip()} | (
            {"label": label.strip()} if comma else {}
        )
    return {"label": before.strip(), _MAIN[field]: text.strip()}


def sentences(faults: Iterable[Fault]) -> dict[str, str]:
    """One sentence for each input with a fault, by the pointer of the input."""
    found: dict[str, str] = {}
    for fault in faults:
        place, label = _input_of(fault.field)
        row = re.search(r"/value/([0-9]+)", fault.field)
        where = _("%(label)s, line %(line)s", label=_(label), line=int(row[1]) + 1) if row else _(label)
        detail = N_("does not have the right form") if fault.code == WRONG_TYPE else fault.detail
        found.setdefault(place, f"{where}: {_(detail)}")
    return found


def _input_of(pointer: str) -> tuple[str, str]:
    """The input that a pointer is about, and its label."""
    steps = pointer.split("/")[1:]
    labels = {to_camel(field): about.label for field, about in FIELDS.items()}
    if steps[0] != "rules" or len(steps) == 1 or steps[1] not in labels:
        return "/name", N_("Name of the template")
    name, rest = steps[1], steps[2:]
    if not rest:
        return f"/rules/{name}/mode", labels[name]
    parts = len(rest) > 1 and not rest[1].isdecimal()
    return "/" + "/".join(["rules", name, *rest[: 2 if parts else 1]]), labels[name]
